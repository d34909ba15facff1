import { beforeEach, expect, test } from "@jest/globals";
import { create, createAndWait, openVault, policy, quickPolicy, send, setClock } from "./open-vault.ts";

beforeEach(() => openVault());

const path = "/certificates/my-cert/policy";
const x509 = (part: object) => ({ ...quickPolicy, x509_props: { subject: "CN=MyCert", ...part } });

test("It can be asked for on its own", async () => {
  const { policy } = await createAndWait();
  expect(await send("GET", path)).toMatchObject({ status: 200, body: policy });
  expect(await send("GET", "/certificates/none/policy")).toMatchObject({ status: 404 });
});

test("A creation's issuer and lifetime actions come back as sent, and the operation tells the issuer's name", async () => {
  const issuer = { name: "self", cty: "OV-SSL", cert_transparency: false };
  const lifetime_actions = [{ trigger: { days_before_expiry: 30 }, action: { action_type: "EmailContacts" } }];
  const { body: operation } = await create("my-cert", { ...quickPolicy, issuer, lifetime_actions });
  expect(operation.issuer).toEqual({ name: "self" });
  expect((await send("GET", path)).body).toMatchObject({ issuer, lifetime_actions });
});

test.each([{}, { sans: {} }, { sans: { dns_names: [] } }])(
  "Of alternative names it tells what was sent: %j",
  async (part) => {
    const { x509_props } = (await createAndWait("my-cert", x509(part))).policy;
    expect({ sans: x509_props.sans }).toEqual({ sans: undefined, ...part });
  },
);

test("A part that is null is the default", async () => {
  const nothing = { key_props: null, secret_props: null, lifetime_actions: null, issuer: null, attributes: null };
  const { x509_props } = policy;
  const { policy: told } = await createAndWait("nulls", { ...nothing, x509_props });
  const { policy: byDefault } = await createAndWait("default", { x509_props });
  expect({ ...told, id: "", attributes: {} }).toEqual({ ...byDefault, id: "", attributes: {} });
});

test("A second creation renews it at once", async () => {
  const { policy: first } = await createAndWait();
  await create("my-cert", x509({ validity_months: 6 }));
  const { body: second } = await send("GET", path);
  expect(second.x509_props.validity_months).toBe(6);
  expect(second.attributes).toEqual({ ...first.attributes, updated: setClock(5000) });
});

test("An update is merged with it, field by field, and the certificate stays as it is", async () => {
  const { policy, ...certificate } = await createAndWait("my-cert", x509({ sans: { upns: ["b"] } }));
  const updated = setClock(6000);
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
  for (const nothing of [{}, { key_props: null }])
    expect((await send("PATCH", path, nothing)).body).toEqual({ ...body, lifetime_actions });
  expect((await send("PATCH", path, { x509_props: { ekus: [] } })).body.x509_props.ekus).toEqual([]);
});

test("Two updates at once both count", async () => {
  await createAndWait();
  const parts = [{ x509_props: { validity_months: 6 } }, { key_props: { reuse_key: true } }];
  await Promise.all(parts.map((part) => send("PATCH", path, part)));
  expect((await send("GET", path)).body).toMatchObject({ ...parts[0], ...parts[1] });
});

test("A key of another type or curve has a size of its own, and the key usages stay", async () => {
  const { policy: told } = await createAndWait("my-cert", policy);
  const keyOf = async (key_props: object) => (await send("PATCH", path, { key_props })).body.key_props;
  expect(await keyOf({ key_size: 4096 })).toEqual({ exportable: true, kty: "RSA", key_size: 4096, reuse_key: false });
  expect(await keyOf({ kty: "RSA-HSM" })).toMatchObject({ kty: "RSA-HSM", key_size: 4096 });
  expect(await keyOf({ kty: "EC" })).toMatchObject({ kty: "EC", crv: "P-256", key_size: 256 });
  expect((await send("GET", path)).body.x509_props).toEqual(told.x509_props);
  expect(await keyOf({ crv: "P-521" })).toMatchObject({ kty: "EC", crv: "P-521", key_size: 521 });
  expect(await keyOf({ kty: "RSA" })).toEqual({ exportable: true, kty: "RSA", key_size: 2048, reuse_key: false });
});
