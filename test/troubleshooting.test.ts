import { AggregateAuthenticationError, AuthenticationError, CredentialUnavailableError } from "@azure/identity";
import { expect, test } from "@jest/globals";
import { explanation, failureWithMockedClient } from "./helpers/mocked-client.ts";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { readmeTable } from "./helpers/readme.ts";
import { sdkError, signInError } from "./helpers/sdk-errors.ts";
import { errorBody } from "./offline/failures.ts";

/** What the script prints where the vault's name is this. */
const named = (KEY_VAULT_NAME: string) => failureWithMockedClient({}, { env: { KEY_VAULT_NAME } });

/** What it prints of a pending creation that ends so. */
const ending = (created: Promise<unknown>) => failureWithMockedClient({ created });

/** What it prints where the Azure CLI signs in, and says this. */
const az = (message: string) =>
  explanation(new AggregateAuthenticationError([new CredentialUnavailableError(message)], ""));

/** What it prints where a service principal signs in, and Microsoft Entra ID says this. */
const entra = (error_description: string) =>
  explanation(
    new AuthenticationError(400, { error: "EnvironmentCredential authentication failed.", error_description }),
  );

/** What it prints where Key Vault refuses the creation. */
const refused = async (status: number, message: string, innererror?: string) =>
  explanation(await sdkError(status, errorBody("Code", message, innererror)));

/** What it prints where the connection fails, as Node tells it. */
const unconnected = (message: string, code = "") =>
  explanation(Object.assign(new Error(message), { name: "RestError", code }));

/** How the words in the README's table come to be on the screen. */
const scenes: Record<string, () => Promise<string>> = {
  "KEY_VAULT_NAME is not set.": () => named(""),
  "KEY_VAULT_NAME is not the name of a vault": () => named("https://contoso.vault.azure.net"),
  "Sign in. If you are signed in": () =>
    az("Please run 'az login' from a command prompt to authenticate before using this credential."),
  AADSTS50076: () =>
    az(
      "ERROR: AADSTS50076: Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '…'. Trace ID: …",
    ),
  AADSTS50079: () =>
    az(
      "ERROR: AADSTS50079: Due to a configuration change made by your administrator, you must enroll in multi-factor authentication to access '…'. Trace ID: …",
    ),
  AADSTS50020: () =>
    az(
      "ERROR: AADSTS50020: User account 'jane@contoso.com' from identity provider 'live.com' does not exist in tenant 'Contoso'. Trace ID: …",
    ),
  AKV10032: () =>
    refused(
      401,
      "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/…/, found https://sts.windows.net/…/.",
    ),
  AADSTS53003: () =>
    az(
      "ERROR: AADSTS53003: Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
  AADSTS700082: () =>
    az("ERROR: AADSTS700082: The refresh token has expired due to inactivity. The token was issued on …"),
  AADSTS70043: () =>
    az(
      "ERROR: AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was issued on …",
    ),
  "EnvironmentCredential authentication failed.": () => entra("AADSTS90002: Tenant 'a-tenant' not found."),
  AADSTS7000215: () => entra("AADSTS7000215: Invalid client secret provided. Ensure …"),
  AADSTS700016: () => entra("AADSTS700016: Application with identifier '…' was not found in the directory 'Contoso'."),
  "not configured to acquire tokens for tenant": () =>
    entra("The current credential is not configured to acquire tokens for tenant …. To enable …"),
  network_error: async () => explanation(await signInError(new Error("connect ECONNREFUSED 203.0.113.1:443"))),
  "Caller is not authorized to perform action on resource.": () =>
    refused(403, "Caller is not authorized to perform action on resource.\r\nIf role assignments …", "ForbiddenByRbac"),
  "does not have certificates": () =>
    refused(
      403,
      "The user, group or application '…' does not have certificates create permission on key vault '…'. For help …",
      "AccessDenied",
    ),
  "Client address is not authorized": () =>
    refused(
      403,
      "Client address is not authorized and caller is not a trusted service.\r\nClient address: 203.0.113.7",
      "ForbiddenByFirewall",
    ),
  "Public network access is disabled": () =>
    refused(
      403,
      "Public network access is disabled and request is not from a trusted service nor via an approved private link.",
      "ForbiddenByConnection",
    ),
  "not an approved private link": () =>
    refused(
      403,
      "Connection is not an approved private link and caller was ignored because bypass is not set to 'AzureServices' and PublicNetworkAccess is set to 'Disabled'.",
      "ForbiddenByConnection",
    ),
  "is currently in a deleted but recoverable state": () =>
    refused(
      409,
      "Certificate my-cert is currently in a deleted but recoverable state, and its name cannot be reused; …",
      "ObjectIsDeletedButRecoverable",
    ),
  "is currently being deleted": () =>
    refused(
      409,
      "Certificate my-cert is currently being deleted and cannot be re-created; retry later.",
      "ObjectIsBeingDeleted",
    ),
  "status is inProgress": () =>
    refused(
      409,
      "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
    ),
  "too many requests": () =>
    refused(
      429,
      "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached",
    ),
  "An internal error has occurred.": () => refused(500, "An internal error has occurred."),
  "The call to DigiCert failed": () =>
    ending(
      Promise.reject(
        new Error("The call to DigiCert failed with Error code access_denied and Message Access denied.."),
      ),
    ),
  "was cancelled": () => ending(Promise.resolve({})),
  "may still be in": () => ending(Promise.reject(new Error("read ECONNRESET"))),
  ENOTFOUND: () => unconnected("getaddrinfo ENOTFOUND demo-vault.vault.azure.net", "ENOTFOUND"),
  EAI_AGAIN: () => unconnected("getaddrinfo EAI_AGAIN demo-vault.vault.azure.net", "EAI_AGAIN"),
  ECONNREFUSED: () => unconnected("connect ECONNREFUSED 203.0.113.1:443", "ECONNREFUSED"),
  ECONNRESET: () => unconnected("read ECONNRESET", "ECONNRESET"),
  ETIMEDOUT: () => unconnected("", "ETIMEDOUT"),
  "self-signed certificate in certificate chain": () =>
    unconnected("self-signed certificate in certificate chain", "SELF_SIGNED_CERT_IN_CHAIN"),
  "unable to verify the first certificate": () =>
    unconnected("unable to verify the first certificate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
  "unable to get local issuer certificate": () =>
    unconnected("unable to get local issuer certificate", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
  "certificate is not yet valid": () => unconnected("certificate is not yet valid", "CERT_NOT_YET_VALID"),
  "certificate has expired": () => unconnected("certificate has expired", "CERT_HAS_EXPIRED"),
  "Unexpected status code: 407": async () =>
    explanation(await sdkError(407, "<html></html>", { type: "text/html", isSignedIn: false })),
  "Cannot read properties of undefined (reading 'error')": async () =>
    explanation(await sdkError(407, undefined, { isSignedIn: false })),
  "Unexpected status code: 403": async () =>
    explanation(await sdkError(403, "<html></html>", { type: "text/html", isSignedIn: false })),
  "while parsing the response body": async () =>
    explanation(await sdkError(403, "<html></html>", { isSignedIn: false })),
  "Invalid URL": async () => (await runInOwnProcess({ preloads: [], env: { HTTPS_PROXY: "proxy" } })).stderr,
  "The challenge resource": async () => explanation(await sdkError(200, {}, { resource: "https://vault.azure.cn" })),
};

test.each(Object.keys(scenes))("The script says '%s'", async (words) => {
  expect(await scenes[words]?.()).toContain(words);
});

test("The README has a cure for all these words, and for no others", () => {
  expect(readmeTable("the terminal says").flatMap(([words = ""]) => words.split(", "))).toEqual(Object.keys(scenes));
});
