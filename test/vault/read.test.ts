import { beforeEach, describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { create, createAndWait, openVault, outcome, policy, quickPolicy, send, setClock, url } from "./client.ts";

beforeEach(() => openVault());

describe("Get", () => {
  test("A certificate bundle tells all of a completed certificate", async () => {
    await create("my-cert", policy);
    setClock(5000);
    const answer = await send("GET", "/certificates/my-cert/");
    expect(outcome(answer)).toEqual({ status: 200 });
    const { body } = answer;
    const version = body.id.split("/").at(-1);
    const created = setClock(5000); // another version than the one that was pending
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
    const message = expect.stringMatching(/^A certificate with \(name\/id\) my-cert was not found in this key vault\./);
    const { status, body } = await send("GET", "/certificates/my-cert/");
    expect({ status, body }).toEqual({ status: 404, body: { error: { code: "CertificateNotFound", message } } });
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
      expect({ status, body }).toEqual({ status: 200, body: version });
      expect(body).toHaveProperty("attributes.recoverableDays", 90);
    }
    expect(second).not.toHaveProperty("tags");
  });

  test.each(["0".repeat(32), "1", "toString"])("There is none that is called %s", async (version) => {
    await createAndWait();
    const message = expect.stringContaining(`(name/id) my-cert/versions/${version} was not found`);
    const { status, body } = await send("GET", `/certificates/my-cert/${version}`);
    expect({ status, body }).toEqual({ status: 404, body: { error: { code: "CertificateNotFound", message } } });
    expect(outcome(await send("PATCH", `/certificates/my-cert/${version}`, {}))).toEqual({
      status: 404,
      refusal: expect.any(String),
    });
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
    const message = "Property maxresults has invalid value (Not a positive number)\r\n";
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
