import { beforeEach, expect, test } from "@jest/globals";
import { create, openVault, outcome, policy, quickPolicy, refusal, send } from "./open-vault.ts";

beforeEach(() => openVault());

const x509 = (part: object) => ({ x509_props: { subject: "CN=MyCert", ...part } });
const sans = (names: object) => x509({ sans: names });
const notName = "Property policy.x509_props has invalid value. Invalid X.500 distinguished name\r\n";

/** Asks for a creation that is to be refused, after which there is no certificate. */
async function refused(body: object | string | undefined) {
  const answer = await send("POST", "/certificates/my-cert/create", body);
  expect(await send("GET", "/certificates/my-cert/")).toMatchObject({ status: 404 });
  return answer;
}

test.each([
  [undefined, "policy", "the body is no JSON"],
  ["{", "policy", "the body is no JSON"],
  ["{}", "policy", "Invalid input: expected object, received undefined"],
  [{ policy, tags: { room: 1 } }, "tags", "Not an object of texts"],
  [{ policy, tags: ["A"] }, "tags", "Not an object of texts"],
  [{ policy, attributes: { enabled: 1 } }, "attributes.enabled", "Invalid input: expected boolean, received number"],
])("A body that makes no sense is refused: %j", async (body, property, why) => {
  const message = `Property ${property} has invalid value (${why})\r\n`;
  expect(await refused(body)).toMatchObject(refusal(400, "BadParameter", message));
});

test("A body of more than 20,000 characters is refused", async () => {
  const message = "Property policy has invalid value (the body is too long)\r\n";
  expect(await refused(" ".repeat(20_001))).toMatchObject(refusal(400, "BadParameter", message));
});

test.each([
  [{ issuer: "Self" }, "issuer: Invalid input: expected object, received string"],
  [{ key_props: { kty: "oct" } }, 'key_props.kty: Invalid option: expected one of "RSA"|"RSA-HSM"|"EC"|"EC-HSM"'],
  [{ key_props: { crv: "P-1" } }, 'key_props.crv: Invalid option: expected one of "P-256"|"P-384"|"P-521"|"P-256K"'],
  [{ key_props: { crv: "P-256" } }, "key_props.crv: Not for a key of type RSA"],
  [{ key_props: { key_size: 1024 } }, "key_props.key_size: Not one of 2048, 3072, 4096"],
  [{ key_props: { kty: "EC", key_size: 384 } }, "key_props.key_size: Not one of 256"],
  [{ x509_props: { sans: {} } }, "x509_props: Neither subject nor sans"],
  [x509({ subject: "" }), "x509_props: Neither subject nor sans"],
  [x509({ key_usage: ["sign"] }), /^x509_props\.key_usage\[0\]: Invalid option: expected one of "digitalSignature"\|/],
  [x509({ ekus: ["serverAuth"] }), "x509_props.ekus[0]: Not an object identifier"],
  [x509({ validity_months: 0 }), "x509_props.validity_months: Too small: expected number to be >=1"],
  [x509({ validity_months: "24" }), "x509_props.validity_months: Invalid input: expected number, received string"],
  [sans({ emails: ["jane"] }), "x509_props.sans.emails[0]: Not an e-mail address"],
  [sans({ dns_names: ["a", "https://b"] }), "x509_props.sans.dns_names[1]: Not a DNS name"],
  [sans({ upns: [""] }), "x509_props.sans.upns[0]: Not a user principal name"],
  [sans({ uris: ["example.com"] }), "x509_props.sans.uris[0]: Not a URI"],
  [sans({ ipAddresses: ["1.2.3"] }), "x509_props.sans.ipAddresses[0]: Not an IP address"],
  [
    { secret_props: { contentType: "text/plain" } },
    'secret_props.contentType: Invalid option: expected one of "application/x-pkcs12"|"application/x-pem-file"',
  ],
  [
    { lifetime_actions: [{ trigger: { lifetime_percentage: 100 } }] },
    "lifetime_actions[0].trigger.lifetime_percentage: Too big: expected number to be <=99",
  ],
  [
    { lifetime_actions: [{ action: { action_type: "Wait" } }] },
    'lifetime_actions[0].action.action_type: Invalid option: expected one of "AutoRenew"|"EmailContacts"',
  ],
])("A policy that makes no sense is refused: %j", async (part, why) => {
  const { status, body } = await refused({ policy: { ...policy, ...part } });
  expect([status, body.error?.code]).toEqual([400, "BadParameter"]);
  const told = body.error.message.replace(/^Property policy\.(\S+) has invalid value \((.+)\)\r\n$/, "$1: $2");
  expect(told).toEqual(typeof why === "string" ? why : expect.stringMatching(why));
});

test.each(["MyCert", "CN=a,b", "CN=a,", "X=MyCert", "CN=a\n", "CN=\\41", "CN=#0C0162"])(
  "A subject that is no X.500 name is refused, in the service's words and whatever else is wrong: '%s'",
  async (subject) => {
    const body = { policy: { ...x509({ subject, key_usage: ["sign"] }), issuer: { name: "DigiCert" } } };
    expect(await refused(body)).toMatchObject(refusal(400, "BadParameter", notName));
  },
);

test("16 tags are refused, in the service's words, but not 15", async () => {
  const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, ""]));
  const tooMany = refusal(400, "BadParameter", "Property  has invalid value\r\n");
  expect(await refused({ policy: quickPolicy, tags: tags(16) })).toMatchObject(tooMany);
  expect(outcome(await create("my-cert", quickPolicy, { tags: tags(15) }))).toEqual({ status: 202 });
});

test.each([
  [{ issuer: { name: "DigiCert" } }, "policy.issuer.name: Not Self"],
  [{ key_props: { kty: "EC", crv: "P-256K" } }, "policy.key_props.crv: P-256K"],
  [{ x509_props: { subject: "OU=a+CN=b" } }, "policy.x509_props.subject: Parts joined with +"],
  [{ keyProps: {} }, 'policy: Unrecognized key: "keyProps"'],
])("What only a real vault does is refused in the demo's own words, whatever else is wrong: %j", async (part, why) => {
  const does = "The offline vault does not answer this request, but a real vault does";
  const message = `${does}: POST /certificates/my-cert/create (${why})`;
  const answer = await refused({ policy: { ...policy, secret_props: 1, ...part }, tags: 1 });
  expect(answer).toMatchObject(refusal(501, "NotImplemented", message));
});
