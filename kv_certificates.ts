import { DefaultAzureCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

const keyVaultName = checkVaultName(process.env.KEY_VAULT_NAME?.trim());
const vaultUrl = `https://${keyVaultName}.vault.azure.net`;

// No try/catch here: explain() runs when a step fails, stop() at Ctrl-C, and both say what may be left in the vault.
let certificateMayBeInVault = false;
process.on("uncaughtException", explain);
process.on("SIGINT", stop);

const credential = new DefaultAzureCredential();
const client = new CertificateClient(vaultUrl, credential);

const certificateName = checkCertificateName(
  await input("Input a name for your certificate > "),
);

// Polls every half second (by default, every 2 seconds); onResponse is for the failure messages below.
const pollOptions = { intervalInMs: 500, onResponse: noteWhetherInVault };

console.log(`Creating a certificate in ${keyVaultName} called '${certificateName}' ...`);
const createPoller = await client.beginCreateCertificate(
  certificateName,
  DefaultCertificatePolicy,
  pollOptions,
);
const certificate = await createPoller.pollUntilDone();
// If somebody cancels the creation, the SDK reports no error, but "cer" is missing.
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

// That was the quickstart. Below: the prompt, the checks of the two names, and what is said when a step fails.

async function input(question: string) {
  process.stdout.write(question);
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    // If the input stayed open, the script would not end.
    lines.close();
    return line.trim();
  }
  fail(
    "\nNo name was given. To pipe one in, put this before the command:",
    "  echo my-cert |",
  );
}

function checkVaultName(name = "") {
  const isValid = (text: string) =>
    text.length >= 3 && text.length <= 24 && /^[a-z](-?[a-z0-9])+$/i.test(text);
  if (isValid(name)) return name;
  const nameInUrl = /^(?:https:\/\/)?([^/.]+)\.vault\.azure\.net\/?$/i.exec(name)?.[1] ?? "";
  const suggestion = isValid(nameInUrl) ? nameInUrl : "<your-unique-keyvault-name>";
  fail(
    name
      ? `KEY_VAULT_NAME is not the name of a vault: '${escapeNonAscii(name)}'`
      : "KEY_VAULT_NAME is not set.",
    "A name has 3 to 24 letters, digits and single hyphens, begins with a letter and ends with a letter or digit:",
    `  export KEY_VAULT_NAME=${suggestion}`,
    `  $Env:KEY_VAULT_NAME = "${suggestion}"`,
    "Or rehearse with no Azure at all: npm run demo",
  );
}

function checkCertificateName(name: string) {
  if (/^[0-9a-z-]{1,127}$/i.test(name)) return name;
  const rule = "A name has 1 to 127 letters (a to z), digits and hyphens.";
  fail(`This is not the name of a certificate: '${escapeNonAscii(name)}'`, rule);
}

function escapeNonAscii(name: string) {
  const code = (character: string) =>
    `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
  // A character outside ASCII may be invisible, or only look like a letter.
  return name.replace(/[^ -~]/gu, code);
}

type SentRequest = {
  method?: string;
  url?: string;
  headers?: { has?(name: string): boolean };
};
type Details = { error?: { innerError?: { code?: string } } };
type Failure = NodeJS.ErrnoException & {
  statusCode?: number;
  request?: SentRequest;
  details?: Details;
};

// Runs at each response, because beginCreateCertificate can throw after Key Vault has accepted the creation.
function noteWhetherInVault({
  request,
  status = 0,
}: {
  request: SentRequest;
  status?: number;
}) {
  // A request without a token only asks where to sign in, and creates nothing.
  const hasToken = request.headers?.has?.("authorization");
  const wasRefused = status >= 400 && status < 500;
  if (request.method === "POST" && hasToken && !wasRefused) certificateMayBeInVault = true;
  if (request.method === "DELETE" && status === 200) certificateMayBeInVault = false;
}

function explain(thrown: unknown) {
  const error: Failure = thrown instanceof Error ? thrown : new Error(String(thrown));
  // Even without a response, Key Vault may have received the request.
  if (error.request) noteWhetherInVault({ request: error.request, status: error.statusCode });
  fail(...whatHappened(error), ...whatToDo(error), ...whatIsLeft());
}

function stop() {
  if (certificateMayBeInVault) console.error(["", ...whatIsLeft()].join("\n"));
  process.exit(130);
}

function whatHappened({ name, code, message, request, stack = "" }: Failure) {
  // The response was a page, not JSON, and the SDK's message contains all of it.
  if (code === "PARSE_ERROR")
    return [message.replace(/(response body) - .*/s, "$1 …").replace(/\s+/g, " ")];
  // For a mistake in a changed script, its line and column help.
  const isMistake = ["TypeError", "ReferenceError", "RangeError", "SyntaxError"].includes(
    name,
  );
  if (isMistake) return [message, ...(stack.match(/kv_certificates\.ts:\d+:\d+/) ?? [])];
  // When every IP address of a host fails, the error has a code but no message.
  return [message.trim() || `${code ?? name} ${request?.url ?? ""}`.trim()];
}

function whatToDo({ message, details, code, name }: Failure) {
  const callerId = /\boid=([\da-f-]{36})\b/i.exec(message)?.[1];
  // The most specific comes first: Key Vault's inner code, the code of the SDK or Node.js, the kind of error.
  switch (details?.error?.innerError?.code ?? code ?? name) {
    case "AggregateAuthenticationError":
      return [
        "Sign in, in one of these ways:",
        "  az login",
        "  Connect-AzAccount",
        "If you are signed in with the Azure CLI, ask it what is wrong:",
        "  az account get-access-token --scope https://vault.azure.net/.default --query expires_on",
        "See Troubleshooting in README.md.",
      ];
    case "ForbiddenByRbac": {
      // Only characters of a vault's id go into the command, so that no message can add to it.
      const scope =
        /'(\/subscriptions\/[\p{L}\w/.()-]+\/vaults\/[\w-]+)\/certificates\//iu.exec(
          message,
        )?.[1];
      const isDenied = /DenyAssignmentId: (?!null)/.test(message);
      if (!callerId || !scope || isDenied) break;
      return [
        "The caller needs this role, which takes some minutes to have effect:",
        `  az role assignment create --role "Key Vault Certificates Officer" --assignee ${callerId} --scope "${scope}"`,
      ];
    }
    case "AccessDenied":
    case "ForbiddenByPolicy": {
      const missing = /does not have certificates ([a-z]+) permission/.exec(message)?.[1];
      if (!callerId || !missing) break;
      const permissions = [...new Set(["delete", "get", "list", "create", missing])].join(" ");
      return [
        "The caller needs these permissions; the command replaces the certificate permissions that the caller has:",
        `  az keyvault set-policy --name ${keyVaultName} --object-id ${callerId} --certificate-permissions ${permissions}`,
      ];
    }
    case "ObjectIsDeletedButRecoverable":
      return ["Use a different certificate name."];
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return [
        `Check your network and HTTPS_PROXY, and that ${keyVaultName} is one of your active subscription's vaults:`,
        '  az keyvault list --query "[].name" --output tsv',
      ];
  }
  return ["See Troubleshooting in README.md."];
}

function whatIsLeft() {
  if (!certificateMayBeInVault) return [];
  return [
    `The certificate '${certificateName}' may still be in ${keyVaultName}. To delete it:`,
    `  az keyvault certificate delete --vault-name ${keyVaultName} --name=${certificateName}`,
  ];
}

function fail(...lines: string[]): never {
  // The SDK's message may contain a tool's output, with colours and a live token.
  const text = stripVTControlCharacters(lines.join("\n")).replaceAll("\r", "");
  console.error(text.replace(/eyJ[\w-]{1,1000}\.eyJ[\w.-]+/g, "…"));
  process.exit(1);
}
