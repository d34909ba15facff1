import { DefaultAzureCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { createInterface } from "node:readline";

// What went wrong, and what it leaves in the vault, is told by explain() below.
process.on("uncaughtException", explain);
let creation: "not begun" | "begun" | "accepted" = "not begun";

const keyVaultName = checkVaultName(process.env.KEY_VAULT_NAME);
const vaultUrl = `https://${keyVaultName}.vault.azure.net`;

const credential = new DefaultAzureCredential();
const client = new CertificateClient(vaultUrl, credential);

const certificateName = checkCertificateName(await input("Input a name for your certificate > "));

// Each wait ends up to one interval late, and the SDK sleeps once more after the last poll: its default of 2 s costs seconds.
const pollOptions = { intervalInMs: 500 };

console.log(`Creating a certificate in ${keyVaultName} called '${certificateName}' ...`);

creation = "begun";
const createPoller = await client.beginCreateCertificate(certificateName, DefaultCertificatePolicy, pollOptions);
creation = "accepted";
const certificate = await createPoller.pollUntilDone();
// The SDK takes a cancelled creation for a finished one, but its certificate has no content.
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
  // Line editing would echo a name that comes from a pipe, and write control characters into a file.
  const terminal = [process.stdin, process.stdout].every((stream) => stream.isTTY);
  const prompt = createInterface({ input: process.stdin, output: process.stdout, terminal, prompt: question });
  prompt.prompt();
  const answer: IteratorResult<string, undefined> = await prompt[Symbol.asyncIterator]().next();
  prompt.close();
  if (answer.done && terminal) console.error();
  if (answer.done) process.exit(1);
  return answer.value.trim();
}

function checkVaultName(name = "") {
  if (/^(?=.{3,24}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/i.test(name)) return name;
  const [, nameInUrl = "<your-unique-keyvault-name>"] = /^(?:https:\/\/)?([a-z0-9-]+)\.vault\./i.exec(name) ?? [];
  const advice = `Set it to a name of 3 to 24 letters, digits and single hyphens that begins with a letter, in bash or in PowerShell:
  export KEY_VAULT_NAME=${nameInUrl}
  $Env:KEY_VAULT_NAME = "${nameInUrl}"
Or rehearse with no Azure at all:
  npm run demo`;
  throw Object.assign(new Error(name ? `KEY_VAULT_NAME is not the name of a vault: '${name}'` : "KEY_VAULT_NAME is not set."), { advice });
}

function checkCertificateName(name: string) {
  if (/^[0-9a-z-]{1,127}$/i.test(name)) return name;
  const advice = "A name has 1 to 127 letters (a to z), digits and hyphens. Run again:\n  npx tsx kv_certificates.ts";
  throw Object.assign(new Error(`This is not the name of a certificate: '${name}'`), { advice });
}

interface Failure extends Error { // what RestError of @azure/core-rest-pipeline adds, and, as advice, a check above
  code?: string;
  statusCode?: number;
  details?: { error?: { innerError?: { code?: string } } };
  request?: { method?: string; headers?: { has(name: string): boolean } };
  advice?: string;
}

function explain(error: unknown) {
  const failure: Failure = error instanceof Error ? error : new Error(typeof error === "string" ? error : "");
  const { name, message, code, statusCode, request, advice = adviceFor(failure) } = failure;
  console.error(`${firstSentence(/AADSTS\d+:.*/.exec(message)?.[0] ?? message) || firstSentence(code) || name}\n${advice}`);
  // A creation begins only with a request that carries a token and is not refused.
  const refused = !request?.headers?.has("authorization") || `${statusCode}`.startsWith("4");
  const neverBegun = /Auth|Credential/.test(name) || (request?.method === "POST" && refused);
  if (creation === "accepted" || (creation === "begun" && !neverBegun))
    console.error(`The certificate '${certificateName}' may still be in ${keyVaultName}. To delete it:
  az keyvault certificate delete --vault-name ${keyVaultName} --name ${certificateName}`);
  process.exit(1);
}

// After their first sentence or line, Azure's messages go on with links and ids.
function firstSentence(text = "") {
  const ids = /appid=[^'\s]*|eyJ[\w.-]+|(?<![0-9a-f])[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}(?![0-9a-f])/gi;
  const sentence = `${text}`.trim().replace(/[\r\n].*|(?<=[.!?])\s.*/s, "").replace(ids, "…");
  return sentence.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").replace(/(.{300}).+/u, "$1…").trim();
}

function adviceFor({ name, code, statusCode, details }: Failure) {
  const again = "then run again:\n  npx tsx kv_certificates.ts";
  const me = '"$(az ad signed-in-user show --query id --output tsv)"';
  const it = creation === "not begun" ? "" : `--vault-name ${keyVaultName} --name ${certificateName}`;
  const table: [codes: RegExp, advice: string][] = [
    [/AggregateAuthenticationError|CredentialUnavailableError/, `You are not signed in to Azure. Sign in, with the Azure CLI or Azure PowerShell, and run again:
  az login
  Connect-AzAccount`],
    [/AuthenticationError/, `Correct AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or remove them and sign in yourself:
  unset AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET && az login`],
    [/ENOTFOUND/, `There is no vault named ${keyVaultName}, or no network. The names of your vaults:
  az keyvault list --query "[].name" --output tsv`],
    [/ForbiddenByRbac/, `You need a role on ${keyVaultName}. Once given, it takes minutes to spread:
  az role assignment create --role "Key Vault Certificates Officer" --assignee ${me} --scope "$(az keyvault show --name ${keyVaultName} --query id --output tsv)"`],
    [/AccessDenied|ForbiddenByPolicy/, `You need permissions in the access policies of ${keyVaultName}:
  az keyvault set-policy --name ${keyVaultName} --object-id ${me} --certificate-permissions delete get list create`],
    [/ForbiddenByFirewall/, `Let your address in, with this or in the vault's networking settings:
  az keyvault network-rule add --name ${keyVaultName} --ip-address <your-ip-address>`],
    [/ObjectIsDeletedButRecoverable/, `Choose another name, or recover the deleted certificate, or purge it for good:
  az keyvault certificate recover ${it}
  az keyvault certificate purge ${it}`],
    [/ 409$/, `An earlier creation under this name may still be going on. Choose another name, or wait until it has ended:
  az keyvault certificate pending show ${it}`],
    [/PARSE_ERROR|^- - RestError \d/, `This is not an answer of Key Vault, but perhaps of a proxy. Check your network and HTTPS_PROXY, ${again}`],
    [/ (429|5\d\d)$/, `Key Vault is too busy, or has a problem of its own. Wait a minute, ${again}`],
    [/RestError -$/, `The connection failed. Check your network and HTTPS_PROXY, ${again}`],
  ];
  const codes = [details?.error?.innerError?.code, code, name, statusCode].map((fact) => fact ?? "-").join(" ");
  return table.find(([pattern]) => pattern.test(codes))?.[1] ?? "To see more, run again with the SDK's log:\n  AZURE_LOG_LEVEL=info npx tsx kv_certificates.ts";
}
