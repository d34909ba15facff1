import {
  CertificateClient,
  DefaultCertificatePolicy,
  type CertificateClientOptions,
  type CertificatePolicy,
} from "@azure/keyvault-certificates";
import { beforeEach, expect, test } from "@jest/globals";
import { servicePrincipal } from "../offline/tokens.ts";
import { createVault } from "../offline/vault.ts";

type HttpClient = NonNullable<CertificateClientOptions["httpClient"]>;

const policy = { ...DefaultCertificatePolicy, keyType: "EC" };
const now = { intervalInMs: 0 };
let client: CertificateClient;
let requests: string[];

/** Hands the SDK's requests to a vault in which nothing takes time. */
beforeEach(() => {
  const answer = createVault({ vaultName: "my-vault", creationTime: 0, deletionTime: 0 });
  requests = [];
  const sendRequest = async (request: Parameters<HttpClient["sendRequest"]>[0]) => {
    const { method, url, headers, body } = request;
    requests.push(`${method} ${new URL(url).pathname}`);
    const response = await answer(new Request(url, { method, headers: headers.toJSON(), body: body as string }));
    const toJSON = () => Object.fromEntries(response.headers);
    const { status } = response;
    return { request, status, headers: Object.assign(response.headers, { toJSON }), bodyAsText: await response.text() };
  };
  const getToken = async () => {
    const form = { client_id: servicePrincipal.AZURE_CLIENT_ID, client_secret: servicePrincipal.AZURE_CLIENT_SECRET };
    const address = `https://login.microsoftonline.com/${servicePrincipal.AZURE_TENANT_ID}/oauth2/v2.0/token`;
    const response = await answer(new Request(address, { method: "POST", body: new URLSearchParams(form) }));
    return { token: (await response.json()).access_token, expiresOnTimestamp: Date.now() + 3_600_000 };
  };
  const options = { httpClient: { sendRequest } } as object;
  client = new CertificateClient("https://my-vault.vault.azure.net", { getToken }, options);
});

const create = async (options: object = {}) =>
  (await client.beginCreateCertificate("my-cert", policy, { ...options, ...now })).pollUntilDone();

async function collect<T>(list: AsyncIterable<T>) {
  const all: T[] = [];
  for await (const each of list) all.push(each);
  return all;
}

test("What the SDK sends at creation is kept and told", async () => {
  const { properties } = await create({ tags: { room: "A" }, enabled: false, preserveCertificateOrder: true });
  expect(properties).toMatchObject({ tags: { room: "A" }, enabled: false, preserveCertificateOrder: true });
});

test("The SDK reads one version, all versions, all certificates and the policy", async () => {
  const { version = "" } = (await create()).properties;
  await create({ tags: { room: "A" } });
  expect((await client.getCertificateVersion("my-cert", version)).properties).toMatchObject({ version, enabled: true });
  const versions = await collect(client.listPropertiesOfCertificateVersions("my-cert"));
  expect(versions.map(({ tags }) => tags)).toEqual(expect.arrayContaining([undefined, { room: "A" }]));
  const all = await collect(client.listPropertiesOfCertificates({ includePending: true }));
  expect(all.map(({ name }) => name)).toEqual(["my-cert"]);
  expect(await client.getCertificatePolicy("my-cert")).toMatchObject({ keyType: "EC", subject: "cn=MyCert" });
});

test("The SDK follows a list from page to page", async () => {
  const names = Array.from({ length: 27 }, (_, index) => `c${index + 10}`);
  for (const name of names) await client.beginCreateCertificate(name, policy, now);
  expect((await collect(client.listPropertiesOfCertificates())).map(({ name }) => name)).toEqual(names);
});

test("The SDK changes a certificate and its policy", async () => {
  await create();
  const { properties } = await client.updateCertificateProperties("my-cert", "", { enabled: false, tags: { a: "1" } });
  expect(properties).toMatchObject({ enabled: false, tags: { a: "1" } });
  await client.updateCertificatePolicy("my-cert", { issuerName: "Self", subject: "CN=other" });
  const told = await client.getCertificate("my-cert");
  expect(told).toMatchObject({ policy: { subject: "CN=other", keyType: "EC" }, properties: { enabled: false } });
});

test("The SDK tells no subject of a policy with alternative names alone", async () => {
  const names: CertificatePolicy = { issuerName: "Self", subjectAlternativeNames: { dnsNames: ["contoso.com"] } };
  await client.beginCreateCertificate("my-cert", { ...names, keyType: "EC" }, now);
  const told = await client.getCertificatePolicy("my-cert");
  expect(told).toMatchObject(names);
  expect(told.subject).toBeUndefined();
});

test("The SDK recovers and purges what was deleted", async () => {
  const { cer } = await create();
  const remove = async () => (await client.beginDeleteCertificate("my-cert", now)).pollUntilDone();
  await remove();
  expect((await collect(client.listDeletedCertificates())).map(({ name }) => name)).toEqual(["my-cert"]);
  expect((await client.getDeletedCertificate("my-cert")).deletedOn).toBeInstanceOf(Date);
  const recovered = await (await client.beginRecoverDeletedCertificate("my-cert", now)).pollUntilDone();
  expect(recovered.cer).toEqual(cer);
  await remove();
  await client.purgeDeletedCertificate("my-cert");
  expect(await collect(client.listDeletedCertificates())).toEqual([]);
  await create();
});

test("What only a real vault does is refused at once, and the SDK says so", async () => {
  const message = "The offline vault does not answer this request, but a real vault does: POST /certificates/restore";
  const restoration = client.restoreCertificateBackup(new Uint8Array(1));
  await expect(restoration).rejects.toMatchObject({ statusCode: 501, code: "NotImplemented", message });
  expect(requests).toHaveLength(2); // the first without a token
});

test("Of a refused list the SDK says only the status", async () => {
  const issuers = collect(client.listPropertiesOfIssuers());
  await expect(issuers).rejects.toThrow("Pagination failed with unexpected statusCode 501");
});
