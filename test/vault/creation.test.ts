import { beforeEach, expect, jest, test } from "@jest/globals";
import { failures } from "../offline/failures.ts";
import { create, createAndWait, openVault, outcome, quickPolicy, refusal, send, setClock, url } from "./open-vault.ts";

beforeEach(() => openVault());

const content = ["kid", "sid", "x5t", "cer"];

test("A creation is accepted, and its operation can be asked for", async () => {
  const { status, headers, body } = await create();
  const operation = {
    id: `${url}/certificates/my-cert/pending`,
    issuer: { name: "Self" },
    csr: expect.stringMatching(/^MI/),
    cancellation_requested: false,
    status: "inProgress",
    status_details:
      "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.",
    request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  };
  expect({ status, body }).toEqual({ status: 202, body: operation });
  expect(Object.keys(body)).toEqual(Object.keys(operation));
  expect(headers.get("Retry-After")).toBe("10");
  const pending = `${url}/certificates/my-cert/pending`;
  expect(headers.get("Location")).toBe(`${pending}?api-version=2025-07-01&request_id=${body.request_id}`);
  expect(await send("GET", "/certificates/my-cert/pending")).toMatchObject({ status: 200, body });
});

test("The first answer says that it is in progress, however fast the vault is", async () => {
  await openVault(0);
  expect((await create()).body.status).toBe("inProgress");
  expect((await send("GET", "/certificates/my-cert/pending")).body.status).toBe("completed");
});

test("An operation is in progress for as long as a creation takes, then completed", async () => {
  await create();
  setClock(4999);
  const inProgress = await send("GET", "/certificates/my-cert/pending");
  expect(inProgress.headers.get("Retry-After")).toBe("10");
  expect(inProgress.body.status).toBe("inProgress");
  setClock(5000);
  const completed = await send("GET", "/certificates/my-cert/pending");
  expect(completed.headers.has("Retry-After")).toBe(false);
  expect(completed.body).toMatchObject({ status: "completed", target: `${url}/certificates/my-cert` });
  expect(completed.body).not.toHaveProperty("status_details");
});

test("A first version that is pending has no content and is not enabled; the completed one is another", async () => {
  await create();
  const { body: pending } = await send("GET", "/certificates/my-cert/");
  for (const field of content) expect(pending).not.toHaveProperty(field);
  const created = setClock(0);
  expect(pending.attributes).toMatchObject({ enabled: false, created, nbf: created - 600 });
  setClock(5000);
  const { body } = await send("GET", "/certificates/my-cert/");
  expect(body.id).not.toBe(pending.id);
  expect(body.attributes).toMatchObject({ enabled: true, exp: pending.attributes.exp + 5 });
  expect(body.policy.attributes).toEqual(pending.policy.attributes);
});

test("An operation that was cancelled says so, and nothing else", async () => {
  await create("Cancelled");
  setClock(5000);
  const { body } = await send("GET", "/certificates/Cancelled/pending");
  expect(body).toMatchObject({ status: "cancelled", cancellation_requested: true });
  for (const field of ["status_details", "target"]) expect(body).not.toHaveProperty(field);
});

test("An operation that has failed keeps its details, and has the issuer's error", async () => {
  const { body: inProgress } = await create("IssuerRefused");
  setClock(5000);
  const { body } = await send("GET", "/certificates/IssuerRefused/pending");
  expect(body).toMatchObject({
    status: "failed",
    status_details: inProgress.status_details,
    error: { code: "Request rejected", message: expect.stringMatching(/^The call to DigiCert failed/) },
  });
  expect(Object.keys(body).slice(-4)).toEqual(["status", "status_details", "error", "request_id"]);
});

test.each(["Cancelled", "IssuerRefused"] as const)(
  "A version that ends as %s has no content, and leaves an earlier one as it is",
  async (name) => {
    await create(name);
    setClock(5000);
    const { body: none } = await send("GET", `/certificates/${name}/`);
    for (const field of content) expect(none).not.toHaveProperty(field);
    expect(none.attributes.enabled).toBe(false);
    const succeeding = jest.replaceProperty(failures, name, {} as never);
    const first = await createAndWait(name);
    expect(first).toHaveProperty("cer");
    succeeding.restore();
    expect(await createAndWait(name)).toEqual({ ...first, policy: expect.anything() });
  },
);

test("A next version leaves the current one as it is until it is completed", async () => {
  const first = await createAndWait();
  await create();
  expect((await send("GET", "/certificates/my-cert/")).body).toEqual({ ...first, policy: expect.anything() });
  setClock(10_000);
  const { body: second } = await send("GET", "/certificates/my-cert/");
  expect(second.id).not.toBe(first.id);
  expect(second.cer).not.toBe(first.cer);
});

test("A creation while an earlier one is pending is a conflict", async () => {
  const both = [create(), create()];
  expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([202, 409]);
  const { status, body } = await create();
  expect({ status, body }).toEqual(refusal(409, "Conflict", expect.stringMatching(/status is inProgress\.$/)));
});

test("Where nothing was created there is no operation", async () => {
  const missing = refusal(404, "PendingCertificateNotFound", "Pending Certificate not found: my-cert");
  expect(await send("GET", "/certificates/my-cert/pending")).toMatchObject(missing);
});

test("Names know no case", async () => {
  await create("My-Cert");
  expect(await create("my-cert")).toMatchObject({ status: 409 });
  setClock(5000);
  expect((await send("GET", "/certificates/MY-CERT/pending")).body.status).toBe("completed");
  expect((await send("GET", "/certificates/MY-CERT/")).body.id).toMatch(`${url}/certificates/My-Cert/`);
  expect((await create("MY-CERT")).body.id).toBe(`${url}/certificates/My-Cert/pending`);
  expect(outcome(await send("DELETE", "/certificates/my-CERT"))).toEqual({ status: 200 });
  setClock(7000);
  expect(outcome(await send("GET", "/deletedcertificates/mY-cERT"))).toEqual({ status: 200 });
  expect(await create("MY-CERT")).toMatchObject({ status: 409 });
});

test("A creation may ask for a certificate that is not enabled, with tags and a kept order", async () => {
  const tags = { room: "A", 1: "" };
  const sent = { attributes: { enabled: false, exp: 1 }, tags, preserveCertOrder: false };
  const { body: begun } = await create("my-cert", quickPolicy, sent);
  expect(begun).not.toHaveProperty("tags");
  expect(Object.keys(begun).slice(-3)).toEqual(["status_details", "preserveCertOrder", "request_id"]);
  setClock(5000);
  const { body: operation } = await send("GET", "/certificates/my-cert/pending");
  expect(Object.keys(operation).slice(-4)).toEqual(["status", "preserveCertOrder", "target", "request_id"]);
  const { body } = await send("GET", "/certificates/my-cert/");
  const exp = Date.parse("2031-01-01T00:00:05Z") / 1000;
  expect(body).toMatchObject({ attributes: { enabled: false, exp }, tags, preserveCertOrder: false });
  expect(body.policy.attributes.enabled).toBe(true);
  const fields = ["id", ...content, "attributes", "tags", "policy", "pending", "preserveCertOrder"];
  expect(Object.keys(body)).toEqual(fields);
});
