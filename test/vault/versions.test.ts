import { beforeEach, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { createAndWait, openVault, policy, quickPolicy, refusal, send, setClock, url } from "./open-vault.ts";

beforeEach(() => openVault());

const idOf = ({ id }: { id: string }) => id.split("/").at(-1) ?? "";

test("The current version is told with all that belongs to it, in the service's order", async () => {
  const body = await createAndWait("my-cert", policy);
  const created = setClock(5000);
  const version = idOf(body);
  const bundle = {
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
  };
  expect(version).toMatch(/^[0-9a-f]{32}$/);
  expect(body).toEqual(bundle);
  const { x5t, cer } = body;
  expect(JSON.stringify(body)).toBe(JSON.stringify({ ...bundle, x5t, cer }));
});

test("Each version can be asked for, without the policy and the operation", async () => {
  const first = await createAndWait("my-cert", quickPolicy, { tags: { room: "A" }, preserveCertOrder: true });
  const second = await createAndWait();
  for (const { policy, pending, ...version } of [first, second]) {
    const { status, body } = await send("GET", `/certificates/my-cert/${idOf(version).toUpperCase()}`);
    expect({ status, body }).toEqual({ status: 200, body: version });
  }
  expect(second).not.toHaveProperty("tags");
});

test("A version that does not exist is not found", async () => {
  await createAndWait();
  const version = "0".repeat(32);
  const message = expect.stringContaining(`(name/id) my-cert/versions/${version} was not found`);
  const missing = refusal(404, "CertificateNotFound", message);
  expect(await send("GET", `/certificates/my-cert/${version}`)).toMatchObject(missing);
  expect(await send("PATCH", `/certificates/my-cert/${version}`, {})).toMatchObject(missing);
});
