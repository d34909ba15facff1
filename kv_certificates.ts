import { DefaultAzureCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

// Instead of a try/catch around all steps, explainAndExit() runs when any of them fails, and
// stopAndExit() at Ctrl-C. Both say what may be left in the vault, as far as the script knows.
let certificateMayBeInVault = false;
process.on("uncaughtException", explainAndExit);
process.on("SIGINT", stopAndExit);

const keyVaultName = process.env.KEY_VAULT_NAME?.trim() ?? "";
checkVaultName(keyVaultName);
const vaultUrl = `https://${keyVaultName}.vault.azure.net`;

const credential = new DefaultAzureCredential();
const client = new CertificateClient(vaultUrl, credential);

// Choose a new name: at the end, the script deletes the certificate with all its versions.
const certificateName = await input("Input a name for your certificate > ");
checkCertificateName(certificateName);

// Poll every half second, not every two seconds; noteWhetherInVault() is for the handlers.
const pollOptions = { intervalInMs: 500, onResponse: noteWhetherInVault };

// The default policy asks for a self-signed certificate with the subject CN=MyCert.
console.log(`Creating a certificate in ${keyVaultName} called '${certificateName}' ...`);
const createPoller = await client.beginCreateCertificate(
  certificateName,
  DefaultCertificatePolicy,
  pollOptions,
);
const certificate = await createPoller.pollUntilDone();
// If the creation is cancelled, the poller doesn't throw, but "cer", the content, is missing.
if (!certificate.cer)
  throw new Error("The poller returned no certificate. Perhaps the creation was cancelled.");
console.log(" done.");

console.log(`Retrieving your certificate from ${keyVaultName}.`);
const retrievedCertificate = await client.getCertificate(certificateName);
console.log(`Certificate with name '${retrievedCertificate.name}' was found.`);

// The name stays taken until the deleted certificate is purged, by default after 90 days.
console.log(`Deleting your certificate from ${keyVaultName} ...`);
const deletePoller = await client.beginDeleteCertificate(certificateName, pollOptions);
await deletePoller.pollUntilDone();
console.log(" done.");

// That was the quickstart. Below are the prompt, the checks, and what is said if a step fails.

async function input(question: string) {
  process.stdout.write(question);
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    // An open input would keep the script running.
    lines.close();
    return line.trim();
  }
  printAndExit(
    "\nNo name was given. To pipe one in, put this before the command:",
    "  echo my-cert |",
  );
}

function checkVaultName(name: string) {
  if (name.length >= 3 && name.length <= 24 && /^[a-z](-?[a-z0-9])+$/i.test(name)) return;
  const invalid = [
    `KEY_VAULT_NAME is not the name of a vault: '${toPrintableAscii(name)}'`,
    "A name has 3 to 24 letters (a to z), digits and single hyphens.",
    "It begins with a letter, and ends with a letter or a digit.",
  ];
  printAndExit(
    ...(name ? invalid : ["KEY_VAULT_NAME is not set."]),
    "Set it to your vault's name, without https:// and .vault.azure.net. In bash or zsh:",
    "  export KEY_VAULT_NAME=your-vault-name",
    "In PowerShell:",
    '  $Env:KEY_VAULT_NAME = "your-vault-name"',
    "Or rehearse with no Azure at all: npm run demo",
  );
}

function checkCertificateName(name: string) {
  if (/^[0-9a-z-]{1,127}$/i.test(name)) return;
  printAndExit(
    `This is not the name of a certificate: '${toPrintableAscii(name)}'`,
    "A name has 1 to 127 letters (a to z), digits and hyphens.",
  );
}

// An arrow key, for example, leaves a character in the name that a terminal may not show.
function toPrintableAscii(name: string) {
  const code = (character: string) =>
    (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return name.replace(/[^ -~]/gu, (character) => `U+${code(character).padStart(4, "0")}`);
}

// The parts of the SDK's requests and errors that are read here; old versions have no has().
type SentRequest = { method: string; url: string; headers: { has?(name: string): boolean } };
interface SdkError extends Error {
  code?: string;
  statusCode?: number;
  request?: SentRequest;
  details?: { error?: { innerError?: { code?: string } } };
}

// The pollers call this after each request and its retries, so that a creation that Key Vault
// accepts is noted even if beginCreateCertificate() throws later.
function noteWhetherInVault({ request, status }: { request: SentRequest; status: number }) {
  // The SDK's first request has no token: it only asks where to sign in, and creates nothing.
  const hasToken = request.headers.has?.("authorization");
  // After a fault of the service, or without a response, the creation may go on all the same.
  const wasRefused = status >= 400 && status < 500;
  if (request.method === "POST" && hasToken && !wasRefused) certificateMayBeInVault = true;
  if (request.method === "DELETE" && status === 200) certificateMayBeInVault = false;
}

function explainAndExit(thrown: unknown) {
  const error: SdkError = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === "RestError" && error.request)
    noteWhetherInVault({ request: error.request, status: error.statusCode ?? 0 });
  printAndExit(...whatHappened(error), ...whatToDo(error), ...whatIsLeft());
}

function stopAndExit() {
  if (certificateMayBeInVault) console.error(["", ...whatIsLeft()].join("\n"));
  // The usual exit code after Ctrl-C is 128 plus 2, the number of SIGINT.
  process.exit(130);
}

function whatHappened({ name, code, message, request, stack = "" }: SdkError) {
  // If none of a host's addresses can be reached, Node.js gives a code, but no message.
  const reason = message.trim() || `${code ?? name} ${request?.url ?? ""}`.trim();
  // For a mistake in a changed script, show its line and column.
  const mistakes = ["TypeError", "ReferenceError", "RangeError", "SyntaxError"];
  const place = mistakes.includes(name) && stack.match(/kv_certificates\.ts:\d+:\d+/);
  return place ? [reason, place[0]] : [reason];
}

function whatToDo({ message, details, code, name }: SdkError) {
  const search = "To find what helps, search .github/TROUBLESHOOTING.md for the words above.";
  // The most specific first: Key Vault's inner code, any other code, the name of the error.
  switch (details?.error?.innerError?.code ?? code ?? name) {
    case "AggregateAuthenticationError":
      return [
        "Sign in, in one of these ways:",
        "  az login",
        "  Connect-AzAccount",
        "If you are signed in with the Azure CLI, ask it what is wrong:",
        "  az account get-access-token --scope https://vault.azure.net/.default --query expires_on",
        search,
      ];
    case "ForbiddenByRbac":
      // Without the caller's ID in the message, a missing role may not be the reason.
      if (!message.includes("oid=")) break;
      return [
        'The caller needs a role. See "Grant access to your key vault" in README.md.',
        "A role that was assigned just now can take a few minutes to take effect.",
        "If the caller isn't the person signed in, give the role to the ID after oid= above.",
        search,
      ];
    case "AccessDenied":
    case "ForbiddenByPolicy":
      if (!message.includes("permission")) break;
      return [
        "In the vault's access policies, give the caller the permission named above.",
        'See "Grant access to your key vault" in README.md, "A vault with access policies".',
      ];
    case "ObjectIsDeletedButRecoverable":
      return ["Use a different certificate name."];
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return [
        "Check your network and HTTPS_PROXY (the host above may be the proxy's).",
        `Check that ${keyVaultName} is your vault's name.`,
        search,
      ];
  }
  return [search];
}

function whatIsLeft() {
  if (!certificateMayBeInVault) return [];
  // A name can begin with a hyphen, so it follows "--name" after an equals sign.
  return [
    `The certificate '${certificateName}' may still be in ${keyVaultName}. To delete it:`,
    `  az keyvault certificate delete --vault-name ${keyVaultName} --name=${certificateName}`,
  ];
}

function printAndExit(...lines: string[]): never {
  // A message can include a sign-in tool's output: colors, and perhaps a live token (a JWT).
  const text = stripVTControlCharacters(lines.join("\n")).replaceAll("\r", "");
  console.error(text.replace(/eyJ[\w-]{1,1000}\.eyJ[\w.-]+/g, "…"));
  process.exit(1);
}
