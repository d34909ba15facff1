import type { CertificatePollerOptions } from "@azure/keyvault-certificates";
import { expect, test } from "@jest/globals";
import { startWithMockedClient } from "./helpers/mocked-client.ts";
import { standstill } from "./helpers/standstill.ts";
import { creating, deleting, retrieving, transcript } from "./helpers/transcript.ts";

/** A promise, and what resolves it. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

test("The script makes the documented calls in the documented order, and no other", async () => {
  const pollOptions = { intervalInMs: 500, onResponse: expect.any(Function) };
  const { calls, end } = startWithMockedClient();
  await end();
  expect(calls).toEqual([
    ["new CertificateClient", "https://demo-vault.vault.azure.net", "DefaultAzureCredential"],
    ["beginCreateCertificate", "my-cert", { issuerName: "Self", subject: "cn=MyCert" }, pollOptions],
    ["createPoller.pollUntilDone"],
    ["getCertificate", "my-cert"],
    ["beginDeleteCertificate", "my-cert", pollOptions],
    ["deletePoller.pollUntilDone"],
  ]);
});

test("The options are some that the SDK knows", async () => {
  const { calls, end } = startWithMockedClient();
  await end();
  // The compiler, which does not look for unknown names in a variable of the script, looks for them here.
  const known = ["intervalInMs", "onResponse"] satisfies (keyof CertificatePollerOptions)[];
  expect(Object.keys(Object(calls[1]?.[3]))).toEqual(known);
});

test("The policy is the SDK's default policy", async () => {
  const { calls, end } = startWithMockedClient();
  await end();
  const { DefaultCertificatePolicy } = await import("@azure/keyvault-certificates");
  expect(calls[1]?.[2]).toBe(DefaultCertificatePolicy);
});

test("The script prints the documented transcript", async () => {
  const { stdout, end } = startWithMockedClient();
  await end();
  expect(stdout()).toBe(transcript());
});

test("The name that was found is the retrieved certificate's, not the one typed", async () => {
  const { stdout, end } = startWithMockedClient({ retrieved: Promise.resolve({ name: "the-vaults-own" }) });
  await end();
  expect(stdout()).toContain("Certificate with name 'the-vaults-own' was found.\n");
});

test("Nothing is printed or called before the certificate is created", async () => {
  const created = deferred();
  const { calls, stdout, end } = startWithMockedClient({ created: created.promise });
  await standstill();
  expect(stdout()).toBe(creating());
  expect(calls.at(-1)).toEqual(["createPoller.pollUntilDone"]);
  created.resolve({ cer: new Uint8Array(1) });
  await end();
});

test("Nothing is printed or called before the certificate is retrieved", async () => {
  const retrieved = deferred();
  const { calls, stdout, end } = startWithMockedClient({ retrieved: retrieved.promise });
  await standstill();
  expect(stdout()).toBe(creating() + retrieving);
  expect(calls.at(-1)).toEqual(["getCertificate", "my-cert"]);
  retrieved.resolve({ name: "my-cert" });
  await end();
});

test("Nothing is printed before the certificate is deleted", async () => {
  const deleted = deferred();
  const { calls, stdout, end } = startWithMockedClient({ deleted: deleted.promise });
  await standstill();
  expect(stdout()).toBe(creating() + retrieving + deleting());
  expect(calls.at(-1)).toEqual(["deletePoller.pollUntilDone"]);
  deleted.resolve({});
  await end();
});
