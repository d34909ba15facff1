import { DefaultAzureCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { createInterface } from "node:readline";

const keyVaultName = process.env.KEY_VAULT_NAME;
if (!keyVaultName) {
  console.error("KEY_VAULT_NAME is not set: export KEY_VAULT_NAME=<your-unique-keyvault-name>, or rehearse with no Azure at all: npm run demo");
  process.exit(1);
}
const vaultUrl = `https://${keyVaultName}.vault.azure.net`;

const credential = new DefaultAzureCredential();
const client = new CertificateClient(vaultUrl, credential);

// Line editing would echo a name that comes from a pipe, and write control characters into a file.
const terminal = [process.stdin, process.stdout].every((stream) => stream.isTTY);
const prompt = createInterface({ input: process.stdin, output: process.stdout, terminal });
prompt.setPrompt("Input a name for your certificate > ");
prompt.prompt();
const answer: IteratorResult<string, undefined> = await prompt[Symbol.asyncIterator]().next();
prompt.close();
if (answer.done) process.exit(1);
const certificateName = answer.value.trim();

// A wait overshoots by up to one interval, and the SDK sleeps once more after its last poll: its default of 2 s costs seconds here.
const pollOptions = { intervalInMs: 500 };

console.log(`Creating a certificate in ${keyVaultName} called '${certificateName}' ...`);

const createPoller = await client.beginCreateCertificate(certificateName, DefaultCertificatePolicy, pollOptions);
await createPoller.pollUntilDone();

console.log(" done.");

console.log(`Retrieving your certificate from ${keyVaultName}.`);

const retrievedCertificate = await client.getCertificate(certificateName);

console.log(`Certificate with name '${retrievedCertificate.name}' was found.`);

console.log(`Deleting your certificate from ${keyVaultName} ...`);

const deletePoller = await client.beginDeleteCertificate(certificateName, pollOptions);
await deletePoller.pollUntilDone();

console.log(" done.");
