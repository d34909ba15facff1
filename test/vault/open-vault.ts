import { jest } from "@jest/globals";
import { reuseKeys } from "../helpers/keys.ts";
import { servicePrincipal } from "../offline/tokens.ts";
import { createVault } from "../offline/vault.ts";

export const url = "https://my-vault.vault.azure.net";
export const signInUrl = `https://login.microsoftonline.com/${servicePrincipal.AZURE_TENANT_ID}`;
export const policy = { x509_props: { subject: "cn=MyCert" }, issuer: { name: "Self" } };
export const quickPolicy = { ...policy, key_props: { kty: "EC" } };

const start = Date.parse("2030-01-01T00:00:00Z");

/** Answers as the vault of this test, which is empty at first. */
export let answer: ReturnType<typeof createVault>;
export let token: string;

/**
 * Opens another vault at the beginning of 2030, and signs in to it. A creation takes 5 s there, if nothing else is
 * said, and a deletion 2 s.
 */
export async function openVault(creationTime = 5000) {
  jest.useFakeTimers({ now: start, doNotFake: ["nextTick", "setImmediate", "setTimeout", "queueMicrotask"] });
  reuseKeys();
  answer = createVault({ vaultName: "my-vault", creationTime, deletionTime: 2000 });
  token = (await signIn()).body.access_token;
}

/** Sets the clock to so many milliseconds after the vault was opened; returns the time in Unix seconds. */
export function setClock(milliseconds: number) {
  jest.setSystemTime(start + milliseconds);
  return (start + milliseconds) / 1000;
}

/** An answer with its body, if it has one. */
export async function read(response: Response) {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
}

/** What an answer comes to: its status and, of a refusal, the vault's words. */
export const outcome = ({ status, body }: Awaited<ReturnType<typeof read>>) => ({
  status,
  refusal: body?.error?.message,
});

/** An answer that refuses, with this code and these words. */
export const refusal = (status: number, code: string, message: unknown, innererror?: string) => ({
  status,
  body: { error: { code, message, ...(innererror && { innererror: { code: innererror } }) } },
});

/** Asks for a token. */
export async function signIn(secret = servicePrincipal.AZURE_CLIENT_SECRET, id = servicePrincipal.AZURE_CLIENT_ID) {
  const scope = "https://vault.azure.net/.default";
  const form = { client_id: id, client_secret: secret, grant_type: "client_credentials", scope };
  const body = new URLSearchParams(form);
  return read(await answer(new Request(`${signInUrl}/oauth2/v2.0/token`, { method: "POST", body })));
}

/** Sends a request with the token; a body is JSON unless it is text, and the path may say its own api-version. */
export async function send(method: string, path: string, body?: object | string, authorization = `Bearer ${token}`) {
  const address = path.includes("api-version=")
    ? path
    : `${path}${path.includes("?") ? "&" : "?"}api-version=2025-07-01`;
  const sent = typeof body === "object" ? JSON.stringify(body) : body;
  return read(
    await answer(new Request(url + address, { method, headers: { authorization }, ...(sent && { body: sent }) })),
  );
}

/** Asks for the creation of a certificate, with what else the body says. */
export const create = (name = "my-cert", requested: object = quickPolicy, more: object = {}) =>
  send("POST", `/certificates/${name}/create`, { policy: requested, ...more });

/** Creates a certificate, and sets the clock to its completion; returns its bundle. */
export async function createAndWait(name = "my-cert", requested: object = quickPolicy, more: object = {}) {
  await create(name, requested, more);
  setClock(Date.now() - start + 5000);
  return (await send("GET", `/certificates/${name}/`)).body;
}
