import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  create,
  createAndWait,
  openVault,
  outcome,
  policy,
  quickPolicy,
  refusedWith,
  send,
  setClock,
  url,
} from "./client.ts";

beforeEach(() => openVault());

describe("Update", () => {
  test("What is sent of a certificate is changed, and what is not is left", async () => {
    const before = await createAndWait("my-cert", quickPolicy, { tags: { room: "A" }, preserveCertOrder: true });
    const updated = setClock(6000);
    const path = before.id.slice(url.length);
    const sent = { attributes: { enabled: false, exp: 1, nbf: 1 } };
    const { status, body } = await send("PATCH", path, sent);
    const { policy, ...rest } = before;
    const changed = { ...rest, attributes: { ...before.attributes, enabled: false, updated } };
    expect({ status, body }).toEqual({ status: 200, body: changed });
    const { body: tagged } = await send("PATCH", "/certificates/my-cert/", { tags: { a: "1", b: "2" } });
    expect(tagged).toMatchObject({ tags: { a: "1", b: "2" }, attributes: { enabled: false }, policy });
    expect((await send("GET", "/certificates/my-cert/")).body).toEqual(tagged);
    expect((await send("PATCH", path, { tags: {} })).body.tags).toEqual({});
  });

  test("The tags of a version that is pending are not those of the completed one", async () => {
    await create();
    const { body } = await send("PATCH", "/certificates/my-cert/", { tags: { a: "1" }, attributes: { enabled: true } });
    expect(body).toMatchObject({ tags: { a: "1" }, attributes: { enabled: false } });
    expect((await send("GET", "/certificates/my-cert/")).body).toEqual(body);
    setClock(5000);
    expect((await send("GET", "/certificates/my-cert/")).body).not.toHaveProperty("tags");
  });

  test("A certificate can have 15 tags, and no more", async () => {
    await createAndWait();
    const tags = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`tag${index}`, ""]));
    expect((await send("PATCH", "/certificates/my-cert/", { tags })).body.tags).toEqual(tags);
    const refused = { status: 400, refusal: "Property  has invalid value\r\n" };
    expect(outcome(await send("PATCH", "/certificates/my-cert/", { tags: { ...tags, more: "" } }))).toEqual(refused);
    expect((await send("GET", "/certificates/my-cert/")).body.tags).toEqual(tags);
  });

  test.each([
    [
      "/certificates/my-cert/",
      "null",
      400,
      "Property attributes has invalid value (the body: Invalid input: expected object, received null)\r\n",
    ],
    [
      "/certificates/my-cert/",
      "[]",
      400,
      "Property attributes has invalid value (the body: Invalid input: expected object, received array)\r\n",
    ],
    [
      "/certificates/my-cert/",
      '{"tags":{"a":{}}}',
      400,
      "Property tags has invalid value (Not an object of texts)\r\n",
    ],
    ["/certificates/my-cert/", '{"policy":{}}', 501, /\(the body: Unrecognized key: "policy"\)$/],
    ["/certificates/my-cert/policy", "{", 400, "Property policy has invalid value (the body is no JSON)\r\n"],
    [
      "/certificates/my-cert/policy",
      '{"x509_props":{"subject":"FOO=bar"}}',
      400,
      "Property policy.x509_props has invalid value. Invalid X.500 distinguished name\r\n",
    ],
    ["/certificates/my-cert/policy", '{"issuer":{"name":"Unknown"}}', 501, /\(policy\.issuer\.name: Not Self\)$/],
    [
      "/certificates/my-cert/policy",
      '{"key_props":{"key_size":2048}}',
      400,
      "Property policy.key_props.key_size has invalid value (Not one of 256)\r\n",
    ],
  ])("An update of %s to %s is refused", async (path, sent, status, message) => {
    const before = await createAndWait();
    const words = typeof message === "string" ? message : expect.stringMatching(message);
    expect(outcome(await send("PATCH", path, sent))).toEqual({ status, refusal: words });
    expect((await send("GET", "/certificates/my-cert/")).body).toEqual(before);
  });
});

describe("Policy", () => {
  const path = "/certificates/my-cert/policy";

  test("It can be asked for on its own", async () => {
    const { policy } = await createAndWait();
    const { status, body } = await send("GET", path);
    expect({ status, body }).toEqual({ status: 200, body: policy });
    expect(outcome(await send("GET", "/certificates/none/policy"))).toEqual({
      status: 404,
      refusal: expect.any(String),
    });
  });

  test("What is sent is merged with it, field by field, and the certificate stays as it is", async () => {
    const before = await createAndWait("my-cert", {
      ...quickPolicy,
      x509_props: { subject: "CN=a", sans: { upns: ["b"] } },
    });
    const updated = setClock(6000);
    const { policy, ...certificate } = before;
    const x509_props = { subject: "CN=b", sans: { emails: ["a@b.c"] } };
    const { status, body } = await send("PATCH", path, { x509_props, key_props: { reuse_key: true } });
    const merged = {
      ...policy,
      key_props: { ...policy.key_props, reuse_key: true },
      x509_props: { ...policy.x509_props, subject: "CN=b", sans: { emails: ["a@b.c"], upns: ["b"] } },
      attributes: { ...policy.attributes, updated },
    };
    expect({ status, body }).toEqual({ status: 200, body: merged });
    expect((await send("GET", "/certificates/my-cert/")).body).toEqual({ ...certificate, policy: body });
    const lifetime_actions = [{ trigger: { days_before_expiry: 9 }, action: { action_type: "AutoRenew" } }];
    expect((await send("PATCH", path, { lifetime_actions })).body).toEqual({ ...body, lifetime_actions });
    expect((await send("PATCH", path, {})).body).toEqual({ ...body, lifetime_actions });
  });

  test("It can lose its extended key usages, and a part that is null in an update stays as it was", async () => {
    const { policy } = await createAndWait("my-cert", { ...quickPolicy, lifetime_actions: [] });
    const { status, body } = await send("PATCH", path, { x509_props: { ekus: [] }, key_props: null });
    const { attributes, ...unchanged } = policy;
    const withoutUsages = { ...unchanged, x509_props: { ...policy.x509_props, ekus: [] } };
    expect({ status, body }).toEqual({ status: 200, body: { ...withoutUsages, attributes: expect.anything() } });
  });

  test("It can gain a subject, and have an empty one only beside alternative names", async () => {
    const sans = { dns_names: ["a"] };
    await createAndWait("my-cert", { ...quickPolicy, x509_props: { sans } });
    const change = (x509_props: object) => send("PATCH", path, { x509_props });
    expect(Object.entries((await change({ validity_months: 6 })).body.x509_props)[0]).toEqual(["sans", sans]);
    expect(outcome(await change({ sans: { dns_names: [] } }))).toEqual(refusedWith(400));
    expect(Object.entries((await change({ subject: "CN=a" })).body.x509_props)[0]).toEqual(["subject", "CN=a"]);
    expect((await change({ subject: "" })).body.x509_props).toMatchObject({ subject: "", sans });
    expect((await change({ subject: "CN=b", sans: { dns_names: [] } })).status).toBe(200);
    expect(outcome(await change({ subject: "" }))).toEqual(refusedWith(400));
  });

  test("It keeps the key usages that it had with a key of another type", async () => {
    const { policy: told } = await createAndWait("my-cert", policy);
    const { body } = await send("PATCH", path, { key_props: { kty: "EC" } });
    expect(body.x509_props).toEqual(told.x509_props);
  });

  test("Two updates at once both count", async () => {
    await createAndWait();
    const parts = [{ x509_props: { validity_months: 6 } }, { key_props: { reuse_key: true } }];
    await Promise.all(parts.map((part) => send("PATCH", path, part)));
    expect((await send("GET", path)).body).toMatchObject({ ...parts[0], ...parts[1] });
  });

  test("A key of another type or curve has a size of its own", async () => {
    await createAndWait("my-cert", policy);
    const keyOf = async (key_props: object) => (await send("PATCH", path, { key_props })).body.key_props;
    expect(await keyOf({ key_size: 4096 })).toEqual({ exportable: true, kty: "RSA", key_size: 4096, reuse_key: false });
    expect(await keyOf({ exportable: false })).toMatchObject({ kty: "RSA", key_size: 4096, exportable: false });
    expect(await keyOf({ kty: "RSA-HSM" })).toMatchObject({ kty: "RSA-HSM", key_size: 4096 });
    expect(await keyOf({ kty: "EC" })).toMatchObject({ kty: "EC", crv: "P-256", key_size: 256, exportable: false });
    expect(await keyOf({ crv: "P-521" })).toMatchObject({ kty: "EC", crv: "P-521", key_size: 521 });
    expect(await keyOf({ kty: "EC-HSM" })).toMatchObject({ kty: "EC-HSM", crv: "P-521", key_size: 521 });
    expect(await keyOf({ kty: "RSA" })).toEqual({ exportable: false, kty: "RSA", key_size: 2048, reuse_key: false });
  });
});

describe("Recover and purge", () => {
  const missing = { status: 404, body: { error: { code: "CertificateNotFound" } } };

  test("What was deleted can be recovered, and is found again after a while", async () => {
    const before = await createAndWait("my-cert", quickPolicy, { tags: { room: "A" }, preserveCertOrder: true });
    const { body: deleted } = await send("DELETE", "/certificates/my-cert");
    expect(deleted).not.toHaveProperty("preserveCertOrder");
    expect(await send("POST", "/deletedcertificates/my-cert/recover")).toMatchObject(missing); // too early
    setClock(7000);
    const { preserveCertOrder, ...rest } = before;
    const { status, body } = await send("POST", "/deletedcertificates/my-cert/recover");
    expect({ status, body }).toEqual({ status: 200, body: rest });
    setClock(8999);
    expect(await send("GET", "/certificates/my-cert/")).toMatchObject(missing);
    expect((await send("GET", "/certificates")).body.value).toEqual([]);
    expect((await send("GET", "/certificates/my-cert/versions")).body.value).toEqual([]);
    expect(await create()).toMatchObject({
      status: 409,
      body: { error: { code: "Conflict", innererror: { code: "ObjectIsBeingRecovered" } } },
    });
    setClock(9000);
    expect((await send("GET", "/certificates/my-cert/")).body).toEqual(before);
    expect(await send("GET", "/deletedcertificates/my-cert")).toMatchObject(missing);
    expect(outcome(await create())).toEqual({ status: 202 });
  });

  test("What is deleted or being recovered stays as it was, and its creation goes on afterwards", async () => {
    await create();
    const { body: deleted } = await send("DELETE", "/certificates/my-cert");
    setClock(9000); // The creation would have ended.
    expect((await send("GET", "/deletedcertificates/my-cert")).body).toEqual(deleted);
    expect((await send("POST", "/deletedcertificates/my-cert/recover")).body.id).toBe(deleted.id);
    setClock(11_000);
    expect((await send("GET", "/certificates/my-cert/pending")).body.status).toBe("completed");
    expect((await send("GET", "/certificates/my-cert/")).body).toHaveProperty("cer");
  });

  test("After a purge the name is free, and nothing can be recovered", async () => {
    await createAndWait();
    await send("DELETE", "/certificates/my-cert");
    setClock(7000);
    const { status, headers, body } = await send("DELETE", "/deletedcertificates/my-cert");
    expect({ status, body }).toEqual({ status: 204, body: undefined });
    expect(headers.has("Content-Type")).toBe(false);
    const gone = { status: 404, body: { error: { message: "Deleted Certificate not found: my-cert" } } };
    expect(await send("GET", "/deletedcertificates/my-cert")).toMatchObject(gone);
    expect(await send("POST", "/deletedcertificates/my-cert/recover")).toMatchObject(missing);
    expect(outcome(await create("MY-cert"))).toEqual({ status: 202 });
  });

  test("What is being deleted cannot be purged yet", async () => {
    await create();
    await send("DELETE", "/certificates/my-cert");
    setClock(1999);
    const message = "Certificate is currently being deleted.";
    expect(await send("DELETE", "/deletedcertificates/my-cert")).toMatchObject({
      status: 409,
      body: { error: { code: "Conflict", message, innererror: { code: "ObjectIsBeingDeleted" } } },
    });
    setClock(2000);
    expect(outcome(await send("DELETE", "/deletedcertificates/my-cert"))).toEqual({ status: 204 });
  });

  test("After a purge the name is free, though the old creation was in progress", async () => {
    await create();
    await send("DELETE", "/certificates/my-cert");
    setClock(2000);
    await send("DELETE", "/deletedcertificates/my-cert");
    expect(outcome(await create())).toEqual({ status: 202 });
  });

  test.each(["GET /deletedcertificates/n", "POST /deletedcertificates/n/recover", "DELETE /deletedcertificates/n"])(
    "%s of a name that never existed says that the certificate was not found",
    async (request) => {
      const [method = "", path = ""] = request.split(" ");
      const words = expect.stringMatching(/^A certificate with \(name\/id\) n was not found/);
      expect(outcome(await send(method, path))).toEqual({ status: 404, refusal: words });
    },
  );
});

describe("Delete", () => {
  test("A deletion takes the certificate at once, and can be recovered for 90 days", async () => {
    await createAndWait();
    const deletedDate = setClock(6000);
    const { status, body } = await send("DELETE", "/certificates/my-cert");
    const dates = { deletedDate, scheduledPurgeDate: Date.parse("2030-04-01T00:00:06Z") / 1000 };
    expect({ status, body }).toEqual({
      status: 200,
      body: expect.objectContaining({ recoveryId: `${url}/deletedcertificates/my-cert`, ...dates }),
    });
    expect(Object.keys(body).slice(0, 4)).toEqual(["recoveryId", "deletedDate", "scheduledPurgeDate", "id"]);
    expect(outcome(await send("GET", "/certificates/my-cert/"))).toEqual(refusedWith(404));
    expect(outcome(await send("DELETE", "/certificates/my-cert"))).toEqual({
      status: 404,
      refusal: expect.any(String),
    });
  });

  test("A deleted certificate is found as soon as its deletion is through", async () => {
    await create();
    const { body } = await send("DELETE", "/certificates/my-cert");
    setClock(1999);
    expect(await send("GET", "/deletedcertificates/my-cert")).toMatchObject({
      status: 404,
      body: { error: { code: "CertificateNotFound", message: "Deleted Certificate not found: my-cert" } },
    });
    setClock(2000);
    expect(await send("GET", "/deletedcertificates/my-cert")).toMatchObject({ status: 200, body });
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
    await send("DELETE", "/certificates/my-cert");
    setClock(milliseconds);
    expect(await create()).toMatchObject({
      status: 409,
      body: { error: { code: "Conflict", message, innererror: { code } } },
    });
  });
});
