import { DefaultAzureCredential, EnvironmentCredential } from "@azure/identity";
import { CertificateClient, DefaultCertificatePolicy } from "@azure/keyvault-certificates";
import { jest } from "@jest/globals";
import { errorBody } from "../offline/answers.ts";

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
  const options = optionsFor(async (request) =>
    isSignedIn && !request.headers.has("authorization")
      ? answer(request, 401, challenge)
      : answer(request, status, { "content-type": type }, body),
  );
  const credential = { getToken: async () => ({ token: "a-token", expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const client = new CertificateClient("https://demo-vault.vault.azure.net", credential, options);
  return errorOf(client.beginCreateCertificate("my-cert", DefaultCertificatePolicy));
}

/** What the SDK throws when Key Vault refuses the creation so. */
export const refusal = (status: number, message: string, innererror?: string) =>
  sdkError(status, errorBody("Code", message, innererror));

/**
 * What the SDK throws when a service principal signs in and Microsoft Entra ID answers so, or the connection fails
 * with this error; the vault may belong to another tenant than the service principal.
 */
export function signInError(outcome: Error | Refusal, tenantId?: string) {
  const env = { AZURE_TENANT_ID: "a-tenant", AZURE_CLIENT_ID: "a-client", AZURE_CLIENT_SECRET: "a-secret" };
  return tokenError(EnvironmentCredential, env, outcome, tenantId);
}

/**
 * What the SDK throws when nobody is signed in and a managed identity's service gives this answer. No tool is asked:
 * "prod" leaves those out.
 */
export const managedIdentityError = (outcome: Refusal) =>
  tokenError(DefaultAzureCredential, { AZURE_TOKEN_CREDENTIALS: "prod" }, outcome);

type Refusal = { error: string; error_description: string };

function tokenError(
  Credential: typeof EnvironmentCredential | typeof DefaultAzureCredential,
  env: Record<string, string>,
  outcome: Error | Refusal,
  tenantId?: string,
) {
  const environment = jest.replaceProperty(process, "env", env);
  const credential = new Credential(
    optionsFor(async (request) => {
      if (outcome instanceof Error) throw outcome;
      return answer(request, 400, { "content-type": "application/json" }, outcome);
    }),
  );
  environment.restore();
  return errorOf(credential.getToken("https://vault.azure.net/.default", { tenantId }));
}

type SentRequest = { headers: { has(name: string): boolean } };

/** The options of a client or a credential whose requests are answered so, and are sent once only. */
const optionsFor = (sendRequest: (request: SentRequest) => Promise<object>): object => ({
  httpClient: { sendRequest },
  retryOptions: { maxRetries: 0 },
});

async function errorOf(call: Promise<unknown>) {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error("The SDK threw nothing.");
}
