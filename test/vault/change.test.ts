import { beforeEach, describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { create, createAndWait, openVault, policy, quickPolicy, send, setClock, url } from "./client.ts";

beforeEach(() => openVault());

describe("Get", () => {
  test("A certificate bundle tells all of a completed certificate", async () => {
    await create("my-cert", policy);
    setClock(5000);
    const { status, body } = await send("GET", "/certificates/my-cert/");
    const version = body.id.split("/").at(-1);
    const created = setClock(5000); // another version than the one that was pending
    expect(status).toBe(200);
    expect(version).toMatch(/^[0-9a-f]{32}$/);
    expect(body).toEqual({
      id: `${url}/certificates/my-cert/${version}`,
      kid: `${url}/keys/my-cert/${version}`,
      sid: `${url}/secrets/my-cert/${version}`,
      x5t: createHash("sha1").update(Buffer.from(body.cer, "base64")).digest("base64url"),
      cer: expect.stringMatching(/^MII/),
      attributes: {
        enabled: true,
        nbf: created - 600,
        exp: Date.parse("2031-01-01T00:00:05Z") / 1000,
        created,
        updated: created,
        recoveryLevel: "Recoverable+Purgeable",
        recoverableDays: 90,
      },
      policy: {
        id: `${url}/certificates/my-cert/policy`,
        key_props: { exportable: true, kty: "RSA", key_size: 2048, reuse_key: false },
        secret_props: { contentType: "application/x-pkcs12" },
        x509_props: {
          subject: "cn=MyCert",
          ekus: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
          key_usage: ["digitalSignature", "keyEncipherment"],
          validity_months: 12,
          basic_constraints: { ca: false },
        },
        lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "AutoRenew" } }],
        issuer: { name: "Self" },
        attributes: { enabled: true, created: created - 5, updated: created - 5 },
      },
      pending: { id: `${url}/certificates/my-cert/pending` },
    });
  });

  test("A certificate bundle has its fields in the service's order", async () => {
    await create("my-cert", policy);
    setClock(5000);
    const { body } = await send("GET", "/certificates/my-cert/");
    expect(Object.keys(body)).toEqual(["id", "kid", "sid", "x5t", "cer", "attributes", "policy", "pending"]);
    expect(Object.keys(body.policy)).toEqual([
      "id",
      "key_props",
      "secret_props",
      "x509_props",
      "lifetime_actions",
      "issuer",
      "attributes",
    ]);
    expect(Object.keys(body.policy.x509_props)).toEqual([
      "subject",
      "ekus",
      "key_usage",
      "validity_months",
      "basic_constraints",
    ]);
  });

  test("A first version that is pending has no content yet, and is not enabled", async () => {
    await create();
    const { body } = await send("GET", "/certificates/my-cert/");
    for (const content of ["kid", "sid", "cer", "x5t"]) expect(body).not.toHaveProperty(content);
    expect(body.attributes.enabled).toBe(false);
  });

  test("A certificate that is not there is not found", async () => {
    const { status, body } = await send("GET", "/certificates/my-cert/");
    expect(status).toBe(404);
    expect(body.error.code).toBe("CertificateNotFound");
    expect(body.error.message).toMatch(/^A certificate with \(name\/id\) my-cert was not found in this key vault\./);
  });
});

describe("Versions", () => {
  const idOf = ({ id }: { id: string }) => id.split("/").at(-1) ?? "";

  test("The completed version is another than the one that was pending", async () => {
    await create();
    const { body: pending } = await send("GET", "/certificates/my-cert/");
    expect(pending.attributes).toMatchObject({ created: setClock(0), nbf: setClock(0) - 600 });
    setClock(5000);
    const { body } = await send("GET", "/certificates/my-cert/");
    expect(idOf(body)).not.toBe(idOf(pending));
    expect(body.attributes.exp).toBe(pending.attributes.exp + 5);
    expect(body.policy.attributes).toEqual(pending.policy.attributes);
  });

  test("Each can be asked for, without the policy and the operation", async () => {
    const first = await createAndWait("my-cert", quickPolicy, { tags: { room: "A" }, preserveCertOrder: true });
    const second = await createAndWait();
    for (const { policy, pending, ...version } of [first, second]) {
      const { status, body } = await send("GET", `/certificates/my-cert/${idOf(version).toUpperCase()}`);
      expect(status).toBe(200);
      expect(body).toEqual(version);
      expect(body).toHaveProperty("attributes.recoverableDays", 90);
    }
    expect(second).not.toHaveProperty("tags");
  });

  test.each(["0".repeat(32), "1", "toString"])("There is none that is called %s", async (version) => {
    await createAndWait();
    const { status, body } = await send("GET", `/certificates/my-cert/${version}`);
    expect(status).toBe(404);
    expect(body.error.code).toBe("CertificateNotFound");
    expect(body.error.message).toContain(`(name/id) my-cert/versions/${version} was not found`);
    expect(await send("PATCH", `/certificates/my-cert/${version}`, {})).toMatchObject({ status: 404 });
  });

  test("All are listed by id, each with its own tags", async () => {
    const first = await createAndWait("my-cert", quickPolicy, { tags: { room: "A" } });
    const second = await createAndWait();
    await create(); // in progress: not listed
    const { body } = await send("GET", "/certificates/my-cert/versions");
    const { recoveryLevel, recoverableDays, ...attributes } = first.attributes;
    expect(body.nextLink).toBe(null);
    expect(body.value.map(({ id }: { id: string }) => id)).toEqual([first.id, second.id].sort());
    const listed = body.value.find(({ id }: { id: string }) => id === first.id);
    expect(listed).toEqual({ id: first.id, x5t: first.x5t, attributes, tags: { room: "A" }, subject: "" });
  });

  test("Of a name that does not exist there are none", async () => {
    const { status, body } = await send("GET", "/certificates/my-cert/versions");
    expect({ status, body }).toEqual({ status: 200, body: { value: [], nextLink: null } });
  });
});

describe("Lists", () => {
  const names = ({ body }: { body: { value: { id: string }[] } }) => body.value.map(({ id }) => id.split("/").at(-1));

  test("Certificates are listed by name, those that are pending only on request", async () => {
    await create("b-done", quickPolicy, { attributes: { enabled: false } });
    setClock(5000);
    await create("C-pending");
    await create("A-pending");
    const listed = await send("GET", "/certificates?includePending=true");
    expect(names(listed)).toEqual(["A-pending", "b-done", "C-pending"]);
    expect(listed.body.value[0]).not.toHaveProperty("x5t");
    expect(Object.keys(listed.body.value[1])).toEqual(["id", "x5t", "attributes", "subject"]);
    expect(listed.body.value[1].attributes.enabled).toBe(false);
    expect(names(await send("GET", "/certificates?includePending=false"))).toEqual(["b-done"]);
    expect(names(await send("GET", "/certificates"))).toEqual(["b-done"]);
  });

  test("A page has 25 or fewer, and says where the next one is", async () => {
    const all = Array.from({ length: 27 }, (_, index) => `c${index + 10}`);
    for (const name of all) await create(name);
    const first = await send("GET", "/certificates?includePending=true");
    expect(names(first)).toEqual(all.slice(0, 25));
    const next = /^https:\/\/my-vault\.vault\.azure\.net:443(\/certificates\?api-version=2025-07-01&\$skiptoken=\S+)$/;
    const [, path = ""] = next.exec(first.body.nextLink) ?? [];
    expect(path).not.toContain("includePending");
    const last = await send("GET", path);
    expect(names(last)).toEqual(all.slice(25));
    expect(last.body.nextLink).toBe(null);
    const small = await send("GET", "/certificates?includePending=true&maxresults=6");
    expect(small.body.value).toHaveLength(6);
    expect(small.body.nextLink).toMatch(/&maxresults=6$/);
    setClock(5000);
    expect((await send("GET", "/certificates?maxresults=26")).body.value).toHaveLength(25);
  });

  test.each(["0", "-1", "x", "1e3"])("A page of %s is refused", async (size) => {
    const message = "Property maxresults has invalid value (maxresults is no positive number)";
    const refusal = { status: 400, body: { error: { code: "BadParameter", message } } };
    expect(await send("GET", `/certificates?maxresults=${size}`)).toMatchObject(refusal);
  });

  test("What was deleted is listed as soon as its deletion is through", async () => {
    const { x5t, attributes } = await createAndWait();
    const { body: deleted } = await send("DELETE", "/certificates/my-cert");
    expect((await send("GET", "/deletedcertificates")).body.value).toEqual([]);
    setClock(7000);
    const { recoveryId, deletedDate, scheduledPurgeDate } = deleted;
    const id = `${url}/certificates/my-cert`;
    const listed = { recoveryId, deletedDate, scheduledPurgeDate, id, x5t, attributes };
    expect((await send("GET", "/deletedcertificates")).body).toEqual({ value: [listed], nextLink: null });
  });

  test("What was deleted while it was pending is listed only on request", async () => {
    await create();
    await send("DELETE", "/certificates/my-cert");
    setClock(2000);
    expect((await send("GET", "/deletedcertificates")).body.value).toEqual([]);
    expect(names(await send("GET", "/deletedcertificates?includePending=true"))).toEqual(["my-cert"]);
  });
});

describe("Update", () => {
  test("What is sent of a certificate is changed, and what is not is left", async () => {
    const before = await createAndWait("my-cert", quickPolicy, { tags: { room: "A" }, preserveCertOrder: true });
    const updated = setClock(6000);
    const path = before.id.slice(url.length);
    const sent = { attributes: { enabled: false, exp: 1, nbf: 1 } };
    const { status, body } = await send("PATCH", path, sent);
    const { policy, ...rest } = before;
    expect(status).toBe(200);
    expect(body).toEqual({ ...rest, attributes: { ...before.attributes, enabled: false, updated } });
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

  test.each([
    [
      "/certificates/my-cert/",
      "null",
      400,
      "Property attributes has invalid value (the body: Invalid input: expected object, received null)",
    ],
    [
      "/certificates/my-cert/",
      "[]",
      400,
      "Property attributes has invalid value (the body: Invalid input: expected object, received array)",
    ],
    [
      "/certificates/my-cert/",
      '{"tags":{"a":{}}}',
      400,
      "Property tags has invalid value (tags: Not an object of texts)",
    ],
    ["/certificates/my-cert/", '{"policy":{}}', 501, /\(the body: Unrecognized key: "policy"\)$/],
    ["/certificates/my-cert/policy", "{", 400, "Property policy has invalid value (the body is no JSON)"],
    [
      "/certificates/my-cert/policy",
      '{"x509_props":{"subject":"FOO=bar"}}',
      400,
      "Property policy has invalid value (policy.x509_props.subject: Not an X.500 name)",
    ],
    ["/certificates/my-cert/policy", '{"issuer":{"name":"Unknown"}}', 501, /\(policy\.issuer\.name: Not Self\)$/],
    [
      "/certificates/my-cert/policy",
      '{"key_props":{"key_size":2048}}',
      400,
      "Property policy has invalid value (policy.key_props.key_size: Not one of 256)",
    ],
  ])("An update of %s to %s is refused", async (path, sent, status, message) => {
    const before = await createAndWait();
    const { status: told, body } = await send("PATCH", path, sent);
    expect(told).toBe(status);
    expect(body.error.message).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
    expect((await send("GET", "/certificates/my-cert/")).body).toEqual(before);
  });
});

describe("Policy", () => {
  const path = "/certificates/my-cert/policy";

  test("It can be asked for on its own", async () => {
    const { policy } = await createAndWait();
    const { status, body } = await send("GET", path);
    expect({ status, body }).toEqual({ status: 200, body: policy });
    expect(await send("GET", "/certificates/none/policy")).toMatchObject({ status: 404 });
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
    expect(status).toBe(200);
    expect(body).toEqual({
      ...policy,
      key_props: { ...policy.key_props, reuse_key: true },
      x509_props: { ...policy.x509_props, subject: "CN=b", sans: { emails: ["a@b.c"], upns: ["b"] } },
      attributes: { ...policy.attributes, updated },
    });
    expect((await send("GET", "/certificates/my-cert/")).body).toEqual({ ...certificate, policy: body });
    const lifetime_actions = [{ trigger: { days_before_expiry: 9 }, action: { action_type: "AutoRenew" } }];
    expect((await send("PATCH", path, { lifetime_actions })).body).toEqual({ ...body, lifetime_actions });
    expect((await send("PATCH", path, {})).body).toEqual({ ...body, lifetime_actions });
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
    expect(await create()).toMatchObject({ status: 202 });
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
    expect(await send("DELETE", "/deletedcertificates/my-cert")).toMatchObject(missing); // too early
    setClock(7000);
    const { status, headers, body } = await send("DELETE", "/deletedcertificates/my-cert");
    expect({ status, body }).toEqual({ status: 204, body: undefined });
    expect(headers.has("Content-Type")).toBe(false);
    const gone = { status: 404, body: { error: { message: "Deleted Certificate not found: my-cert" } } };
    expect(await send("GET", "/deletedcertificates/my-cert")).toMatchObject(gone);
    expect(await send("POST", "/deletedcertificates/my-cert/recover")).toMatchObject(missing);
    expect(await create("MY-cert")).toMatchObject({ status: 202 });
  });

  test.each(["GET /deletedcertificates/n", "POST /deletedcertificates/n/recover", "DELETE /deletedcertificates/n"])(
    "%s of a name that never existed says that the certificate was not found",
    async (request) => {
      const [method = "", path = ""] = request.split(" ");
      const { status, body } = await send(method, path);
      expect(status).toBe(404);
      expect(body.error.message).toMatch(/^A certificate with \(name\/id\) n was not found/);
    },
  );
});

describe("Delete", () => {
  test("A deletion takes the certificate at once, and can be recovered for 90 days", async () => {
    await create();
    const { status, body } = await send("DELETE", "/certificates/my-cert");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      recoveryId: `${url}/deletedcertificates/my-cert`,
      deletedDate: setClock(0),
      scheduledPurgeDate: Date.parse("2030-04-01T00:00:00Z") / 1000,
    });
    expect(Object.keys(body).slice(0, 4)).toEqual(["recoveryId", "deletedDate", "scheduledPurgeDate", "id"]);
    expect(await send("GET", "/certificates/my-cert/")).toMatchObject({ status: 404 });
    expect(await send("DELETE", "/certificates/my-cert")).toMatchObject({ status: 404 });
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
