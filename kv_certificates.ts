import { DefaultAzureCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { createInterface } from "node:readline";
import { stripVTControlCharacters, types } from "node:util";

const keyVaultName = checkVaultName(process.env.KEY_VAULT_NAME?.trim());
const vaultUrl = `https://${keyVaultName}.vault.azure.net`;

// In place of try/catch, explain() says what failed, what to do, and whether the certificate may be in the vault.
process.on("uncaughtException", explain);
let certificateMayBeInVault = false;

const credential = new DefaultAzureCredential();
const client = new CertificateClient(vaultUrl, credential);

const certificateName = checkCertificateName(await input("Input a name for your certificate > "));

// By default the SDK waits 2 seconds between polls; it calls onResponse with each answer.
const pollOptions = { intervalInMs: 500, onResponse: noteWhetherInVault };

console.log(`Creating a certificate in ${keyVaultName} called '${certificateName}' ...`);
const createPoller = await client.beginCreateCertificate(certificateName, DefaultCertificatePolicy, pollOptions);
const certificate = await createPoller.pollUntilDone();
// "cer" is empty if the creation was cancelled, which the SDK does not report as an error, or if "await" is missing.
if (!certificate.cer) throw new Error(`The creation of '${certificateName}' was cancelled, or the script was changed.`);
console.log(" done.");

console.log(`Retrieving your certificate from ${keyVaultName}.`);
const retrievedCertificate = await client.getCertificate(certificateName);
console.log(`Certificate with name '${retrievedCertificate.name}' was found.`);

console.log(`Deleting your certificate from ${keyVaultName} ...`);
const deletePoller = await client.beginDeleteCertificate(certificateName, pollOptions);
await deletePoller.pollUntilDone();
console.log(" done.");

// That was the quickstart. The rest checks the two names, and says what happened when a step fails.

async function input(question: string) {
  process.stdout.write(question);
  const lines = createInterface({ input: process.stdin });
  const line = await new Promise<string | void>((resolve) => lines.on("line", resolve).on("close", resolve));
  // An input that stays open would keep the script from ending.
  lines.close();
  if (line !== undefined) return line.trim();
  fail("\nNo name was given. To pipe one in, put this before the command:", "  echo my-cert |");
}

function checkVaultName(name = "") {
  const isValid = (text: string) => text.length >= 3 && text.length <= 24 && /^[a-z](-?[a-z0-9])+$/i.test(text);
  if (isValid(name)) return name;
  const nameInUrl = /^(?:https:\/\/)?([^/.]+)\.vault\.azure\.net\/?$/i.exec(name)?.[1] ?? "";
  const suggestion = isValid(nameInUrl) ? nameInUrl : "<your-unique-keyvault-name>";
  fail(
    name ? `KEY_VAULT_NAME is not the name of a vault: '${masked(writtenOut(name))}'` : "KEY_VAULT_NAME is not set.",
    "A name has 3 to 24 letters, digits and single hyphens, begins with a letter and ends with a letter or digit:",
    `  export KEY_VAULT_NAME=${suggestion}`,
    `  $Env:KEY_VAULT_NAME = "${suggestion}"`,
    "Or rehearse with no Azure at all: npm run demo",
  );
}

function checkCertificateName(name: string) {
  if (/^[0-9a-z-]{1,127}$/i.test(name)) return name;
  const rule = "A name has 1 to 127 letters (a to z), digits and hyphens.";
  fail(`This is not the name of a certificate: '${writtenOut(name)}'`, rule);
}

function fail(...lines: string[]): never {
  console.error(lines.join("\n"));
  process.exit(1);
}

type SentRequest = { method: string; url: string; headers: { has(name: string): boolean } };
interface Failure extends NodeJS.ErrnoException {
  statusCode?: number;
  request?: SentRequest;
  details?: { error?: { innerError?: { code?: string } } };
  errors?: Error[];
}

// Called with each answer, because beginCreateCertificate can throw after Key Vault has accepted its first request.
function noteWhetherInVault({ request, status }: { request: SentRequest; status: number }) {
  // Key Vault creates nothing for a request without a token, or one that it refuses (4xx, or 501: not implemented).
  const wasRefused = !request.headers.has("authorization") || (status >= 400 && status < 500) || status === 501;
  if (request.method === "POST" && !wasRefused) certificateMayBeInVault = true;
  if (request.method === "DELETE" && status === 200) certificateMayBeInVault = false;
}

function explain(thrown: unknown) {
  const error: Failure = types.isNativeError(thrown) ? thrown : new Error(String(thrown));
  fail(...whatHappened(error), ...whatToDo(error), ...whatIsLeft(error));
}

function whatHappened({ name, code, message, request, errors = [], stack = "" }: Failure) {
  switch (name === "RestError" ? code : name) {
    case "AggregateAuthenticationError":
      // It has an error for each way to sign in, and two ways may fail for the same reason.
      return [...new Set(errors.map((one) => linesOf(one.message).join("\n")))];
    case "PARSE_ERROR":
      // The answer is a page and no JSON, and the message quotes it whole.
      return linesOf(message.replace(/\s+/g, " ").replace(/(?<=response body) - .*/, " …"));
    case "TypeError":
    case "ReferenceError":
    case "RangeError":
    case "SyntaxError":
      // If a change to this script caused it, the line helps.
      return [...linesOf(message), ...(stack.match(/kv_certificates\.ts:\d+/) ?? [])];
    default:
      // If all addresses of a host fail, the error has a code and no message.
      return linesOf(message.trim() || `${code ?? name} ${request?.url ?? ""}`);
  }
}

function whatToDo({ message, details, code, name }: Failure) {
  const seeReadme = "See Troubleshooting in README.md.";
  // Most refusals name the caller: a person, a service principal or a managed identity.
  const caller = /\boid=([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/i.exec(message)?.[1];
  const isActionOnCertificates = /Action: 'Microsoft\.KeyVault\/vaults\/certificates\//i.test(message);
  const isPermissionOfQuickstart = /certificates (create|get|list|delete) permission/.test(message);
  switch (details?.error?.innerError?.code ?? code ?? name) {
    case "AggregateAuthenticationError":
      return [
        "Sign in, in one of these ways:",
        "  az login",
        "  Connect-AzAccount",
        "If you are signed in with the Azure CLI, ask it what is wrong:",
        "  az account get-access-token --scope https://vault.azure.net/.default --query expiresOn",
        seeReadme,
      ];
    case "ForbiddenByRbac":
      if (!caller || !isActionOnCertificates) return [seeReadme];
      return [
        "The caller needs this role, which takes some minutes to have effect:",
        `  az role assignment create --role "Key Vault Certificates Officer" --assignee ${caller} --scope "$(az keyvault show --name ${keyVaultName} --query id --output tsv)"`,
      ];
    case "AccessDenied":
    case "ForbiddenByPolicy":
      if (!caller || !isPermissionOfQuickstart) return [seeReadme];
      return [
        "The caller needs these permissions; the command replaces the certificate permissions that the caller has:",
        `  az keyvault set-policy --name ${keyVaultName} --object-id ${caller} --certificate-permissions delete get list create`,
      ];
    case "ObjectIsDeletedButRecoverable":
      return ["Use a different certificate name."];
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return [
        `Check your network and HTTPS_PROXY, and that ${keyVaultName} is in this list of your vaults:`,
        '  az keyvault list --query "[].name" --output tsv',
      ];
    default:
      return [seeReadme];
  }
}

function whatIsLeft({ request, statusCode }: Failure) {
  // Even if no answer came back, a request that carried a token may have begun the creation.
  const wasNotAnswered = request?.method === "POST" && request.headers.has("authorization") && !statusCode;
  if (!certificateMayBeInVault && !wasNotAnswered) return [];
  return [
    `The certificate '${certificateName}' may still be in ${keyVaultName}. To delete it:`,
    `  az keyvault certificate delete --vault-name ${keyVaultName} --name=${certificateName}`,
  ];
}

function linesOf(text: string) {
  const hasWords = (line: string) => /[\p{L}\p{N}]/u.test(line);
  // Cut first, so that no pattern takes long.
  const printable = (line: string) => replaceUnseen(stripVTControlCharacters(shortened(line, 2000)), () => " ").trim();
  const lines = text.split("\n").map(printable).filter(hasWords);
  // The reason is near the beginning or near the end.
  const ends = lines.length > 12 ? [...lines.slice(0, 4), "…", ...lines.slice(-7)] : lines;
  return ends.length > 0 ? ends.map((line) => shortened(masked(line), 500)) : ["Error"];
}

// Others may see the screen: the only id that is shown is the refused caller's, in the command that needs it.
function masked(line: string) {
  const token = /eyJ[\w-]+\.eyJ[\w.-]+/g;
  const id = /[\da-f]{8}(-?[\da-f]{4}){3}-?[\da-f]{12}/gi;
  const callersName = /(?<=\bname=)[^;]{1,256}(?=;appid=)/g;
  const userInUrl = /(?<=:\/\/)[^\s/]+(?=@)/g;
  const emailAddress = /[^\s/\\'"=;,<>()…][^\s/\\"=;,<>()…]*(@|%40)[\p{L}\p{N}.-]*\.\p{L}{2,}/gu;
  return [token, id, callersName, userInUrl, emailAddress].reduce((text, mask) => text.replace(mask, "…"), line);
}

function writtenOut(name: string) {
  const codePoint = (character: string) => `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
  return shortened(replaceUnseen(shortened(name, 500), codePoint), 500);
}

function replaceUnseen(text: string, replacement: (character: string) => string) {
  return text.replace(/(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu, replacement);
}

function shortened(text: string, length: number) {
  // For slice(), a character counts as one or two.
  const characters = [...text.slice(0, 2 * length + 1)];
  return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : text;
}
