import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import { failures } from "../offline/failures.ts";
import { create, openVault, outcome, refusedWith, send, setClock, url } from "./client.ts";

beforeEach(() => openVault());

describe("The operation of a creation", () => {
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
    expect(headers.get("Retry-After")).toBe("10");
    expect(headers.get("Location")).toBe(
      `${url}/certificates/my-cert/pending?api-version=2025-07-01&request_id=${body.request_id}`,
    );
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

  test("An operation that was cancelled says so, and nothing else", async () => {
    await create("Cancelled");
    setClock(5000);
    const { body } = await send("GET", "/certificates/Cancelled/pending");
    expect(body).toMatchObject({ status: "cancelled", cancellation_requested: true });
    expect(body).not.toHaveProperty("status_details");
    expect(body).not.toHaveProperty("target");
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
    expect(body).not.toHaveProperty("target");
  });

  test.each(["Cancelled", "IssuerRefused"])("A first version that is %s has no content", async (name) => {
    await create(name);
    setClock(5000);
    const { body } = await send("GET", `/certificates/${name}/`);
    for (const content of ["kid", "sid", "cer", "x5t"]) expect(body).not.toHaveProperty(content);
    expect(body.attributes.enabled).toBe(false);
  });

  test("Where nothing was created there is no operation", async () => {
    expect(await send("GET", "/certificates/my-cert/pending")).toMatchObject({
      status: 404,
      body: { error: { code: "PendingCertificateNotFound", message: "Pending Certificate not found: my-cert" } },
    });
  });

  test("A creation while an earlier one is pending is a conflict", async () => {
    await create();
    expect(await create()).toMatchObject({ status: 409, body: { error: { code: "Conflict" } } });
    const both = [create("two"), create("two")];
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([202, 409]);
  });

  test("A next version leaves the current one as it is until it is completed", async () => {
    await create();
    setClock(5000);
    const { body: first } = await send("GET", "/certificates/my-cert/");
    await create();
    expect((await send("GET", "/certificates/my-cert/")).body).toEqual({ ...first, policy: expect.anything() });
    setClock(10_000);
    const { body: second } = await send("GET", "/certificates/my-cert/");
    expect(second.id).not.toBe(first.id);
    expect(second.cer).not.toBe(first.cer);
  });

  test.each(["Cancelled", "IssuerRefused"] as const)(
    "A next version that is %s leaves the current one as it is",
    async (name) => {
      const succeeding = jest.replaceProperty(failures, name, {} as never);
      await create(name);
      setClock(5000);
      const { body: first } = await send("GET", `/certificates/${name}/`);
      succeeding.restore();
      await create(name);
      setClock(10_000);
      expect((await send("GET", `/certificates/${name}/pending`)).body.status).not.toBe("completed");
      expect(first).toHaveProperty("cer");
      expect((await send("GET", `/certificates/${name}/`)).body).toEqual({ ...first, policy: expect.anything() });
    },
  );

  test("Names know no case", async () => {
    await create("My-Cert");
    expect(outcome(await create("my-cert"))).toEqual(refusedWith(409));
    setClock(5000);
    expect((await send("GET", "/certificates/MY-CERT/pending")).body.status).toBe("completed");
    const { body } = await send("GET", "/certificates/MY-CERT/");
    expect(body.id).toMatch(`${url}/certificates/My-Cert/`);
    expect((await create("MY-CERT")).body.id).toBe(`${url}/certificates/My-Cert/pending`);
    expect(outcome(await send("DELETE", "/certificates/my-CERT"))).toEqual({ status: 200 });
    expect(outcome(await send("GET", "/certificates/My-Cert/"))).toEqual(refusedWith(404));
    setClock(7000);
    expect(outcome(await send("GET", "/deletedcertificates/mY-cERT"))).toEqual({ status: 200 });
    expect(outcome(await create("MY-CERT"))).toEqual(refusedWith(409));
  });
});
