import { expect, test } from "@jest/globals";
import { runInOwnProcess } from "./helpers/own-process.ts";

const preloads = ["./test/offline/requests.ts"];

test.concurrent(
  "Every request is shown on stderr with what counts of its answer, and stdout stays as it was",
  async () => {
    const { stdout, stderr, exitCode } = await runInOwnProcess({ preloads, input: "ThrottledOnce\n" });
    expect(stderr).toMatch(
      new RegExp(
        `^  POST /certificates/ThrottledOnce/create 401
  POST /oauth2/v2.0/token 200
  POST /certificates/ThrottledOnce/create 429 Throttled Retry-After: 1
  POST /certificates/ThrottledOnce/create 202 inProgress
  GET /certificates/ThrottledOnce/pending 200 completed
  GET /certificates/ThrottledOnce/ 200
  GET /certificates/ThrottledOnce/ 200
  DELETE /certificates/ThrottledOnce 200
(  GET /deletedcertificates/ThrottledOnce 404 CertificateNotFound
)*  GET /deletedcertificates/ThrottledOnce 200
$`,
      ),
    );
    expect(stdout).toMatch(/^Input a name .+ done\.\n.+ done\.\n$/s);
    expect(stdout).not.toContain("  ");
    expect(exitCode).toBe(0);
  },
);

/** Failures of the vault, and addresses that are long or strange, asked for by a program of one process. */
const failing = `
  const vault = "https://demo-vault.vault.azure.net/certificates/";
  const { AZURE_TENANT_ID, AZURE_CLIENT_ID: client_id, AZURE_CLIENT_SECRET: client_secret } = process.env;
  const signIn = async () => {
    const body = new URLSearchParams({ client_id, client_secret });
    const address = "https://login.microsoftonline.com/" + AZURE_TENANT_ID + "/oauth2/v2.0/token";
    return (await (await fetch(address, { method: "POST", body })).json()).access_token;
  };
  const token = await signIn();
  const headers = { authorization: "Bearer " + token };
  const body = '{"policy":{"key_props":{"kty":"EC"},"x509_props":{"subject":"CN=a"}}}';
  for (const name of ["InternalErrorOnce", "ConnectionReset", "ObjectIsBeingDeleted", "ProxyBlocked", "IssuerRefused"])
    await fetch(vault + name + "/create?api-version=7.6", { method: "POST", headers, body }).catch(() => {});
  await fetch(vault + "IssuerRefused/pending?api-version=7.6", { headers });
  await fetch(vault + "InvalidClientSecret/");
  await signIn();
`;

const vault = "https://demo-vault.vault.azure.net";
const addresses = [
  `${vault}/certificates/${"a".repeat(127)}/pending?api-version=2025-07-01&secret=x`,
  `${vault}/certificates/${"a".repeat(127)}?api-version=2025-07-01`,
  `${vault}/certificates/\u001b[31m${"é".repeat(99)}/${"b".repeat(99)}/$&`,
  `${vault}/${"certificates/".repeat(20)}`,
  `https://${"a".repeat(60)}.${"b".repeat(60)}.example.com/secret`,
];
const asking = addresses.map((address) => `await fetch(${JSON.stringify(address)}).catch(() => {});`);
const program = `{${failing}}\n${asking.join("\n")}`;
const asked = runInOwnProcess({ preloads, program: ["--input-type=module", "--eval", program] });

test.concurrent("Of a failure the code is shown", async () => {
  const { stderr } = await asked;
  const lines = stderr.split(/(?<=\n)/);
  expect(lines.slice(0, -addresses.length).join("")).toBe(`  POST /oauth2/v2.0/token 200
  POST /certificates/InternalErrorOnce/create 500 InternalError
  POST /certificates/ConnectionReset/create ECONNRESET
  POST /certificates/ObjectIsBeingDeleted/create 409 ObjectIsBeingDeleted
  POST /certificates/ProxyBlocked/create 403
  POST /certificates/IssuerRefused/create 202 inProgress
  GET /certificates/IssuerRefused/pending 200 failed Request rejected
  GET /certificates/InvalidClientSecret/ 401
  POST /oauth2/v2.0/token 401 invalid_client
`);
});

test.concurrent(
  "A line has at most 80 columns, no control character and nothing secret, whatever is asked for",
  async () => {
    const { stdout, stderr } = await asked;
    const lines = stderr.trimEnd().split("\n").slice(-addresses.length);
    expect(lines).toEqual([
      expect.stringMatching(/^  GET \/certificates\/a+…\/pending 401$/),
      expect.stringMatching(/^  GET \/certificates\/a+…a+ 401$/),
      expect.stringMatching(/^  GET \/certificates\/.*…\/\$& 401$/),
      expect.stringMatching(/^  GET \/certificates\/.*…\/ 401$/),
      expect.stringMatching(/^  GET a+\.b+…m refused$/),
    ]);
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(80);
      expect(line).toMatch(/^[ -~…]+$/);
      expect(line).not.toContain("secret");
    }
    expect(lines[0]).toHaveLength(80);
    expect(stdout).toBe("");
  },
);
