import { beforeEach, describe, expect, test } from "@jest/globals";
import { create, openVault, outcome, quickPolicy, refusedWith, send } from "./client.ts";

beforeEach(() => openVault());

describe("A creation that makes no sense is refused", () => {
  const x509 = (part: object) => ({ x509_props: { subject: "CN=MyCert", ...part } });
  const notName = "Property policy.x509_props has invalid value. Invalid X.500 distinguished name\r\n";
  const sizes = "policy.key_props.key_size: Not one of 2048, 3072, 4096";

  test.each([
    ["no body", undefined, "policy: the body is no JSON"],
    ["no JSON", "{", "policy: the body is no JSON"],
    ["null", "null", "policy: the body: Invalid input: expected object, received null"],
    ["a list", "[]", "policy: the body: Invalid input: expected object, received array"],
    [
      "what is too long",
      JSON.stringify({ policy: { x509_props: { ekus: Array(20_000).fill("1.3") } } }),
      "policy: the body is too long",
    ],
    ["no policy", "{}", "policy: Invalid input: expected object, received undefined"],
    ["a policy that is none", '{"policy":"CN=MyCert"}', "policy: Invalid input: expected object, received string"],
    [
      "an unknown key type",
      { key_props: { kty: "oct" } },
      'policy.key_props.kty: Invalid option: expected one of "RSA"|"RSA-HSM"|"EC"|"EC-HSM"',
    ],
    [
      "a key type that is no text",
      { key_props: { kty: 1 } },
      'policy.key_props.kty: Invalid option: expected one of "RSA"|"RSA-HSM"|"EC"|"EC-HSM"',
    ],
    [
      "an unknown curve",
      { key_props: { kty: "EC", crv: "P-1" } },
      'policy.key_props.crv: Invalid option: expected one of "P-256"|"P-384"|"P-521"|"P-256K"',
    ],
    [
      "the size of another curve",
      { key_props: { kty: "EC", key_size: 384 } },
      "policy.key_props.key_size: Not one of 256",
    ],
    ["a curve for RSA", { key_props: { kty: "RSA", crv: "P-256" } }, "policy.key_props.crv: Not for a key of type RSA"],
    ["a key of 1 bit", { key_props: { key_size: 1, kty: "RSA" } }, sizes],
    ["a key of 2047 bits", { key_props: { key_size: 2047, kty: "RSA-HSM" } }, sizes],
    [
      "a key of 1e99 bits",
      { key_props: { key_size: 1e99 } },
      "policy.key_props.key_size: Too big: expected int to be <=9007199254740991",
    ],
    [
      "exportable that is a text",
      { key_props: { exportable: "no" } },
      "policy.key_props.exportable: Invalid input: expected boolean, received string",
    ],
    [
      "an unknown key usage",
      x509({ key_usage: ["1"] }),
      /^policy\.x509_props\.key_usage\[0\]: Invalid option: expected one of "digitalSignature"\|/,
    ],
    [
      "a key usage from elsewhere",
      x509({ key_usage: ["toString"] }),
      /^policy\.x509_props\.key_usage\[0\]: Invalid option: expected one of "digitalSignature"\|/,
    ],
    [
      "an extended key usage that is a word",
      x509({ ekus: ["server"] }),
      "policy.x509_props.ekus[0]: Not an object identifier",
    ],
    [
      "an extended key usage that cannot be",
      x509({ ekus: ["9.9.9"] }),
      "policy.x509_props.ekus[0]: Not an object identifier",
    ],
    [
      "an object identifier that is written otherwise",
      x509({ ekus: ["1.3.06"] }),
      "policy.x509_props.ekus[0]: Not an object identifier",
    ],
    [
      "a subject that is no text",
      x509({ subject: null }),
      "policy.x509_props.subject: Invalid input: expected string, received null",
    ],
    [
      "a subject that is too long",
      x509({ subject: "CN=a,".repeat(1_000) }),
      "policy.x509_props.subject: Too big: expected string to have <=2000 characters",
    ],
    [
      "an empty subject alone",
      x509({ subject: "", sans: { emails: [] } }),
      "policy.x509_props: Neither subject nor sans",
    ],
    ["no name at all", { x509_props: { sans: {} } }, "policy.x509_props: Neither subject nor sans"],
    [
      "a name that is no list",
      x509({ sans: { dns_names: "a" } }),
      "policy.x509_props.sans.dns_names: Invalid input: expected array, received string",
    ],
    [
      "names by number",
      x509({ sans: { upns: { 0: "a", length: 1 } } }),
      /^policy\.x509_props\.sans\.upns: Invalid input: expected array, received object$/i,
    ],
    [
      "an e-mail address without a host",
      x509({ sans: { emails: ["jane"] } }),
      "policy.x509_props.sans.emails[0]: Not an e-mail address",
    ],
    [
      "a DNS name with a letter that it cannot have",
      x509({ sans: { dns_names: ["a", "é.com"] } }),
      "policy.x509_props.sans.dns_names[1]: Not a DNS name",
    ],
    [
      "a URI with spaces around it",
      x509({ sans: { uris: [" https://a.b "] } }),
      "policy.x509_props.sans.uris[0]: Not a URI",
    ],
    ["a URI without a scheme", x509({ sans: { uris: ["example.com"] } }), "policy.x509_props.sans.uris[0]: Not a URI"],
    [
      "an address with a zone",
      x509({ sans: { ipAddresses: ["fe80::1%eth0"] } }),
      "policy.x509_props.sans.ipAddresses[0]: Not an IP address",
    ],
    [
      "an address of both kinds",
      x509({ sans: { ipAddresses: ["::ffff:1.2.3.4"] } }),
      "policy.x509_props.sans.ipAddresses[0]: Not an IP address",
    ],
    [
      "an address that is none",
      x509({ sans: { ipAddresses: ["1.2.3"] } }),
      "policy.x509_props.sans.ipAddresses[0]: Not an IP address",
    ],
    [
      "a validity of no time",
      x509({ validity_months: 0 }),
      "policy.x509_props.validity_months: Too small: expected number to be >=1",
    ],
    [
      "a validity without end",
      x509({ validity_months: 1e99 }),
      "policy.x509_props.validity_months: Too big: expected int to be <=9007199254740991",
    ],
    [
      "a validity that is no number",
      x509({ validity_months: "24" }),
      "policy.x509_props.validity_months: Invalid input: expected number, received string",
    ],
    [
      "a validity past the year 9999",
      x509({ validity_months: 100_000 }),
      "policy.x509_props.validity_months: Too big: expected number to be <=90000",
    ],
    [
      "basic constraints that are none",
      x509({ basic_constraints: { ca: "x" } }),
      "policy.x509_props.basic_constraints.ca: Invalid input: expected boolean, received string",
    ],
    [
      "a list in place of basic constraints",
      x509({ basic_constraints: [] }),
      "policy.x509_props.basic_constraints: Invalid input: expected object, received array",
    ],
    [
      "no basic constraints",
      x509({ basic_constraints: null }),
      "policy.x509_props.basic_constraints: Invalid input: expected object, received null",
    ],
    ["an issuer that is none", { issuer: "Self" }, "policy.issuer: Invalid input: expected object, received string"],
    [
      "a list in place of a part",
      { secret_props: [] },
      "policy.secret_props: Invalid input: expected object, received array",
    ],
    [
      "another content type",
      { secret_props: { contentType: "text/plain" } },
      'policy.secret_props.contentType: Invalid option: expected one of "application/x-pkcs12"|"application/x-pem-file"',
    ],
    [
      "a user principal name that is half a character",
      x509({ sans: { upns: ["\ud800"] } }),
      "policy.x509_props.sans.upns[0]: Not a user principal name",
    ],
    [
      "names that would take seconds",
      x509({ sans: { dns_names: Array(6_000).fill("a") } }),
      "policy: the body is too long",
    ],
    [
      "lifetime actions that are no list",
      { lifetime_actions: {} },
      /^policy\.lifetime_actions: Invalid input: expected array, received object$/i,
    ],
    [
      "a lifetime action that is null",
      { lifetime_actions: [null] },
      "policy.lifetime_actions[0]: Invalid input: expected object, received null",
    ],
    [
      "a lifetime of 100 percent",
      { lifetime_actions: [{ trigger: { lifetime_percentage: 100 } }] },
      "policy.lifetime_actions[0].trigger.lifetime_percentage: Too big: expected number to be <=99",
    ],
    [
      "an unknown action",
      { lifetime_actions: [{ action: { action_type: "Wait" } }] },
      'policy.lifetime_actions[0].action.action_type: Invalid option: expected one of "AutoRenew"|"EmailContacts"',
    ],
    [
      "what is too deep",
      `{"policy":{"issuer":{"name":${"[".repeat(9_000)}${"]".repeat(9_000)}},"x509_props":{"subject":"CN=a"}}}`,
      "policy.issuer.name: Invalid input: expected string, received array",
    ],
    [
      "what is far too deep",
      `{"policy":{"deep":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`,
      "policy: the body is too long",
    ],
  ])("with %s", async (_, sent, why) => {
    const body = typeof sent === "object" ? { policy: { ...quickPolicy, ...sent } } : sent;
    const answer = await send("POST", "/certificates/my-cert/create", body);
    const [, path, reason] = /^Property (\S+) has invalid value \((.+)\)\r\n$/.exec(answer.body.error?.message) ?? [];
    const code = answer.body.error?.code;
    const words = typeof why === "string" ? why : expect.stringMatching(why);
    const told = `${path}: ${reason}`;
    expect({ status: answer.status, code, told }).toEqual({ status: 400, code: "BadParameter", told: words });
    expect(outcome(await send("GET", "/certificates/my-cert/"))).toEqual(refusedWith(404));
  });

  test.each([
    ["without CN=", "Self"],
    ["that is one in part", "CN=a,b"],
    ["that goes on with nothing", "CN=a,"],
    ["with a number for a type", "1=a"],
    ["of a type that cannot be", "9.9.9=a"],
    ["with a separator of lines", "CN=a\u2028b"],
    ["in hexadecimal", "CN=\\41"],
    ["with an end of line", "CN=a\n"],
    ["that could be read in many ways", `${"CN=    ,".repeat(200)}"`],
    ["of spaces with an end of line", `CN=${" ".repeat(1_900)}\n`],
    ["in DER", "CN=#04024869"],
    ["in DER after a space", "CN= #0C0162"],
    ["of an unknown type", "X=MyCert"],
    ["with a letter that is S only in capitals", "ſ=WA"],
  ])("with a subject that is no X.500 name, in the service's words: %s", async (_, subject) => {
    const refusal = { status: 400, body: { error: { code: "BadParameter", message: notName } } };
    expect(await create("my-cert", { ...quickPolicy, ...x509({ subject }) })).toMatchObject(refusal);
    expect(outcome(await send("GET", "/certificates/my-cert/"))).toEqual(refusedWith(404));
  });

  test.each([
    [{ tags: ["A"] }, "tags", "Not an object of texts"],
    [{ tags: null }, "tags", "Not an object of texts"],
    [{ tags: { room: 1 } }, "tags", "Not an object of texts"],
    [{ attributes: [] }, "attributes", "Invalid input: expected object, received array"],
    [{ attributes: { enabled: 1 } }, "attributes.enabled", "Invalid input: expected boolean, received number"],
    [{ preserveCertOrder: "yes" }, "preserveCertOrder", "Invalid input: expected boolean, received string"],
  ])("with %j", async (more, property, why) => {
    const message = `Property ${property} has invalid value (${why})\r\n`;
    const refusal = { status: 400, body: { error: { code: "BadParameter", message } } };
    expect(await create("my-cert", quickPolicy, more)).toMatchObject(refusal);
    expect(outcome(await send("GET", "/certificates/my-cert/"))).toEqual(refusedWith(404));
  });

  test("with 16 tags, in the service's words, but not with 15", async () => {
    const tags = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`tag${index}`, ""]));
    const refusal = { error: { code: "BadParameter", message: "Property  has invalid value\r\n" } };
    const { status, body } = await create("my-cert", quickPolicy, { tags: { ...tags, more: "" } });
    expect({ status, body }).toEqual({ status: 400, body: refusal });
    expect(outcome(await send("GET", "/certificates/my-cert/"))).toEqual(refusedWith(404));
    expect(outcome(await create("my-cert", quickPolicy, { tags }))).toEqual({ status: 202 });
  });

  test("in the service's words first, if they are recorded", async () => {
    const x509_props = { subject: "Self", key_usage: ["invalid"] };
    const { body } = await create("my-cert", { x509_props, issuer: { name: "invalid" } });
    expect(body).toEqual({ error: { code: "BadParameter", message: notName } });
  });

  test.each([
    [{ issuer: { name: "DigiCert" } }, "policy.issuer.name: Not Self"],
    [{ key_props: { kty: "EC", crv: "P-256K" } }, "policy.key_props.crv: P-256K"],
    [
      { lifetime_actions: [{ trigger: { unknown: 1 } }] },
      'policy.lifetime_actions[0].trigger: Unrecognized key: "unknown"',
    ],
    [{ unknown: 1 }, 'policy: Unrecognized key: "unknown"'],
  ])("then in the demo's own words, whatever else is wrong: %j", async (part, why) => {
    const body = { policy: { secret_props: 1, x509_props: { key_usage: ["1"] }, ...part }, tags: 1 };
    const refusal = expect.stringContaining(`/certificates/my-cert/create (${why})`);
    expect(outcome(await send("POST", "/certificates/my-cert/create", body))).toEqual({ status: 501, refusal });
  });

  test.each([
    [{ issuer: { name: "DigiCert" } }, "policy.issuer.name: Not Self"],
    [{ issuer: { name: "Unknown" } }, "policy.issuer.name: Not Self"],
    [{ key_props: { kty: "EC", crv: "P-256K" } }, "policy.key_props.crv: P-256K"],
    [{ x509_props: { subject: "OU=a+CN=b" } }, "policy.x509_props.subject: Parts joined with +"],
    [{ x509_props: { subject: "CN=MyCert", toString: "x" } }, 'policy.x509_props: Unrecognized key: "toString"'],
    [JSON.parse('{"__proto__":{}}'), 'policy: Unrecognized key: "__proto__"'],
  ])("in the demo's own words, where a real vault does it: %j", async (part, why) => {
    const body = { policy: { ...quickPolicy, ...part } };
    if (Object.hasOwn(part, "__proto__"))
      Object.defineProperty(body.policy, "__proto__", { value: {}, enumerable: true });
    const does = "The offline vault does not answer this request, but a real vault does";
    const message = `${does}: POST /certificates/my-cert/create (${why})`;
    const refusal = { status: 501, body: { error: { code: "NotImplemented", message } } };
    expect(await send("POST", "/certificates/my-cert/create", body)).toMatchObject(refusal);
    expect(outcome(await send("GET", "/certificates/my-cert/"))).toEqual(refusedWith(404));
  });
});
