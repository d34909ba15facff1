import { expect, test } from "@jest/globals";
import { checkServerIdentity } from "node:tls";
import { explanation, failureWithMockedClient } from "./helpers/mocked-client.ts";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { entriesOf, textOf } from "./helpers/pages.ts";
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

const page = ".github/TROUBLESHOOTING.md";

// Where words are read that no test brings about, since whoever says them cannot be asked.
const entra = "Microsoft Entra ID: learn.microsoft.com/entra/identity-platform/reference-error-codes";
const devicecode =
  "Microsoft Entra ID: learn.microsoft.com/entra/identity/conditional-access/concept-authentication-flows";
const reports = "Microsoft Entra ID, as public issues quote it";
const keyVault = "Key Vault: recorded answers, and issues of the Azure SDKs and the Azure CLI";
const arm = "Azure Resource Manager, as public issues quote it";
const workloads =
  "Microsoft Entra ID: learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity";
const az = "Azure CLI 2.91, run against servers of this machine";
const powershell = "Azure PowerShell: its sources and issues";
const powershellItself = "PowerShell: CommandNotFoundException";
const azd = "Azure Developer CLI: its issues, and Go's crypto/x509";
const dotnet = ".NET: HttpClient";
const identity = "@azure/identity: AzureCliCredential, AzurePowerShellCredential";
const libuv = "Node.js: util.getSystemErrorMap()";
const npm = "npm 10 to 12, run against a registry of this machine";
const nodesJson = "V8: JSON.parse() of what a tool prints, in @azure/identity";
const jsonwebtoken = "jsonwebtoken, which MSAL signs with";
const llhttp = "Node.js: llhttp";
const openssl = "OpenSSL: X509_verify_cert_error_string(), ERR_error_string()";

/** The words on the page, in its order: how they come to be on the screen, or else where they are read. */
const words: Record<string, (() => Promise<string>) | string> = {
  "KEY_VAULT_NAME is not": () => set({ KEY_VAULT_NAME: "https://contoso.vault.azure.net" }),
  "tsx: not found": "dash, which is sh on Debian and Ubuntu",
  "tsx: command not found": "bash, which is sh on macOS",
  "'tsx' is not recognized": "cmd.exe, which npm uses on Windows",
  "Cannot find package": "Node.js: ERR_MODULE_NOT_FOUND",
  "Unknown file extension": "Node.js: ERR_UNKNOWN_FILE_EXTENSION",
  EBADENGINE: "npm: npm-install-checks",
  "Exit handler never called": npm,
  E401: npm,
  E403: npm,
  E404: npm,
  "Incorrect or missing password": npm,
  "No matching version found": npm,
  "with a date before": "npm: npm-pick-manifest",
  E407: npm,
  ERR_SSL_WRONG_VERSION_NUMBER: npm,
  SELF_SIGNED_CERT_IN_CHAIN: npm,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: npm,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: npm,
  EUSAGE: "npm: arborist",
  "Could not read package.json": npm,
  "Missing script": npm,
  "Cannot find module": "Node.js: MODULE_NOT_FOUND",
  EACCES: npm,
  "The token '&&' is not a valid statement separator": "Windows PowerShell 5.1: InvalidEndOfLine",
  "running scripts is disabled on this system": "PowerShell: PSSecurityException",
  bootloader: "Node.js: internal/preload, where Visual Studio Code has set NODE_OPTIONS",
  "is not allowed in NODE_OPTIONS": "Node.js: node.cc",
  EBADF: libuv,
  "Sign in, in one of these ways": notSignedIn,
  "EnvironmentCredential authentication failed": () => rehearsed("InvalidClientSecret"),
  "Please run 'az login' from a command prompt": "@azure/identity: AzureCliCredential, as in process.test.ts",
  "Please run 'az login' to setup account": az,
  'Please run "az login" to access your accounts': az,
  "Unexpected end of JSON input": nodesJson,
  "is not valid JSON": nodesJson,
  "Please run 'Connect-AzAccount' from PowerShell": identity,
  "Run Connect-AzAccount to login": powershell,
  "Your Azure credentials have not been set up or have expired": powershell,
  "Please run 'azd auth login'": identity,
  "not logged in, run": azd,
  "reauthentication required": azd,
  "Azure CLI could not be found": identity,
  "az: command not found": "bash",
  "command not found: az": "zsh",
  "'az' is not recognized": "cmd.exe",
  "The term 'Connect-AzAccount' is not recognized": powershellItself,
  "module >= 2.2.0 is not installed": identity,
  AADSTS50072: entra,
  AADSTS50074: entra,
  AADSTS50076: entra,
  AADSTS50078: entra,
  AADSTS50079: entra,
  AADSTS50158: entra,
  "User interaction is required": powershell,
  "Authentication failed against": powershell,
  AADSTS50173: entra,
  AADSTS50132: entra,
  AADSTS50133: entra,
  AADSTS50089: entra,
  AADSTS70008: entra,
  AADSTS700082: entra,
  AADSTS70043: entra,
  AADSTS70044: reports,
  AADSTS50005: entra,
  AADSTS50097: entra,
  AADSTS53000: entra,
  AADSTS53001: entra,
  AADSTS530036: devicecode,
  AADSTS53003: entra,
  AADSTS53002: entra,
  AADSTS53004: entra,
  AADSTS53011: entra,
  AADSTS530032: entra,
  AADSTS530035: entra,
  AADSTS530084: reports,
  AADSTS500212: entra,
  AADSTS500213: entra,
  AADSTS50105: entra,
  AADSTS50020: entra,
  AADSTS50034: entra,
  AADSTS51004: entra,
  AADSTS16000: entra,
  AADSTS16003: entra,
  AADSTS50014: entra,
  AADSTS90072: entra,
  AKV10032: keyVault,
  AADSTS500011: entra,
  "acquire tokens for tenant": () => notSignedInAs(new Error("This is not asked."), "another-tenant"),
  "claims challenge": "@azure/identity: AzureCliCredential and AzurePowerShellCredential",
  AADSTS50055: entra,
  AADSTS50144: entra,
  AADSTS50053: entra,
  AADSTS50057: entra,
  AADSTS90002: entra,
  "No subscriptions found": az,
  "No subscription found in the context": powershell,
  "Invalid value for AZURE_TOKEN_CREDENTIALS": () => set({ AZURE_TOKEN_CREDENTIALS: "az" }),
  AADSTS7000222: entra,
  AADSTS7000215: () => rehearsed("InvalidClientSecret"),
  AADSTS700016: entra,
  AADSTS700027: entra,
  AADSTS7000112: entra,
  AADSTS70001: entra,
  "service principal certificate with --password": az,
  "does not contain a PEM-encoded certificate": identity,
  "secretOrPrivateKey must be an asymmetric key": jsonwebtoken,
  "bad decrypt": openssl,
  "DECODER routines::unsupported": openssl,
  "ENOENT: no such file or directory, open": libuv,
  "No content on the file": identity,
  AADSTS700213: workloads,
  AADSTS700024: workloads,
  MissingSubscriptionRegistration: az,
  "The subscription is not registered": az,
  RequestDisallowedByAzure: az,
  "was disallowed by Azure": az,
  InvalidResourceGroupLocation: arm,
  "is not available for resource type": arm,
  "The specified vault": az,
  "was disallowed by policy": keyVault,
  RequestDisallowedByPolicy: arm,
  VaultAlreadyExists: arm,
  "is already in use": arm,
  "already exists in deleted state": arm,
  "--scope can't be an empty string": az,
  "not found within subscription": az,
  "Cannot find vault": powershell,
  "doesn't exist in cloud": az,
  "Check the spelling and casing": az,
  "provide a valid tenant or a valid subscription": powershell,
  ResourceGroupNotFound: az,
  "roleAssignments/write": arm,
  "Operation returned an invalid status code 'Forbidden'": powershell,
  "Operation returned an invalid status code 'Conflict'": powershell,
  "does not have authorization to perform action": arm,
  "/me request is only valid with delegated authentication flow": az,
  "Cannot find user or service principal in graph database": az,
  "Unable to get object id from principal name": az,
  "does not exist in the directory": arm,
  "Insufficient privileges to complete the operation": az,
  "Cannot find the Active Directory object": powershell,
  "Unable to query active directory": az,
  "Access policy is not set": powershell,
  "was unexpected at this time": "cmd.exe, which runs the Azure CLI on Windows",
  "Cannot set policies to a vault with '--enable-rbac-authorization' specified": az,
  "deletedVaults/purge/action": arm,
  DeletedVaultPurge: arm,
  "No deleted Vault or HSM was found": az,
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
  "^C": "the terminal, which echoes Ctrl-C",
  "Terminate batch job": "cmd.exe, which runs npm on Windows",
  "too many requests": () => rehearsed("Throttled"),
  "internal error": () => rehearsed("InternalError"),
  temporarily: entra,
  AADSTS90033: entra,
  AADSTS90024: entra,
  AADSTS90006: entra,
  AADSTS50033: entra,
  AKV10046: keyVault,
  "is not defined": () => changed("getCertificate(certificateName)", "getCertificate(certificatName)"),
  "is not a function": () => changed(creation, '{ ...DefaultCertificatePolicy, keyUsage: "x" as never }, pollOptions'),
  "cannot be empty": () =>
    changed("getCertificate(certificateName)", 'getCertificateVersion(certificateName, "").then(String)'),
  "reading 'subjectAlternativeNames'": () => changed(creation, "undefined as never, pollOptions"),
  "HTTP GET not allowed": () => changed("getCertificate(certificateName)", 'getCertificate("")'),
  "has invalid value": () => changed(creation, '{ ...DefaultCertificatePolicy, subject: "x" }, pollOptions'),
  "offline vault does not answer": () => changed("getCertificate(certificateName)", "getContacts()"),
  "unexpected statusCode 501": () => changed("getCertificate(certificateName)", "listPropertiesOfIssuers().next()"),
  ENOTFOUND: () => rehearsed("HostNotFound"),
  EAI_AGAIN: libuv,
  "Failed to resolve": az,
  ECONNREFUSED: () => rehearsed("ConnectionRefused"),
  ECONNRESET: () => rehearsed("ConnectionReset"),
  ETIMEDOUT: libuv,
  EHOSTUNREACH: libuv,
  ENETUNREACH: libuv,
  network_error: () => notSignedInAs(new Error("connect ECONNREFUSED 203.0.113.1:443")),
  "socket hang up": "Node.js: lib/_http_client.js",
  "Client network socket disconnected": "Node.js: lib/internal/tls/wrap.js",
  "Proxy connection ended": "https-proxy-agent: parse-proxy-response.js",
  "network timeout at": npm,
  "Unable to connect to proxy": az,
  "Network is unreachable": az,
  "Connection aborted": az,
  "Invalid URL": () => realClient({ HTTPS_PROXY: "proxy" }),
  "URI malformed": "V8: decodeURIComponent(), which https-proxy-agent calls for the proxy's user and password",
  "Unexpected status code: 407": () => proxied(407, "<html></html>", "text/html"),
  "Http status code: 407": identity,
  "Tunnel connection failed: 407": az,
  "Unexpected status code": () => rehearsed("ProxyBlocked"),
  "Tunnel connection failed": az,
  "Cannot read properties of undefined (reading 'error')": () => proxied(503),
  "while parsing the response body": () => proxied(403, "<html></html>"),
  "invalid json response body": npm,
  "Http status code": identity,
  "Parse Error": llhttp,
  AKV10000: keyVault,
  "wrong version number": openssl,
  WRONG_VERSION_NUMBER: az,
  EPROTO: libuv,
  "SSL routines": openssl,
  "[SSL:": az,
  "EOF occurred in violation of protocol": az,
  "Error reading response as text": "@typespec/ts-http-runtime: nodeHttpClient.ts",
  CERTIFICATE_VERIFY_FAILED: az,
  "Certificate verification failed": az,
  "Could not find a suitable TLS CA certificate bundle": az,
  "specified with an invalid file path": az,
  "Unable to get authority configuration": az,
  "The SSL connection could not be established": dotnet,
  "The remote certificate is invalid": dotnet,
  "Could not establish trust relationship": dotnet,
  "x509: certificate signed by unknown authority": azd,
  "certificate is not trusted": azd,
  "self-signed certificate in certificate chain": openssl,
  "unable to get local issuer certificate": openssl,
  "unable to get issuer certificate": openssl,
  "unable to verify the first certificate": openssl,
  "Ignoring extra certs": "Node.js: crypto_context.cc",
  "self-signed certificate": openssl,
  altnames: () => explanation(otherHost ?? new Error("")),
  "certificate is not yet valid": openssl,
  "certificate has expired": openssl,
  "MissingSubscription)": az,
  "C:/Program Files/Git": az,
  "Operation returned an invalid status 'Bad Request'": az,
};

const scenes = Object.entries(words).flatMap(([said, by]) => (typeof by === "function" ? [[said, by] as const] : []));

test.each(scenes)("The script says '%s'", async (said, scene) => {
  expect(await scene()).toContain(said);
});

test("The page has a cure for all these words, and for no others", () => {
  expect(entriesOf(page).flatMap(({ words }) => words)).toEqual(Object.keys(words));
});

test("The words of the README's own entries are on the page, too", () => {
  const short = entriesOf("README.md").flatMap(({ words }) => words);
  expect(short.length).toBeGreaterThanOrEqual(10);
  expect(Object.keys(words)).toEqual(expect.arrayContaining(short));
});

test("For all other words the page has a way on, in its last entry", () => {
  const [, rest = ""] = textOf(page).split("## Anything else\n");
  expect(rest).toMatch(/rest-error-codes[^]+identity\/troubleshoot[^]+azure-sdk-for-js\/issues/);
});

test("The README's Troubleshooting, to which the script leads, leads to this page", () => {
  const [, rest = ""] = textOf("README.md").split("\n## Troubleshooting\n");
  expect(rest.split("\n## ")[0]).toContain(`](${page})`);
});
