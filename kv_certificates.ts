import { DefaultAzureCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

const keyVaultName = checkVaultName(process.env.KEY_VAULT_NAME?.trim());
const vaultUrl = `https://${keyVaultName}.vault.azure.net`;

// For failures, in place of try/catch around each step: explain() below says what happened and what may be left.
process.on("uncaughtException", explain);
let mayBeInVault = false;

const credential = new DefaultAzureCredential();
const client = new CertificateClient(vaultUrl, credential);

const certificateName = checkCertificateName(await input("Input a name for your certificate > "));

// The SDK waits between two polls, by default 2 seconds; the process stays that long after the last one, too.
const pollOptions = { intervalInMs: 500, onResponse: noteWhatIsInVault };

console.log(`Creating a certificate in ${keyVaultName} called '${certificateName}' ...`);
const createPoller = await client.beginCreateCertificate(certificateName, DefaultCertificatePolicy, pollOptions);
const certificate = await createPoller.pollUntilDone();
// The SDK reports no error for a cancelled creation, but the certificate has no content.
if (!certificate.cer) throw new Error(`The creation of '${certificateName}' was cancelled, or the script was changed.`);
console.log(" done.");

console.log(`Retrieving your certificate from ${keyVaultName}.`);
const retrievedCertificate = await client.getCertificate(certificateName);
console.log(`Certificate with name '${retrievedCertificate.name}' was found.`);

console.log(`Deleting your certificate from ${keyVaultName} ...`);
const deletePoller = await client.beginDeleteCertificate(certificateName, pollOptions);
await deletePoller.pollUntilDone();
console.log(" done.");

// That was the quickstart. The rest reads the two names, and says what happened when a step fails.

async function input(question: string) {
  process.stdout.write(question);
  const lines = createInterface({ input: process.stdin });
  const line = await new Promise<string | void>((resolve) => lines.on("line", resolve).on("close", resolve));
  // An input that stays open would keep the script from ending.
  lines.close();
  if (line !== undefined) return line.trim();
  return fail("\nNo name was given. To pipe one in, put this before the command:", "  echo my-cert |");
}

function checkVaultName(name = "") {
  const isValid = (text: string) => text.length >= 3 && text.length <= 24 && /^[a-z](-?[a-z0-9])+$/i.test(text);
  if (isValid(name)) return name;
  const nameInUrl = /^(?:https:\/\/)?([^/.]+)\.vault\.azure\.net\/?$/i.exec(name)?.[1] ?? "";
  const suggestion = isValid(nameInUrl) ? nameInUrl : "<your-unique-keyvault-name>";
  return fail(
    name ? `KEY_VAULT_NAME is not the name of a vault: '${writtenOut(name)}'` : "KEY_VAULT_NAME is not set.",
    "A name has 3 to 24 letters, digits and single hyphens, begins with a letter and ends with a letter or digit:",
    `  export KEY_VAULT_NAME=${suggestion}`,
    `  $Env:KEY_VAULT_NAME = "${suggestion}"`,
    "Or rehearse with no Azure at all: npm run demo",
  );
}

function checkCertificateName(name: string) {
  if (/^[0-9a-z-]{1,127}$/i.test(name)) return name;
  const rule = "A name has 1 to 127 letters (a to z), digits and hyphens.";
  return fail(`This is not the name of a certificate: '${writtenOut(name)}'`, rule);
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

// The SDK calls this with each answer to a request of the two begin-methods and of their pollers.
function noteWhatIsInVault({ request, status }: { request: SentRequest; status: number }) {
  const wasRefused = (status >= 400 && status < 500) || status === 501;
  // Without a token, Key Vault creates nothing.
  if (request.method === "POST" && request.headers.has("authorization") && !wasRefused) mayBeInVault = true;
  if (request.method === "DELETE" && status === 200) mayBeInVault = false;
}

function explain(error: Failure) {
  fail(...whatHappened(error), ...whatToDo(error), ...whatIsLeft(error));
}

function whatHappened({ name, code, message, request, errors = [], stack = "" }: Failure) {
  // Where all addresses of a host fail, the error has a code and no message.
  const toHost = request?.url ? ` (request to ${new URL(request.url).host})` : "";
  switch (name === "RestError" ? code : name) {
    case "AggregateAuthenticationError":
      // It has an error for each way to sign in, and two ways may fail for one reason.
      return [...new Set(errors.map((one) => linesOf(one.message).join("\n")))];
    case "PARSE_ERROR":
      // A page came in place of JSON: its first words are enough.
      return linesOf(message.replace(/\s+/g, " ").replace(/ - .*/, " …"));
    case "TypeError":
    case "ReferenceError":
    case "RangeError":
    case "SyntaxError":
      // If a change to this script caused it, its place helps.
      return [...linesOf(message), ...(stack.match(/kv_certificates\.ts:\d+/) ?? [])];
    default:
      return linesOf(message.trim() || `${code ?? name}${toHost}`);
  }
}

function whatToDo({ message, details, code, name }: Failure) {
  const seeReadme = "See Troubleshooting in README.md.";
  // Most refusals name the caller: a person, a service principal or a managed identity.
  const caller = /\boid=([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/i.exec(message)?.[1];
  const isActionOnCertificates = /Action: 'Microsoft\.KeyVault\/vaults\/certificates\//i.test(message);
  const isPermissionOfThisScript = /certificates (create|get|list|delete) permission/.test(message);
  // The inner code says more: "ForbiddenByRbac" rather than "Forbidden".
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
      if (!caller || !isPermissionOfThisScript) return [seeReadme];
      return [
        "The caller needs these permissions, which replace the certificate permissions that the caller has:",
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
  // A request that carried a token may have begun the creation, though its answer was lost.
  const wasNotAnswered = request?.method === "POST" && request.headers.has("authorization") && !statusCode;
  if (!mayBeInVault && !wasNotAnswered) return [];
  return [
    `The certificate '${certificateName}' may still be in ${keyVaultName}. To delete it:`,
    `  az keyvault certificate delete --vault-name ${keyVaultName} --name=${certificateName}`,
  ];
}

function linesOf(text: string) {
  const hasWords = (line: string) => /[\p{L}\p{N}]/u.test(line);
  // No pattern takes long with at most 2000 characters.
  const printable = (line: string) => withoutUnseen(stripVTControlCharacters(shortened(line, 2000)), () => " ").trim();
  const lines = text.split("\n").map(printable).filter(hasWords);
  // The reason stands near the beginning or near the end.
  const ends = lines.length > 12 ? [...lines.slice(0, 4), "…", ...lines.slice(-7)] : lines;
  return ends.length > 0 ? ends.map((line) => shortened(masked(line), 500)) : ["Error"];
}

function masked(line: string) {
  const token = /eyJ[\w-]+\.eyJ[\w.-]+/g;
  const id = /[\da-f]{8}(-?[\da-f]{4}){3}-?[\da-f]{12}/gi;
  const callersName = /(?<=\bname=)[^;]{1,256}(?=;appid=)/g;
  const userInUrl = /(?<=:\/\/)[^\s/]+(?=@)/g;
  const emailAddress = /[^\s/\\'"=;,<>()…]+(@|%40)[\p{L}\p{N}.-]*\.\p{L}{2,}/gu;
  return [token, id, callersName, userInUrl, emailAddress].reduce((text, each) => text.replace(each, "…"), line);
}

function writtenOut(name: string) {
  const codePoint = (character: string) => `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
  return shortened(withoutUnseen(name, codePoint), 500);
}

function withoutUnseen(text: string, replacement: (character: string) => string) {
  return text.replace(/(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu, replacement);
}

function shortened(text: string, length: number) {
  // A character is one or two units of text.length.
  const characters = [...text.slice(0, 2 * length + 1)];
  return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : text;
}
