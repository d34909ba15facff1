import { expect, test } from "@jest/globals";
import { checkServerIdentity } from "node:tls";
import { pathToFileURL } from "node:url";
import { explanation, failureWithMockedClient } from "./helpers/mocked-client.ts";
import { section, troubleshooting } from "./helpers/readme.ts";
import { rehearseInThisProcess, startWithRealClient } from "./helpers/rehearsal.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { sdkError, signInError, toolsError } from "./helpers/sdk-errors.ts";
import { errorBody } from "./offline/answers.ts";

/** What the script prints where the environment has these variables. */
const set = (env: Record<string, string>) => failureWithMockedClient({}, { env });

/** What it prints in the demo of the certificate that bears a failure's name. */
const rehearsed = async (name: string) => (await rehearseInThisProcess(name)).stderr;

/** What it prints in the demo where a reader has changed it. */
async function changed(from: string, to: string) {
  const script = pathToFileURL(alteredScript(from, to).script).href;
  return (await rehearseInThisProcess("my-cert", { script })).stderr;
}

/** What it prints where the Azure CLI prints this. */
const az = async (stderr: string) =>
  explanation(await toolsError({ az: stderr, pwsh: "Run Connect-AzAccount to login" }));

/** What it prints where Microsoft Entra ID says this to a service principal. */
const entra = async (error_description: string) =>
  explanation(await signInError({ error: "invalid_client", error_description }));

/** What it prints where Key Vault refuses the creation. */
const refused = async (status: number, message: string, innererror?: string) =>
  explanation(await sdkError(status, errorBody("Code", message, innererror)));

/** What it prints where the connection to the vault fails, as Node tells it. */
const unconnected = async (message: string, code: string) => {
  const fail = () => Promise.reject(Object.assign(new Error(message), { code }));
  return (await rehearseInThisProcess("my-cert", {}, fail)).stderr;
};

/** What it prints where the real client finds these variables, and sends nothing. */
async function realClient(env: Record<string, string>) {
  const { stderr, end } = startWithRealClient({ env });
  await end();
  return stderr();
}

/** What it prints where a proxy answers in the vault's place. */
const proxied = async (status: number, body?: string, type?: string) =>
  explanation(await sdkError(status, body, { type, isSignedIn: false }));

const otherHost = checkServerIdentity("demo-vault.vault.azure.net", {
  subjectaltname: "DNS:proxy.contoso.com",
} as never);

/** What Node says when this fails. */
function wordsOf(call: () => unknown) {
  try {
    return `${call()}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** How the words in the README come to be on the screen, in its order. */
const scenes: Record<string, () => Promise<string>> = {
  "KEY_VAULT_NAME is not set.": () => set({ KEY_VAULT_NAME: "" }),
  "KEY_VAULT_NAME is not the name of a vault": () => set({ KEY_VAULT_NAME: "https://contoso.vault.azure.net" }),
  "Invalid value for AZURE_TOKEN_CREDENTIALS": () => set({ AZURE_TOKEN_CREDENTIALS: "az" }),
  EBADF: () => explanation(new Error("EBADF: bad file descriptor, read")),
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
  "Sign in, in one of these ways": () => az("Please run 'az login' to setup account."),
  AADSTS50076: () => az("ERROR: AADSTS50076: Due to a configuration change made by your administrator, …"),
  AADSTS50079: () => az("ERROR: AADSTS50079: Due to a configuration change made by your administrator, …"),
  AADSTS700082: () => az("ERROR: AADSTS700082: The refresh token has expired due to inactivity. …"),
  AADSTS70043: () => az("ERROR: AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency …"),
  AADSTS50020: () => az("ERROR: AADSTS50020: User account 'jane@contoso.com' from identity provider 'live.com' …"),
  AKV10032: () => refused(401, "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/…/, found …."),
  "not configured to acquire tokens for tenant": async () =>
    explanation(await signInError(new Error("This is not asked for."), "another-tenant")),
  "EnvironmentCredential authentication failed.": () => rehearsed("InvalidClientSecret"),
  AADSTS7000215: () => rehearsed("InvalidClientSecret"),
  AADSTS700016: () => entra("AADSTS700016: Application with identifier '…' was not found in the directory 'Contoso'."),
  AADSTS53003: () => az("ERROR: AADSTS53003: Access has been blocked by Conditional Access policies. …"),
  "disallowed by policy": () => refused(403, "Certificate 'my-cert' was disallowed by policy."),
  "Caller is not authorized to perform action on resource.": () => rehearsed("ForbiddenByRbac"),
  "does not have certificates": () => rehearsed("AccessDenied"),
  "Client address is not authorized": () => rehearsed("ForbiddenByFirewall"),
  "Public network access is disabled": () => rehearsed("ForbiddenByConnection"),
  "not an approved private link": () =>
    refused(403, "Connection is not an approved private link and caller was ignored …", "ForbiddenByConnection"),
  "NSP policy": () => refused(403, "Access is forbidden by NSP policy.", "ForbiddenByNsp"),
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
  EAI_AGAIN: () => unconnected("getaddrinfo EAI_AGAIN demo-vault.vault.azure.net", "EAI_AGAIN"),
  ECONNREFUSED: () => rehearsed("ConnectionRefused"),
  ECONNRESET: () => rehearsed("ConnectionReset"),
  ETIMEDOUT: () => unconnected("", "ETIMEDOUT"),
  EHOSTUNREACH: () => unconnected("connect EHOSTUNREACH 203.0.113.1:443", "EHOSTUNREACH"),
  ENETUNREACH: () => unconnected("connect ENETUNREACH 203.0.113.1:443", "ENETUNREACH"),
  network_error: async () => explanation(await signInError(new Error("connect ECONNREFUSED 203.0.113.1:443"))),
  "socket hang up": () => unconnected("socket hang up", "ECONNRESET"),
  "Client network socket disconnected": () =>
    unconnected("Client network socket disconnected before secure TLS connection was established", "ECONNRESET"),
  "Proxy connection ended": () => unconnected("Proxy connection ended before receiving CONNECT response", ""),
  "Unexpected status code: 407": () => proxied(407, "<html></html>", "text/html"),
  "Cannot read properties of undefined (reading 'error')": () => proxied(407),
  "Invalid URL": () => realClient({ HTTPS_PROXY: "proxy" }),
  "URI malformed": () =>
    unconnected(
      wordsOf(() => decodeURIComponent("100%")),
      "",
    ),
  EPROTO: () => unconnected("write EPROTO 0:error:0A00010B:SSL routines::wrong version number", "EPROTO"),
  "wrong version number": () =>
    unconnected("write EPROTO 0:error:0A00010B:SSL routines::wrong version number", "EPROTO"),
  "Unexpected status code: 403": () => rehearsed("ProxyBlocked"),
  "while parsing the response body": () => proxied(403, "<html></html>"),
  AKV10000: () => refused(401, "AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token."),
  "self-signed certificate in certificate chain": () =>
    unconnected("self-signed certificate in certificate chain", "SELF_SIGNED_CERT_IN_CHAIN"),
  "unable to verify the first certificate": () =>
    unconnected("unable to verify the first certificate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
  "unable to get local issuer certificate": () =>
    unconnected("unable to get local issuer certificate", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
  altnames: () => unconnected(`${otherHost?.message}`, "ERR_TLS_CERT_ALTNAME_INVALID"),
  "certificate is not yet valid": () => unconnected("certificate is not yet valid", "CERT_NOT_YET_VALID"),
  "certificate has expired": () => unconnected("certificate has expired", "CERT_HAS_EXPIRED"),
};

test.each(Object.keys(scenes))("The script says '%s'", async (words) => {
  expect(await scenes[words]?.()).toContain(words);
});

test("The README has a cure for all these words, and for no others", () => {
  expect(troubleshooting().flatMap(({ words }) => words)).toEqual(Object.keys(scenes));
});

test("For all other words the README has a way on", () => {
  const [rest = ""] = section("Troubleshooting")
    .map(({ raw }) => raw)
    .join("")
    .split("### Anything else\n")
    .slice(1);
  expect(rest).toMatch(/rest-error-codes[^]+identity\/troubleshoot[^]+azure-sdk-for-js\/issues/);
});
