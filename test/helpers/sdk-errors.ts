import { DefaultAzureCredential, EnvironmentCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { jest } from "@jest/globals";

/** An answer as the SDK's pipeline takes it: JSON, unless the body is text. */
const answer = (request: object, status: number, headers: Record<string, string>, body?: object | string) => ({
  request,
  status,
  headers: Object.assign(new Headers(headers), { toJSON: () => headers }),
  bodyAsText: typeof body === "object" ? JSON.stringify(body) : body,
});

interface Answer {
  type?: string;
  /** The resource that the service asks a token for. */
  resource?: string;
  /** Whether the answer comes after the sign-in. */
  isSignedIn?: boolean;
}

/** What the SDK throws when the creation meets this answer of the service, which is JSON unless it is text. */
export function sdkError(
  status: number,
  body?: object | string,
  { type = "application/json", resource = "https://vault.azure.net", isSignedIn = true }: Answer = {},
) {
  const authority = "https://login.microsoftonline.com/a-tenant";
  const challenge = { "www-authenticate": `Bearer authorization="${authority}", resource="${resource}"` };
  const sendRequest = async (request: { headers: { has(name: string): boolean } }) =>
    isSignedIn && !request.headers.has("authorization")
      ? answer(request, 401, challenge)
      : answer(request, status, { "content-type": type }, body);
  const credential = { getToken: async () => ({ token: "a-token", expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const options: object = { httpClient: { sendRequest }, retryOptions: { maxRetries: 0 } };
  const client = new CertificateClient("https://demo-vault.vault.azure.net", credential, options);
  return errorOf(client.beginCreateCertificate("my-cert", DefaultCertificatePolicy));
}

/**
 * What the SDK throws when a service principal signs in and Microsoft Entra ID answers so, or the connection fails
 * with this error; the vault may belong to another tenant than the service principal.
 */
export function signInError(outcome: Error | { error: string; error_description: string }, tenantId?: string) {
  const env = { AZURE_TENANT_ID: "a-tenant", AZURE_CLIENT_ID: "a-client", AZURE_CLIENT_SECRET: "a-secret" };
  const environment = jest.replaceProperty(process, "env", env);
  const sendRequest = async (request: object) => {
    if (outcome instanceof Error) throw outcome;
    return answer(request, 400, { "content-type": "application/json" }, outcome);
  };
  const options: object = { httpClient: { sendRequest }, retryOptions: { maxRetries: 0 } };
  const credential = new EnvironmentCredential(options);
  environment.restore();
  return errorOf(credential.getToken("https://vault.azure.net/.default", { tenantId }));
}

/**
 * What the SDK throws when nobody is signed in and a managed identity's service gives this answer. No tool is asked:
 * "prod" leaves those out.
 */
export function managedIdentityError(outcome: { error: string; error_description: string }) {
  const environment = jest.replaceProperty(process, "env", { AZURE_TOKEN_CREDENTIALS: "prod" });
  const sendRequest = async (request: object) => answer(request, 400, { "content-type": "application/json" }, outcome);
  const options: object = { httpClient: { sendRequest }, retryOptions: { maxRetries: 0 } };
  const credential = new DefaultAzureCredential(options);
  environment.restore();
  return errorOf(credential.getToken("https://vault.azure.net/.default"));
}

async function errorOf(call: Promise<unknown>) {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error("The SDK threw nothing.");
}
