import { beforeEach, expect, test } from "@jest/globals";
import { create, createAndWait, openVault, outcome, quickPolicy, send, setClock, url } from "./open-vault.ts";

beforeEach(() => openVault());

const path = "/certificates/my-cert/";

test("What is sent of a certificate is changed, and what is not is left", async () => {
  const before = await createAndWait("my-cert", quickPolicy, { tags: { room: "A" }, preserveCertOrder: true });
  const updated = setClock(6000);
  const version = before.id.slice(url.length);
  const { status, body } = await send("PATCH", version, { attributes: { enabled: false, exp: 1, nbf: 1 } });
  const { policy, ...rest } = before;
  const changed = { ...rest, attributes: { ...before.attributes, enabled: false, updated } };
  expect({ status, body }).toEqual({ status: 200, body: changed });
  const { body: tagged } = await send("PATCH", path, { tags: { a: "1", b: "2" } });
  expect(tagged).toEqual({ ...changed, tags: { a: "1", b: "2" }, policy });
  expect((await send("GET", path)).body).toEqual(tagged);
  expect((await send("PATCH", version, { tags: {} })).body.tags).toEqual({});
});

test("An earlier version can be changed, and the current one stays as it is", async () => {
  const first = await createAndWait();
  const second = await createAndWait();
  await send("PATCH", first.id.slice(url.length), { tags: { room: "A" } });
  expect((await send("GET", first.id.slice(url.length))).body.tags).toEqual({ room: "A" });
  expect((await send("GET", path)).body).toEqual(second);
});

test("The tags of a version that is pending are not those of the completed one", async () => {
  await create();
  const { body } = await send("PATCH", path, { tags: { a: "1" }, attributes: { enabled: true } });
  expect(body).toMatchObject({ tags: { a: "1" }, attributes: { enabled: false } });
  expect((await send("GET", path)).body).toEqual(body);
  setClock(5000);
  expect((await send("GET", path)).body).not.toHaveProperty("tags");
});

const onlyInAzure = "The offline vault does not answer this request, but a real vault does: PATCH";

test.each([
  ["", { tags: { a: {} } }, 400, "Property tags has invalid value (Not an object of texts)\r\n"],
  ["", { policy: {} }, 501, `${onlyInAzure} ${path} (the body: Unrecognized key: "policy")`],
  ["policy", "{", 400, "Property policy has invalid value (the body is no JSON)\r\n"],
  [
    "policy",
    { x509_props: { subject: "FOO=bar" } },
    400,
    "Property policy.x509_props has invalid value. Invalid X.500 distinguished name\r\n",
  ],
  ["policy", { issuer: { name: "Unknown" } }, 501, `${onlyInAzure} ${path}policy (policy.issuer.name: Not Self)`],
  [
    "policy",
    { key_props: { key_size: 2048 } },
    400,
    "Property policy.key_props.key_size has invalid value (Not one of 256)\r\n",
  ],
])("An update that makes no sense is refused: of '%s', with %j", async (part, sent, status, message) => {
  const before = await createAndWait();
  expect(outcome(await send("PATCH", path + part, sent))).toEqual({ status, refusal: message });
  expect((await send("GET", path)).body).toEqual(before);
});
