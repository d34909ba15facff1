import { DefaultAzureCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { createInterface } from "node:readline";

// Instead of try/catch around each step: a failure ends the script, and explain() below says what happened.
process.on("uncaughtException", explain);
let creationAccepted = false; // Once it is true, explain() always says how to delete the certificate.

const keyVaultName = checkVaultName(process.env.KEY_VAULT_NAME?.trim());
const vaultUrl = `https://${keyVaultName}.vault.azure.net`;

const credential = new DefaultAzureCredential();
const client = new CertificateClient(vaultUrl, credential);

const certificateName = checkCertificateName(await input("Input a name for your certificate > "));

// By default the SDK waits 2 s after each poll, even the last one: with 0.5 s the script ends sooner.
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

async function input(question: string) {
  process.stdout.write(question);
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    // reads only the first line
    lines.close(); // Otherwise the script would wait for more input after its last step.
    return line.trim();
  }
  return fail("\nNo name was given. To pipe one in, put this before the command:", "  echo my-cert |");
}

function checkVaultName(name = "") {
  if (name.length >= 3 && name.length <= 24 && /^[a-z](-?[a-z0-9])+$/i.test(name)) return name;
  const suggestion = /(?:^|\/)([a-z0-9-]+)\.vault\.azure\.net\/?$/i.exec(name)?.[1] ?? "<your-unique-keyvault-name>";
  return fail(
    name ? `KEY_VAULT_NAME is not the name of a vault: '${printable(name)}'` : "KEY_VAULT_NAME is not set.",
    "A name has 3 to 24 letters, digits and single hyphens, begins with a letter and ends with a letter or digit:",
    `  export KEY_VAULT_NAME=${suggestion}`,
    `  $Env:KEY_VAULT_NAME = "${suggestion}"`,
    "Or rehearse with no Azure at all: npm run demo",
  );
}

function checkCertificateName(name: string) {
  if (/^[0-9a-z-]{1,127}$/i.test(name)) return name;
  const rule = "A name has 1 to 127 letters (a to z), digits and hyphens.";
  return fail(`This is not the name of a certificate: '${printable(name)}'`, rule);
}

function fail(...lines: string[]): never {
  console.error(lines.join("\n"));
  process.exit(1);
}

interface Failure extends NodeJS.ErrnoException {
  // plus the fields that errors of the SDK have
  statusCode?: number;
  details?: { error?: { innerError?: { code?: string } } };
  request?: { method: string; headers: { has(name: string): boolean } };
  errors?: Error[];
}

function explain(error: Failure) {
  const { errors = [error], request, statusCode = 0 } = error; // A failed sign-in has an error for each way it tried.
  const cure = cureFor(error);
  const lines = cure ? errors.map(firstSentence) : messageLines(error);
  if (lines.length > 8) lines.splice(7, lines.length, "…"); // keeps the first 7
  lines.push(cure ?? "See Troubleshooting in README.md.");
  const isRefused = request?.method === "POST" && statusCode >= 400 && statusCode < 500;
  const hasToken = request?.headers.has("authorization"); // Without a token, Key Vault creates nothing.
  if (!creationAccepted && (isRefused || !hasToken)) return fail(...lines);
  return fail(
    ...lines,
    `The certificate '${certificateName}' may still be in ${keyVaultName}. To delete it:`,
    `  az keyvault certificate delete --vault-name ${keyVaultName} --name ${certificateName}`,
  );
}

function cureFor({ details, code, name }: Failure) {
  const isServicePrincipal = process.env.AZURE_CLIENT_SECRET || process.env.AZURE_CLIENT_CERTIFICATE_PATH;
  const account = isServicePrincipal ? '"$AZURE_CLIENT_ID"' : '"$(az ad signed-in-user show --query id --output tsv)"';
  switch (
    details?.error?.innerError?.code ??
    code ??
    name // "ForbiddenByRbac" rather than "Forbidden"
  ) {
    case "AggregateAuthenticationError":
      return "Sign in. If you are signed in, see Troubleshooting in README.md:\n  az login\n  Connect-AzAccount";
    case "ForbiddenByRbac":
      return `The signed-in account needs this role, which takes some minutes to have effect:\n  az role assignment create --role "Key Vault Certificates Officer" --assignee ${account} --scope "$(az keyvault show --name ${keyVaultName} --query id --output tsv)"`;
    case "AccessDenied":
    case "ForbiddenByPolicy":
      return `The signed-in account needs these permissions:\n  az keyvault set-policy --name ${keyVaultName} ${isServicePrincipal ? "--spn" : "--object-id"} ${account} --certificate-permissions delete get list create`;
    case "ObjectIsDeletedButRecoverable":
      return "Use a different certificate name.";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `Check your network and HTTPS_PROXY, and that ${keyVaultName} is in this list of your vaults:\n  az keyvault list --query "[].name" --output tsv`;
  }
}

function firstSentence(error: Error) {
  const lines = messageLines(error);
  const line = lines.findLast((each) => /^\w*Error: /i.test(each)) ?? lines[0] ?? ""; // az may warn first
  return line.replace(/([.!?]) .*/, "$1");
}

function messageLines({ message, code, name, stack = "" }: Failure): string[] {
  const text = code === "PARSE_ERROR" ? message.replace(/\s+/g, " ").replace(/ - .*/, " …") : message; // no HTML page
  const lines = text
    .replace(/(?<![A-Za-z])eyJ[\w.+/=-]+/g, "…") // A room may see the screen: this hides tokens,
    .replace(/[\da-f]{8}(-?[\da-f]{4}){3}-?[\da-f]{12}/gi, "…") // ids,
    .replace(/\b(name=[^;]{0,99};)?appid=[^\s']+/g, "…") // callers
    .replace(/[^\s'"]{1,99}(@|%40)[^\s'"]+/g, "…")
    .split("\n")
    .map(printable)
    .filter(Boolean); // and addresses.
  if (/^(Type|Reference|Range|Syntax)Error$/.test(name)) lines.push(...(/kv_certificates\.ts:\d+/.exec(stack) ?? []));
  return lines.length > 0 ? lines : messageLines({ name, message: `${code || name || "Error"}` }); // if it has none
}

function printable(text: string) {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .replace(/(.{499}).{2,}/u, "$1…"); // 500 at most
}
