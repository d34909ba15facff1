import { expect, test } from "@jest/globals";
import { creating, deferred, deleting, done, retrieving, standstill, start } from "./helpers.ts";

test("The script makes the documented calls in the documented order, and no other", async () => {
  const { calls, ended } = await start();
  await ended;
  expect(calls).toEqual([
    ["new CertificateClient", "https://demo-vault.vault.azure.net", expect.anything()],
    ["beginCreateCertificate", "my-cert", { issuerName: "Self", subject: "cn=MyCert" }, { intervalInMs: 500 }],
    ["createPoller.pollUntilDone"],
    ["getCertificate", "my-cert"],
    ["beginDeleteCertificate", "my-cert", { intervalInMs: 500 }],
    ["deletePoller.pollUntilDone"],
  ]);
});

test("The client authenticates with DefaultAzureCredential", async () => {
  const { calls, ended } = await start();
  await ended;
  const { DefaultAzureCredential } = await import("@azure/identity");
  expect(calls[0]?.[2]).toBeInstanceOf(DefaultAzureCredential);
});

test("The policy is the SDK's default policy", async () => {
  const { calls, ended } = await start();
  await ended;
  const { DefaultCertificatePolicy } = await import("@azure/keyvault-certificates");
  expect(calls[1]?.[2]).toBe(DefaultCertificatePolicy);
});

test("The script prints the documented transcript", async () => {
  const { stdout, ended } = await start();
  await ended;
  expect(stdout()).toBe(creating() + retrieving + deleting() + done);
});

test("The name that was found is the retrieved certificate's, not the one typed", async () => {
  const { stdout, ended } = await start({ retrieved: Promise.resolve({ name: "the-vaults-own" }) });
  await ended;
  expect(stdout()).toContain("Certificate with name 'the-vaults-own' was found.\n");
});

test("Nothing is printed or called before the certificate is created", async () => {
  const created = deferred();
  const { calls, stdout, ended } = await start({ created: created.promise });
  await standstill();
  expect(stdout()).toBe(creating());
  expect(calls.at(-1)).toEqual(["createPoller.pollUntilDone"]);
  created.resolve({ cer: new Uint8Array(1) });
  await ended;
});

test("Nothing is printed or called before the certificate is retrieved", async () => {
  const retrieved = deferred();
  const { calls, stdout, ended } = await start({ retrieved: retrieved.promise });
  await standstill();
  expect(stdout()).toBe(creating() + retrieving);
  expect(calls.at(-1)).toEqual(["getCertificate", "my-cert"]);
  retrieved.resolve({ name: "my-cert" });
  await ended;
});

test("Nothing is printed before the certificate is deleted", async () => {
  const deleted = deferred();
  const { calls, stdout, ended } = await start({ deleted: deleted.promise });
  await standstill();
  expect(stdout()).toBe(creating() + retrieving + deleting());
  expect(calls.at(-1)).toEqual(["deletePoller.pollUntilDone"]);
  deleted.resolve({});
  await ended;
});
