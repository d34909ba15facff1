import { beforeEach, expect, test } from "@jest/globals";
import { create, createAndWait, openVault, outcome, quickPolicy, refusal, send, setClock, url } from "./open-vault.ts";

beforeEach(() => openVault());

const remove = () => send("DELETE", "/certificates/my-cert");
const recover = () => send("POST", "/deletedcertificates/my-cert/recover");
const purge = () => send("DELETE", "/deletedcertificates/my-cert");
const find = () => send("GET", "/certificates/my-cert/");
const findDeleted = () => send("GET", "/deletedcertificates/my-cert");
const notDeleted = refusal(404, "CertificateNotFound", "Deleted Certificate not found: my-cert");

test("A deletion takes the certificate at once, and can be recovered for 90 days", async () => {
  const { preserveCertOrder, ...rest } = await createAndWait("my-cert", quickPolicy, { preserveCertOrder: true });
  const deletedDate = setClock(6000);
  const { status, body } = await remove();
  const scheduledPurgeDate = Date.parse("2030-04-01T00:00:06Z") / 1000;
  const added = { recoveryId: `${url}/deletedcertificates/my-cert`, deletedDate, scheduledPurgeDate };
  expect({ status, body }).toEqual({ status: 200, body: { ...added, ...rest } });
  expect(Object.keys(body)).toEqual([...Object.keys(added), ...Object.keys(rest)]);
  expect(await find()).toMatchObject({ status: 404 });
  expect(await remove()).toMatchObject({ status: 404 });
});

test("A deleted certificate is found as soon as its deletion is through", async () => {
  await create();
  const { body } = await remove();
  setClock(1999);
  expect(await findDeleted()).toMatchObject(notDeleted);
  setClock(2000);
  expect(await findDeleted()).toMatchObject({ status: 200, body });
});

test.each([
  [
    1999,
    "ObjectIsBeingDeleted",
    "Certificate my-cert is currently being deleted and cannot be re-created; retry later.",
  ],
  [
    2000,
    "ObjectIsDeletedButRecoverable",
    "Certificate my-cert is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.",
  ],
])("%d ms after a deletion has begun, the name cannot be used: %s", async (milliseconds, code, message) => {
  await create();
  await remove();
  setClock(milliseconds);
  expect(await create()).toMatchObject(refusal(409, "Conflict", message, code));
});

test("What was deleted can be recovered, and is found again after a while", async () => {
  const before = await createAndWait("my-cert", quickPolicy, { tags: { room: "A" }, preserveCertOrder: true });
  await remove();
  expect(await recover()).toMatchObject({ status: 404 }); // too early
  setClock(7000);
  const { preserveCertOrder, ...rest } = before;
  const { status, body } = await recover();
  expect({ status, body }).toEqual({ status: 200, body: rest });
  setClock(8999);
  expect(await find()).toMatchObject({ status: 404 });
  for (const list of ["/certificates", "/certificates/my-cert/versions", "/deletedcertificates"])
    expect((await send("GET", list)).body.value).toEqual([]);
  const beingRecovered = { error: { code: "Conflict", innererror: { code: "ObjectIsBeingRecovered" } } };
  expect(await create()).toMatchObject({ status: 409, body: beingRecovered });
  setClock(9000);
  expect((await find()).body).toEqual(before);
  expect(await findDeleted()).toMatchObject({ status: 404 });
  expect(outcome(await create())).toEqual({ status: 202 });
});

test("What is deleted or being recovered stays as it was, and its creation goes on afterwards", async () => {
  await create();
  const { body: deleted } = await remove();
  setClock(9000); // The creation would have ended.
  expect((await findDeleted()).body).toEqual(deleted);
  expect((await recover()).body.id).toBe(deleted.id);
  setClock(11_000);
  expect((await send("GET", "/certificates/my-cert/pending")).body.status).toBe("completed");
  expect((await find()).body).toHaveProperty("cer");
});

test("What is being deleted cannot be purged yet", async () => {
  await create();
  await remove();
  setClock(1999);
  const message = "Certificate is currently being deleted.";
  expect(await purge()).toMatchObject(refusal(409, "Conflict", message, "ObjectIsBeingDeleted"));
  setClock(2000);
  expect(outcome(await purge())).toEqual({ status: 204 });
});

test("After a purge the name is free, and nothing can be recovered, though its creation was in progress", async () => {
  await create();
  await remove();
  setClock(2000);
  const { status, headers, body } = await purge();
  expect({ status, body }).toEqual({ status: 204, body: undefined });
  expect(headers.has("Content-Type")).toBe(false);
  expect(await findDeleted()).toMatchObject(notDeleted);
  expect(await recover()).toMatchObject({ status: 404 });
  expect(outcome(await create())).toEqual({ status: 202 });
});

test("What never existed is not found, and cannot be deleted, recovered or purged", async () => {
  const words = expect.stringMatching(
    /^A certificate with \(name\/id\) my-cert was not found in this key vault\. If you/,
  );
  for (const request of [find, remove, findDeleted, recover, purge])
    expect(await request()).toMatchObject(refusal(404, "CertificateNotFound", words));
});
