import { DefaultAzureCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

// Instead of try/catch around each step: a failure ends the script, and explain() below says what happened.
process.on("uncaughtException", explain);
// True once Key Vault has accepted the creation: from then on explain() says how to delete the certificate.
let creationAccepted = false;

const keyVaultName = checkVaultName(process.env.KEY_VAULT_NAME?.trim());
const vaultUrl = `https://${keyVaultName}.vault.azure.net`;

const credential = new DefaultAzureCredential();
const client = new CertificateClient(vaultUrl, credential);

const certificateName = checkCertificateName(await input("Input a name for your certificate > "));

// The SDK waits after each poll, even the last one: by default 2 seconds, here half a second.
const pollOptions = { intervalInMs: 500 };

console.log(`Creating a certificate in ${keyVaultName} called '${certificateName}' ...`);
const createPoller = await client.beginCreateCertificate(certificateName, DefaultCertificatePolicy, pollOptions);
creationAccepted = true;
const certificate = await createPoller.pollUntilDone();
// The SDK reports no error for a cancelled creation, but the certificate has no content.
if (!certificate.cer) throw new Error(`The creation of '${certificateName}' was cancelled.`);
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
  for await (const line of lines) {
    // An input that stays open would keep the script from ending.
    lines.close();
    return line.trim();
  }
  return fail("", "No name was given. To pipe one in, put this before the command:", "  echo my-cert |");
}

function checkVaultName(name = "") {
  const isValid = (text: string) => /^[a-z](-?[a-z0-9])+$/i.test(text) && text.length >= 3 && text.length <= 24;
  if (isValid(name)) return name;
  const [, nameInUrl = ""] = /([^/]+)\.vault\.azure\.net\/?$/i.exec(name) ?? [];
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

interface Failure extends NodeJS.ErrnoException {
  statusCode?: number;
  details?: { error?: { innerError?: { code?: string } } };
  request?: { method: string; headers: { has(name: string): boolean } };
  errors?: Error[];
}

function explain(error: Failure) {
  const lines = [...whatHappened(error), ...whatToDo(error)];
  if (mayBeLeftBehind(error)) {
    lines.push(`The certificate '${certificateName}' may still be in ${keyVaultName}. To delete it:`);
    lines.push(`  az keyvault certificate delete --vault-name ${keyVaultName} --name ${certificateName}`);
  }
  fail(...lines);
}

function whatHappened(error: Failure) {
  const { name, code, message, errors = [], stack = "" } = error;
  // A failed sign-in has an error for each way that was tried, some with standing advice of the SDK's.
  const hint = /\b(To troubleshoot, visit|To mitigate|Please visit|Ensure (you|that)) .{1,300}?\.(?=\s|$)/g;
  if (name === "AggregateAuthenticationError")
    return errors.flatMap((one) => linesOf(one, one.message.replace(hint, "")));
  // A page came in place of JSON: its first words are enough.
  if (code === "PARSE_ERROR") return linesOf(error, message.replace(/\s+/g, " ").replace(/ - .*/, " …"));
  const isMistakeInCode = ["TypeError", "ReferenceError", "RangeError", "SyntaxError"].includes(name);
  const [fileAndLine] = /kv_certificates\.ts:\d+/.exec(stack) ?? [];
  return isMistakeInCode && fileAndLine ? [...linesOf(error, message), fileAndLine] : linesOf(error, message);
}

function whatToDo({ message, details, code, name }: Failure) {
  // Most refusals name the caller: a person, a service principal or a managed identity.
  const [, caller] = /\boid=([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/i.exec(message) ?? [];
  // The inner code says more: "ForbiddenByRbac" rather than "Forbidden".
  switch (details?.error?.innerError?.code ?? code ?? name) {
    case "AggregateAuthenticationError":
      return ["Sign in. If you are signed in, see Troubleshooting in README.md:", "  az login", "  Connect-AzAccount"];
    case "ForbiddenByRbac":
      if (!caller) break;
      return [
        "The caller needs this role, which takes some minutes to have effect:",
        `  az role assignment create --role "Key Vault Certificates Officer" --assignee ${caller} --scope "$(az keyvault show --name ${keyVaultName} --query id --output tsv)"`,
      ];
    case "AccessDenied":
    case "ForbiddenByPolicy":
      if (!caller) break;
      return [
        "The caller needs these permissions:",
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
  }
  return ["See Troubleshooting in README.md."];
}

function mayBeLeftBehind({ request, statusCode = 0 }: Failure) {
  const wasRefused = request?.method === "POST" && ((statusCode >= 400 && statusCode < 500) || statusCode === 501);
  // Without a token, or when it refuses the creation, Key Vault creates nothing.
  return creationAccepted || (request?.headers.has("authorization") && !wasRefused);
}

function linesOf({ code, name }: Failure, message: string) {
  const hasWords = (text: string) => /[\p{L}\p{N}]/u.test(text);
  const texts = [message, code, name].map((text) => stripVTControlCharacters(`${text ?? ""}`));
  const lines = (texts.find(hasWords) ?? "Error").split("\n").filter(hasWords);
  // The reason stands near the beginning or near the end.
  const ends = lines.length > 12 ? [...lines.slice(0, 4), "…", ...lines.slice(-7)] : lines;
  return ends.map((line) => shortened(masked(line.replace(/[\p{C}\p{Z}]/gu, " ").trim())));
}

function masked(line: string) {
  const token = /(?<![A-Za-z](?<!%[\dA-F]{2}))eyJ[\w.+/=-]+/g;
  const id = /[\da-f]{8}(-?[\da-f]{4}){3}-?[\da-f]{12}/gi;
  const callersName = /(?<=\bname=)[^;]{1,256}(?=;appid=)/g;
  const address = /[^\s'"]{1,256}(@|%40)[^\s'"]+/g;
  return [token, id, callersName, address].reduce((text, pattern) => text.replace(pattern, "…"), line);
}

function writtenOut(name: string) {
  const unseen = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;
  const codePoint = (character: string) => character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return shortened(name.replace(unseen, (character) => `U+${codePoint(character)}`));
}

function shortened(text: string) {
  const characters = [...text];
  return characters.length > 500 ? `${characters.slice(0, 499).join("")}…` : text;
}
