import { DefaultAzureCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

// In place of a try/catch around all steps: explainAndExit() runs when a step fails, and
// stopAndExit() at Ctrl-C. Both say so if the certificate may still be in the vault.
let certificateMayBeInVault = false;
process.on("uncaughtException", explainAndExit);
process.on("SIGINT", stopAndExit);

const keyVaultName = checkVaultName(process.env.KEY_VAULT_NAME?.trim());
const vaultUrl = `https://${keyVaultName}.vault.azure.net`;

const credential = new DefaultAzureCredential();
const client = new CertificateClient(vaultUrl, credential);

const certificateName = await input("Input a name for your certificate > ");
checkCertificateName(certificateName);

// Poll every half second; the default is two seconds.
const pollOptions = { intervalInMs: 500, onResponse: noteWhetherInVault };

console.log(`Creating a certificate in ${keyVaultName} called '${certificateName}' ...`);
const createPoller = await client.beginCreateCertificate(
  certificateName,
  DefaultCertificatePolicy,
  pollOptions,
);
const certificate = await createPoller.pollUntilDone();
// If somebody cancels the creation, the poller doesn't throw, but the certificate is empty.
if (!certificate.cer)
  throw new Error("The poller returned no certificate. Perhaps the creation was cancelled.");
console.log(" done.");

console.log(`Retrieving your certificate from ${keyVaultName}.`);
const retrievedCertificate = await client.getCertificate(certificateName);
console.log(`Certificate with name '${retrievedCertificate.name}' was found.`);

console.log(`Deleting your certificate from ${keyVaultName} ...`);
const deletePoller = await client.beginDeleteCertificate(certificateName, pollOptions);
await deletePoller.pollUntilDone();
console.log(" done.");

// That was the quickstart. Below are the prompt, the checks of the two names, and what the
// script says when a step fails.

async function input(question: string) {
  process.stdout.write(question);
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    // While the input is open, the script doesn't end.
    lines.close();
    return line.trim();
  }
  exitWith(
    "\nNo name was given. To pipe one in, put this before the command:",
    "  echo my-cert |",
  );
}

function checkVaultName(name = "") {
  const hasRightLength = name.length >= 3 && name.length <= 24;
  if (hasRightLength && /^[a-z](-?[a-z0-9])+$/i.test(name)) return name;
  const problem = [
    `KEY_VAULT_NAME is not the name of a vault: '${showUnseen(name)}'`,
    "A name has 3 to 24 letters, digits and single hyphens.",
    "It begins with a letter, and ends with a letter or a digit.",
  ];
  exitWith(
    ...(name ? problem : ["KEY_VAULT_NAME is not set."]),
    "Set it to your vault's name, without https:// and .vault.azure.net. In bash or zsh:",
    "  export KEY_VAULT_NAME=your-vault-name",
    "In PowerShell:",
    '  $Env:KEY_VAULT_NAME = "your-vault-name"',
    "Or rehearse with no Azure at all: npm run demo",
  );
}

function checkCertificateName(name: string) {
  if (/^[0-9a-z-]{1,127}$/i.test(name)) return;
  exitWith(
    `This is not the name of a certificate: '${showUnseen(name)}'`,
    "A name has 1 to 127 letters (a to z), digits and hyphens.",
  );
}

// An arrow key, for example, types characters that a terminal doesn't show.
function showUnseen(name: string) {
  const code = (unseen: string) => unseen.codePointAt(0)?.toString(16).toUpperCase();
  return name.replace(/[^ -~]/gu, (unseen) => `U+${code(unseen)?.padStart(4, "0")}`);
}

// What is read here of the SDK's requests and of its errors, whose class it doesn't export.
interface SentRequest {
  method: string;
  url: string;
  headers: { has(name: string): boolean };
}
interface SdkError extends Error {
  code?: string;
  statusCode?: number;
  request?: SentRequest;
  details?: { error?: { innerError?: { code?: string } } };
}

// The SDK calls this with the last response to each request, after its retries. So it is known
// whether Key Vault has accepted the creation, even if beginCreateCertificate() throws later.
function noteWhetherInVault({ request, status }: { request: SentRequest; status: number }) {
  // A request without a token only asks where to sign in, and creates nothing.
  const hasToken = request.headers.has("authorization");
  const wasRefused = status >= 400 && status < 500;
  if (request.method === "POST" && hasToken && !wasRefused) certificateMayBeInVault = true;
  if (request.method === "DELETE" && status === 200) certificateMayBeInVault = false;
}

function explainAndExit(thrown: unknown) {
  const error: SdkError = thrown instanceof Error ? thrown : new Error(String(thrown));
  // Even if no response came back, Key Vault may have received the request.
  if (error.name === "RestError" && error.request)
    noteWhetherInVault({ request: error.request, status: error.statusCode ?? 0 });
  exitWith(...whatHappened(error), ...whatToDo(error), ...whatIsLeft());
}

function stopAndExit() {
  if (certificateMayBeInVault) console.error(["", ...whatIsLeft()].join("\n"));
  // By convention, this is the exit code of a program that Ctrl-C has ended.
  process.exit(130);
}

function whatHappened({ name, code, message, request, stack = "" }: SdkError) {
  // Of a mistake in a changed script, the line and column help.
  const place = /kv_certificates\.ts:\d+:\d+/.exec(stack)?.[0];
  const mistakes = ["TypeError", "ReferenceError", "RangeError", "SyntaxError"];
  if (place && mistakes.includes(name)) return [message, place];
  // If none of a host's addresses can be reached, Node.js gives a code, but no message.
  return [message.trim() || `${code ?? name} ${request?.url ?? ""}`.trim()];
}

function whatToDo({ message, details, code, name }: SdkError) {
  const search = "To find what helps, search .github/TROUBLESHOOTING.md for the words above.";
  // The most specific comes first: Key Vault's inner code, any other code, the kind of error.
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
      // Without the caller's ID, something other than a missing role may be the reason.
      if (!message.includes("oid=")) break;
      return [
        'The caller needs a role. See "Grant access to your key vault" in README.md.',
        "If it was assigned just now, it can take a few minutes to take effect.",
        "If the caller isn't the person signed in, give the role to the ID after oid= above.",
      ];
    case "AccessDenied":
    case "ForbiddenByPolicy":
      return [
        "The caller needs the permission named above in the vault's access policies.",
        'See "Grant access to your key vault" in README.md, "A vault with access policies".',
      ];
    case "ObjectIsDeletedButRecoverable":
      return ["Use a different certificate name."];
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return [
        `Check that ${keyVaultName} is your vault's name. Check your network and HTTPS_PROXY,`,
        "too: the host above may be the proxy's.",
        search,
      ];
  }
  return [search];
}

function whatIsLeft() {
  if (!certificateMayBeInVault) return [];
  return [
    `The certificate '${certificateName}' may still be in ${keyVaultName}. To delete it:`,
    `  az keyvault certificate delete --vault-name ${keyVaultName} --name=${certificateName}`,
  ];
}

function exitWith(...lines: string[]): never {
  // What a tool printed at the sign-in is in the message: colors, and perhaps a live token.
  const text = stripVTControlCharacters(lines.join("\n")).replaceAll("\r", "");
  console.error(text.replace(/eyJ[\w-]{1,1000}\.eyJ[\w.-]+/g, "…"));
  process.exit(1);
}
