import { expect, test } from "@jest/globals";
import { exec } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import { run, type Seen } from "./helpers.ts";

const transcript = `Input a name for your certificate > Creating a certificate in my-vault called 'my-cert' ...
 done.
Retrieving your certificate from my-vault.
Certificate with name 'my-cert' was found.
Deleting your certificate from my-vault ...
 done.
`;

/** Each request as its method, host and path, and the status it was answered with; a repeated one once. */
const sequence = (requests: Seen[]) =>
  requests
    .map(({ method, url, status }) => `${method} ${url.replace(/^https:\/\/|\?.*/g, "")} ${status}`)
    .filter((line, index, lines) => line !== lines[index - 1]);

test.concurrent.each([
  ["with a newline", "my-cert\n"],
  ["without a final newline", "my-cert"],
  ["with a Windows newline", "my-cert\r\n"],
  ["between spaces", "  my-cert \t\n"],
  ["before further lines", "my-cert\nanother\n\n"],
])("The name can be piped %s", async (_, input) => {
  const { exitCode, stdout } = await run({ input });
  expect(stdout).toBe(transcript);
  expect(exitCode).toBe(0);
});

test.concurrent("The certificate is created, retrieved and deleted over the wire, and none is left", async () => {
  const { requests, left } = await run();
  expect(sequence(requests)).toEqual([
    "POST my-vault.vault.azure.net/certificates/my-cert/create 401",
    "POST login.microsoftonline.com/11111111-1111-1111-1111-111111111111/oauth2/v2.0/token 200",
    "POST my-vault.vault.azure.net/certificates/my-cert/create 202",
    "GET my-vault.vault.azure.net/certificates/my-cert/pending 200",
    "GET my-vault.vault.azure.net/certificates/my-cert/ 200",
    "DELETE my-vault.vault.azure.net/certificates/my-cert 200",
    "GET my-vault.vault.azure.net/deletedcertificates/my-cert 200",
  ]);
  expect(left).toEqual([]);
});

test.concurrent("A creation and a deletion that take time are waited for", async () => {
  const { stdout, requests } = await run({ env: { OFFLINE_CREATION_TIME: "600", OFFLINE_DELETION_TIME: "600" } });
  expect(stdout).toBe(transcript);
  expect(requests.map(({ body }) => JSON.parse(body).status)).toEqual(expect.arrayContaining(["inProgress", "completed"]));
  expect(sequence(requests).slice(-2)).toEqual([
    "GET my-vault.vault.azure.net/deletedcertificates/my-cert 404",
    "GET my-vault.vault.azure.net/deletedcertificates/my-cert 200",
  ]);
});

test.concurrent("The retrieved certificate is a real one, self-signed with the default policy's subject", async () => {
  const { requests } = await run();
  const bundle = JSON.parse(requests.find(({ url }) => url.includes("/my-cert/?"))?.body ?? "");
  const certificate = new X509Certificate(Buffer.from(bundle.cer, "base64"));
  expect(certificate.subject).toBe("CN=MyCert");
  expect(certificate.verify(certificate.publicKey)).toBe(true);
});

test.concurrent("The rehearsal heeds no setting of the person's own for Azure or for a proxy", async () => {
  const proxy = "http://127.0.0.1:9";
  const { stdout } = await run({
    env: {
      AZURE_TOKEN_CREDENTIALS: "dev",
      AZURE_AUTHORITY_HOST: "https://login.chinacloudapi.cn",
      AZURE_TENANT_ID: "an-own-tenant",
      AZURE_CLIENT_ID: "an-own-client",
      AZURE_CLIENT_SECRET: "an-own-secret",
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      ALL_PROXY: proxy,
    },
  });
  expect(stdout).toBe(transcript);
});

test.concurrent("npm run demo says that it is a rehearsal, and names its vault", async () => {
  const env = { ...process.env, KEY_VAULT_NAME: "", OFFLINE_CREATION_TIME: "0", OFFLINE_DELETION_TIME: "0" };
  const demo = promisify(exec)("npm run --silent demo", { env });
  demo.child.stdin?.end("my-cert\n");
  const { stdout, stderr } = await demo;
  expect(stderr).toBe("This is an offline rehearsal: the vault demo-vault lives in this process alone, and nothing leaves this machine.\n");
  expect(stdout).toBe(transcript.replaceAll("my-vault", "demo-vault"));
});

test.concurrent.each([
  ["fetch", "await fetch('https://example.com').catch(console.error)"],
  ["node:https", "import { get } from 'node:https'; get('https://example.com').on('error', console.error)"],
])("A request by %s to any other host fails at once, naming the host", async (_, program) => {
  const node = `"${process.execPath}" --import tsx --import ./test/offline.ts --input-type=module --eval`;
  const { stderr } = await promisify(exec)(`${node} "${program}"`);
  expect(stderr).toContain("No request leaves this machine, and one was made to example.com.");
});
