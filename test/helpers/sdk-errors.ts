import { EnvironmentCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { jest } from "@jest/globals";

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
  const answer = (request: object, status: number, headers: Record<string, string>, body?: object | string) => ({
    request,
    status,
    headers: Object.assign(new Headers(headers), { toJSON: () => headers }),
    bodyAsText: typeof body === "object" ? JSON.stringify(body) : body,
  });
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

/** What the SDK throws when a service principal signs in and the connection to Microsoft Entra ID fails with this error. */
export function signInError(error: Error) {
  const env = { AZURE_TENANT_ID: "a-tenant", AZURE_CLIENT_ID: "a-client", AZURE_CLIENT_SECRET: "a-secret" };
  const environment = jest.replaceProperty(process, "env", env);
  const options: object = { httpClient: { sendRequest: () => Promise.reject(error) }, retryOptions: { maxRetries: 0 } };
  const credential = new EnvironmentCredential(options);
  environment.restore();
  return errorOf(credential.getToken("https://vault.azure.net/.default"));
}

async function errorOf(call: Promise<unknown>) {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error("The SDK threw nothing.");
}
