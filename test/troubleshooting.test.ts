import { expect, test } from "@jest/globals";
import { checkServerIdentity } from "node:tls";
import { explanation, failureWithMockedClient } from "./helpers/mocked-client.ts";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { section, troubleshooting } from "./helpers/readme.ts";
import { rehearseInThisProcess, startWithRealClient } from "./helpers/rehearsal.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { sdkError, signInError } from "./helpers/sdk-errors.ts";

/** What the script prints where the environment has these variables. */
const set = (env: Record<string, string>) => failureWithMockedClient({}, { env });

/** What it prints in the demo of the certificate that bears a failure's name. */
const rehearsed = async (name: string) => (await rehearseInThisProcess(name)).stderr;

/** What it prints in the demo where nobody is signed in. */
const notSignedIn = async () => (await runInOwnProcess({ env: { OFFLINE_SIGN_IN: "none" } })).stderr;

/** What it prints in the demo where a reader has changed it. */
async function changed(from: string, to: string) {
  return (await rehearseInThisProcess("my-cert", { script: alteredScript(from, to).url })).stderr;
}

/** What it prints where another tenant's vault, or no network, meets a service principal's sign-in. */
const notSignedInAs = async (outcome: Error, tenantId?: string) => explanation(await signInError(outcome, tenantId));

/** What it prints where the real client finds these variables, and sends nothing. */
async function realClient(env: Record<string, string>) {
  const { stderr, end } = startWithRealClient({ env });
  await end();
  return stderr();
}

/** What it prints where a proxy answers in the vault's place. */
const proxied = async (status: number, body?: string, type?: string) =>
  explanation(await sdkError(status, body, { type, isSignedIn: false }));

/** The arguments of the creation that learners change. */
const creation = "DefaultCertificatePolicy, pollOptions";

const otherHost = checkServerIdentity("demo-vault.vault.azure.net", { subjectaltname: "DNS:contoso.com" } as never);

// Where words are read that no test brings about, since whoever says them cannot be asked.
const entra = "Microsoft Entra ID: learn.microsoft.com/entra/identity-platform/reference-error-codes";
const keyVault = "Key Vault: recorded answers, and issues of the Azure SDKs and the Azure CLI";
const workloads =
  "Microsoft Entra ID: learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity";
const libuv = "Node.js: util.getSystemErrorMap()";
const openssl = "OpenSSL: X509_verify_cert_error_string(), ERR_error_string()";

/** The words in the README, in its order: how they come to be on the screen, or else where they are read. */
const words: Record<string, (() => Promise<string>) | string> = {
  "is not defined": () => changed("getCertificate(certificateName)", "getCertificate(certificatName)"),
  "is not a function": () => changed(creation, '{ ...DefaultCertificatePolicy, keyUsage: "x" as never }, pollOptions'),
  "cannot be empty": () =>
    changed("getCertificate(certificateName)", 'getCertificateVersion(certificateName, "").then(String)'),
  "reading 'subjectAlternativeNames'": () => changed(creation, "undefined as never, pollOptions"),
  "has invalid value": () => changed(creation, '{ ...DefaultCertificatePolicy, subject: "x" }, pollOptions'),
  "HTTP GET not allowed": () => changed("getCertificate(certificateName)", 'getCertificate("")'),
  "KEY_VAULT_NAME is not": () => set({ KEY_VAULT_NAME: "https://contoso.vault.azure.net" }),
  "Invalid value for AZURE_TOKEN_CREDENTIALS": () => set({ AZURE_TOKEN_CREDENTIALS: "az" }),
  "tsx: not found": "dash, which is sh on Debian and Ubuntu",
  "tsx: command not found": "bash, which is sh on macOS",
  "'tsx' is not recognized": "cmd.exe, which npm uses on Windows",
  "Cannot find package": "Node.js: ERR_MODULE_NOT_FOUND",
  EBADENGINE: "npm: npm-install-checks",
  "Unknown file extension": "Node.js: ERR_UNKNOWN_FILE_EXTENSION",
  ETARGET: "npm: npm-pick-manifest",
  EBADF: libuv,
  "offline vault does not answer": () => changed("getCertificate(certificateName)", "getContacts()"),
  "unexpected statusCode 501": () => changed("getCertificate(certificateName)", "listPropertiesOfIssuers().next()"),
  "Sign in, in one of these ways": notSignedIn,
  "Please run 'az login' from a command prompt": "@azure/identity: AzureCliCredential, as in process.test.ts",
  AADSTS50074: entra,
  AADSTS50076: entra,
  AADSTS50078: entra,
  AADSTS50079: entra,
  AADSTS700082: entra,
  AADSTS70043: entra,
  AADSTS50020: entra,
  AKV10032: keyVault,
  "acquire tokens for tenant": () => notSignedInAs(new Error("This is not asked."), "another-tenant"),
  "claims challenge": "@azure/identity: AzureCliCredential and AzurePowerShellCredential",
  AADSTS7000222: entra,
  AADSTS7000215: () => rehearsed("InvalidClientSecret"),
  AADSTS700016: entra,
  AADSTS700213: workloads,
  AADSTS700024: workloads,
  "disallowed by policy": keyVault,
  RequestDisallowedByPolicy: "Azure Resource Manager, as the Azure CLI's documentation on errors quotes it",
  AADSTS53003: entra,
  AADSTS530084: "Microsoft Entra ID, as issues of the Azure CLI quote it",
  "Caller is not authorized to perform action on resource.": () => rehearsed("ForbiddenByRbac"),
  "does not have certificates": () => rehearsed("AccessDenied"),
  "Client address is not authorized": () => rehearsed("ForbiddenByFirewall"),
  "Public network access is disabled": () => rehearsed("ForbiddenByConnection"),
  "not an approved private link": keyVault,
  "NSP policy": keyVault,
  "The challenge resource": async () => explanation(await sdkError(200, {}, { resource: "https://vault.azure.cn" })),
  "was not found in this key vault": () => changed("getCertificate(certificateName)", 'getCertificate("other")'),
  "is currently in a deleted but recoverable state": () => rehearsed("ObjectIsDeletedButRecoverable"),
  "is currently being deleted": () => rehearsed("ObjectIsBeingDeleted"),
  "is currently being recovered": () => rehearsed("ObjectIsBeingRecovered"),
  "returned no certificate": () => rehearsed("Cancelled"),
  "status is inProgress": () => rehearsed("Conflict"),
  "The call to DigiCert failed": () => rehearsed("IssuerRefused"),
  "may still be in": () => rehearsed("ConnectionLost"),
  "too many requests": () => rehearsed("Throttled"),
  "internal error": () => rehearsed("InternalError"),
  temporarily: entra,
  AADSTS90033: entra,
  AKV10046: keyVault,
  ENOTFOUND: () => rehearsed("HostNotFound"),
  EAI_AGAIN: libuv,
  ECONNREFUSED: () => rehearsed("ConnectionRefused"),
  ECONNRESET: () => rehearsed("ConnectionReset"),
  ETIMEDOUT: libuv,
  EHOSTUNREACH: libuv,
  ENETUNREACH: libuv,
  network_error: () => notSignedInAs(new Error("connect ECONNREFUSED 203.0.113.1:443")),
  "socket hang up": "Node.js: lib/_http_client.js",
  "Client network socket disconnected": "Node.js: lib/internal/tls/wrap.js",
  "Proxy connection ended": "https-proxy-agent: parse-proxy-response.js",
  "Unexpected status code: 407": () => proxied(407, "<html></html>", "text/html"),
  "Invalid URL": () => realClient({ HTTPS_PROXY: "proxy" }),
  "URI malformed": "V8: decodeURIComponent(), which https-proxy-agent calls for the proxy's user and password",
  EPROTO: libuv,
  "Unexpected status code: 403": () => rehearsed("ProxyBlocked"),
  "while parsing the response body": () => proxied(403, "<html></html>"),
  AKV10000: keyVault,
  "status code: 502": () => proxied(502, "<html></html>", "text/html"),
  "status code: 503": () => proxied(503, "<html></html>", "text/html"),
  "status code: 504": () => proxied(504, "<html></html>", "text/html"),
  "Cannot read properties of undefined (reading 'error')": () => proxied(503),
  "Error reading response as text": "@typespec/ts-http-runtime: nodeHttpClient.ts",
  "self-signed certificate in certificate chain": openssl,
  "unable to verify the first certificate": openssl,
  "unable to get local issuer certificate": openssl,
  altnames: () => explanation(otherHost ?? new Error("")),
  "certificate is not yet valid": openssl,
  "certificate has expired": openssl,
};

const scenes = Object.entries(words).flatMap(([said, by]) => (typeof by === "function" ? [[said, by] as const] : []));

test.each(scenes)("The script says '%s'", async (said, scene) => {
  expect(await scene()).toContain(said);
});

test("The README has a cure for all these words, and for no others", () => {
  expect(troubleshooting().flatMap(({ words }) => words)).toEqual(Object.keys(words));
});

test("For all other words the README has a way on", () => {
  const [rest = ""] = section("Troubleshooting")
    .map(({ raw }) => raw)
    .join("")
    .split("### Anything else\n")
    .slice(1);
  expect(rest).toMatch(/rest-error-codes[^]+identity\/troubleshoot[^]+azure-sdk-for-js\/issues/);
});
