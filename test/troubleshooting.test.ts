import { expect, test } from "@jest/globals";
import { checkServerIdentity } from "node:tls";
import { pathToFileURL } from "node:url";
import { explanation, failureWithMockedClient } from "./helpers/mocked-client.ts";
import { section, troubleshooting } from "./helpers/readme.ts";
import { rehearseInThisProcess, startWithRealClient } from "./helpers/rehearsal.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { sdkError, signInError } from "./helpers/sdk-errors.ts";

/** What the script prints where the environment has these variables. */
const set = (env: Record<string, string>) => failureWithMockedClient({}, { env });

/** What it prints in the demo of the certificate that bears a failure's name. */
const rehearsed = async (name: string) => (await rehearseInThisProcess(name)).stderr;

/** What it prints in the demo where nobody is signed in. */
const notSignedIn = async () => (await rehearseInThisProcess("my-cert", { env: { OFFLINE_SIGN_IN: "none" } })).stderr;

/** What it prints in the demo where a reader has changed it. */
async function changed(from: string, to: string) {
  const script = pathToFileURL(alteredScript(from, to).script).href;
  return (await rehearseInThisProcess("my-cert", { script })).stderr;
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

const otherHost = checkServerIdentity("demo-vault.vault.azure.net", { subjectaltname: "DNS:contoso.com" } as never);

// Where words are read that no test brings about, since whoever says them cannot be asked.
const entra = "Microsoft Entra ID: learn.microsoft.com/entra/identity-platform/reference-error-codes";
const keyVault = "Key Vault: recorded answers, and issues of the Azure SDKs and the Azure CLI";
const libuv = "Node.js: util.getSystemErrorMap()";
const openssl = "OpenSSL: X509_verify_cert_error_string(), ERR_error_string()";

/** The words in the README, in its order: how they come to be on the screen, or else where they are read. */
const words: Record<string, (() => Promise<string>) | string> = {
  "KEY_VAULT_NAME is not set.": () => set({ KEY_VAULT_NAME: "" }),
  "KEY_VAULT_NAME is not the name of a vault": () => set({ KEY_VAULT_NAME: "https://contoso.vault.azure.net" }),
  "Invalid value for AZURE_TOKEN_CREDENTIALS": () => set({ AZURE_TOKEN_CREDENTIALS: "az" }),
  EBADF: libuv,
  "has invalid value": () =>
    changed("DefaultCertificatePolicy, pollOptions", '{ ...DefaultCertificatePolicy, subject: "x" }'),
  "was not found in this key vault": () => changed("getCertificate(certificateName)", 'getCertificate("other")'),
  "is not a function": () =>
    changed(
      "DefaultCertificatePolicy, pollOptions",
      '{ ...DefaultCertificatePolicy, keyUsage: "keyCertSign" as never }, pollOptions',
    ),
  "offline vault does not answer": () => changed("client.getCertificate(certificateName)", "client.getContacts()"),
  "Pagination failed with unexpected statusCode 501": () =>
    changed("client.getCertificate(certificateName)", "client.listPropertiesOfIssuers().next()"),
  "Sign in, in one of these ways": notSignedIn,
  AADSTS50076: entra,
  AADSTS50079: entra,
  AADSTS700082: entra,
  AADSTS70043: entra,
  AADSTS50020: entra,
  AKV10032: keyVault,
  "not configured to acquire tokens for tenant": () => notSignedInAs(new Error("This is not asked."), "another-tenant"),
  "EnvironmentCredential authentication failed.": () => rehearsed("InvalidClientSecret"),
  AADSTS7000215: () => rehearsed("InvalidClientSecret"),
  AADSTS700016: entra,
  AADSTS53003: entra,
  "disallowed by policy": keyVault,
  "Caller is not authorized to perform action on resource.": () => rehearsed("ForbiddenByRbac"),
  "does not have certificates": () => rehearsed("AccessDenied"),
  "Client address is not authorized": () => rehearsed("ForbiddenByFirewall"),
  "Public network access is disabled": () => rehearsed("ForbiddenByConnection"),
  "not an approved private link": keyVault,
  "NSP policy": keyVault,
  "The challenge resource": async () => explanation(await sdkError(200, {}, { resource: "https://vault.azure.cn" })),
  "is currently in a deleted but recoverable state": () => rehearsed("ObjectIsDeletedButRecoverable"),
  "is currently being deleted": () => rehearsed("ObjectIsBeingDeleted"),
  "is currently being recovered": () => rehearsed("ObjectIsBeingRecovered"),
  "was cancelled, or the script was changed": () => rehearsed("Cancelled"),
  "status is inProgress": () => rehearsed("Conflict"),
  "The call to DigiCert failed": () => rehearsed("IssuerRefused"),
  "may still be in": () => rehearsed("ConnectionLost"),
  "too many requests": () => rehearsed("Throttled"),
  "An internal error has occurred.": () => rehearsed("InternalError"),
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
  "Cannot read properties of undefined (reading 'error')": () => proxied(407),
  "Invalid URL": () => realClient({ HTTPS_PROXY: "proxy" }),
  "URI malformed": "V8: decodeURIComponent(), which https-proxy-agent calls for the proxy's user and password",
  EPROTO: libuv,
  "wrong version number": openssl,
  "Unexpected status code: 403": () => rehearsed("ProxyBlocked"),
  "while parsing the response body": () => proxied(403, "<html></html>"),
  AKV10000: keyVault,
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
