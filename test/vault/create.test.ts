import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import "reflect-metadata"; // @peculiar/x509 does not load without it
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate as Certificate,
} from "@peculiar/x509";
import { X509Certificate } from "node:crypto";
import { failures } from "../offline/failures.ts";
import { create, createAndWait, openVault, policy, quickPolicy, send, setClock, url } from "./client.ts";

beforeEach(() => openVault());

describe("Create", () => {
  test("A creation is accepted, and its operation can be asked for", async () => {
    const { status, headers, body } = await create();
    expect(status).toBe(202);
    expect(headers.get("Retry-After")).toBe("10");
    expect(headers.get("Location")).toBe(
      `${url}/certificates/my-cert/pending?api-version=2025-07-01&request_id=${body.request_id}`,
    );
    expect(body).toEqual({
      id: `${url}/certificates/my-cert/pending`,
      issuer: { name: "Self" },
      csr: expect.stringMatching(/^MI/),
      cancellation_requested: false,
      status: "inProgress",
      status_details:
        "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.",
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
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
    expect(await create("my-cert")).toMatchObject({ status: 409 });
    setClock(5000);
    expect((await send("GET", "/certificates/MY-CERT/pending")).body.status).toBe("completed");
    const { body } = await send("GET", "/certificates/MY-CERT/");
    expect(body.id).toMatch(`${url}/certificates/My-Cert/`);
    expect((await create("MY-CERT")).body.id).toBe(`${url}/certificates/My-Cert/pending`);
    expect(await send("DELETE", "/certificates/my-CERT")).toMatchObject({ status: 200 });
    expect(await send("GET", "/certificates/My-Cert/")).toMatchObject({ status: 404 });
    setClock(7000);
    expect(await send("GET", "/deletedcertificates/mY-cERT")).toMatchObject({ status: 200 });
    expect(await create("MY-CERT")).toMatchObject({ status: 409 });
  });
});

describe("What a creation asks for", () => {
  const certificateOf = ({ cer }: { cer: string }) => new X509Certificate(Buffer.from(cer, "base64"));
  const x509 = (part: object) => ({ ...quickPolicy, x509_props: { subject: "CN=MyCert", ...part } });

  test("is told by the policy, and stands in the request and in the certificate", async () => {
    const lifetime_actions = [{ trigger: { days_before_expiry: 30 }, action: { action_type: "EmailContacts" } }];
    const requested = {
      lifetime_actions,
      key_props: { kty: "EC", crv: "P-384" },
      x509_props: {
        subject: "CN=other,O=Contoso",
        validity_months: 3,
        ekus: ["1.3.6.1.5.5.7.3.3", "1.3.6.1.4.1.311.21.8.4294967295"],
        key_usage: ["digitalSignature"],
        basic_constraints: { ca: true },
      },
    };
    const { body: operation } = await create("my-cert", requested);
    setClock(5000);
    const { body } = await send("GET", "/certificates/my-cert/");
    const certificate = certificateOf(body);
    expect(certificate.subject).toBe("CN=other\nO=Contoso");
    expect(body.policy.lifetime_actions).toEqual(lifetime_actions);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "secp384r1" });
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.3", "1.3.6.1.4.1.311.21.8.4294967295"]);
    expect(new Certificate(body.cer).getExtension(BasicConstraintsExtension)?.ca).toBe(true);
    expect(certificate.validFrom).toBe("Dec 31 23:50:05 2029 GMT");
    expect(certificate.validTo).toBe("Apr  1 00:00:05 2030 GMT");
    const signingRequest = new Pkcs10CertificateRequest(operation.csr);
    expect(signingRequest.subject).toBe("CN=other, O=Contoso");
    expect(await signingRequest.verify()).toBe(true);
  });

  test("may be a subject in any case, and none where there are alternative names", async () => {
    const spaced = await createAndWait("spaced", x509({ subject: "o = Contoso, cn = MyCert" }));
    expect(certificateOf(spaced).subject).toBe("O=Contoso\nCN=MyCert");
    const quoted = await createAndWait("quoted", x509({ subject: 'cn="Contoso, ou = x",o=a\\, b = c' }));
    expect(certificateOf(quoted).subject).toBe("CN=Contoso\\, ou = x\nO=a\\, b = c");
    const escaped = await createAndWait("escaped", x509({ subject: "CN=\\#0C0162 , O=a\\\\b,S=WA" }));
    expect(certificateOf(escaped).subject).toBe("CN=\\#0C0162\nO=a\\\\b\nST=WA");
    const sans = { dns_names: ["a.contoso.com"] };
    const nameless = await createAndWait("nameless", { ...quickPolicy, x509_props: { sans } });
    expect(certificateOf(nameless).subjectAltName).toBe("DNS:a.contoso.com");
    expect(nameless.policy.x509_props).toMatchObject({ subject: "", sans });
  });

  test("may be alternative names of every kind, in the service's order", async () => {
    const sans = {
      ipAddresses: ["203.0.113.7", "2001:db8::1"],
      uris: ["https://example.com", "urn:a:b"],
      upns: ["jane@contoso.com"],
      dns_names: ["*.contoso.com", "b", "a"],
      emails: ["jane@example.com"],
    };
    const { body: operation } = await create("my-cert", x509({ sans }));
    setClock(5000);
    const { body } = await send("GET", "/certificates/my-cert/");
    expect(body.policy.x509_props.sans).toEqual(sans);
    expect(Object.keys(body.policy.x509_props.sans)).toEqual(["emails", "dns_names", "upns", "uris", "ipAddresses"]);
    const inBoth = [
      { type: "email", value: "jane@example.com" },
      { type: "upn", value: "jane@contoso.com" },
      ...["*.contoso.com", "b", "a"].map((value) => ({ type: "dns", value })),
      ...["https://example.com/", "urn:a:b"].map((value) => ({ type: "url", value })),
      ...["203.0.113.7", "2001:db8::1"].map((value) => ({ type: "ip", value })),
    ];
    for (const { extensions } of [new Pkcs10CertificateRequest(operation.csr), new Certificate(body.cer)]) {
      const extension = extensions.find((each) => each instanceof SubjectAlternativeNameExtension);
      expect(extension?.names.toJSON()).toEqual(inBoth);
    }
  });

  test.each([
    ["no sans", {}, undefined],
    ["empty sans", { sans: {} }, {}],
    ["empty lists", { sans: { dns_names: [] } }, { dns_names: [] }],
  ])("comes back as sent: %s", async (_, part, sans) => {
    const { policy } = await createAndWait("my-cert", x509(part));
    expect(policy.x509_props.sans).toEqual(sans);
  });

  test("may be every key usage; they come back by the alphabet, in the spelling of X.509", async () => {
    const key_usage = ["crlSign", "keyEncipherment", "digitalSignature", "keyCertSign", "dataEncipherment"];
    const bundle = await createAndWait("my-cert", x509({ key_usage: [...key_usage, "keyAgreement"] }));
    expect(bundle.policy.x509_props.key_usage).toEqual([
      "cRLSign",
      "dataEncipherment",
      "digitalSignature",
      "keyAgreement",
      "keyCertSign",
      "keyEncipherment",
    ]);
    expect(new Certificate(bundle.cer).getExtension(KeyUsagesExtension)?.usages).toBe(0b1111101);
  });

  test.each([
    [{ kty: "EC" }, { exportable: true, kty: "EC", key_size: 256, reuse_key: false, crv: "P-256" }],
    [
      { kty: "EC", crv: "P-384" },
      { exportable: true, kty: "EC", key_size: 384, reuse_key: false, crv: "P-384" },
    ],
    [
      { kty: "EC-HSM", crv: "P-521", exportable: false },
      { exportable: false, kty: "EC-HSM", key_size: 521, reuse_key: false, crv: "P-521" },
    ],
    [
      { key_size: 3072, reuse_key: true },
      { exportable: true, kty: "RSA", key_size: 3072, reuse_key: true },
    ],
  ])("may be a key %j, which is told whole", async (key_props, told) => {
    const { policy: kept, cer } = await createAndWait("my-cert", { ...policy, key_props });
    expect(kept.key_props).toEqual(told);
    expect(Object.keys(kept.key_props)).toEqual(Object.keys(told));
    const { modulusLength } = certificateOf({ cer }).publicKey.asymmetricKeyDetails ?? {};
    expect(modulusLength).toBe(told.kty === "RSA" ? told.key_size : undefined);
  });

  test("has the identifiers of its key in the certificate", async () => {
    const certificate = new Certificate((await createAndWait()).cer);
    const identifier = certificate.getExtension(SubjectKeyIdentifierExtension)?.keyId;
    expect(identifier).toMatch(/^[0-9a-f]{40}$/);
    expect(certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId).toBe(identifier);
  });

  test("comes back with its issuer as sent, of which the operation tells the name alone", async () => {
    const issuer = { name: "self", cty: "OV-SSL", cert_transparency: false };
    expect((await create("my-cert", { ...quickPolicy, issuer })).body.issuer).toEqual({ name: "self" });
    expect((await send("GET", "/certificates/my-cert/policy")).body.issuer).toEqual(issuer);
  });

  test("may be a certificate that is not enabled, with tags and a kept order", async () => {
    const more = { attributes: { enabled: false, exp: 1 }, tags: JSON.parse('{"__proto__":"x","room":"A","1":""}') };
    const { body: begun } = await create("my-cert", quickPolicy, { ...more, preserveCertOrder: false });
    expect(begun).not.toHaveProperty("tags");
    expect(Object.keys(begun).slice(-3)).toEqual(["status_details", "preserveCertOrder", "request_id"]);
    setClock(5000);
    const { body: operation } = await send("GET", "/certificates/my-cert/pending");
    expect(Object.keys(operation).slice(-4)).toEqual(["status", "preserveCertOrder", "target", "request_id"]);
    const { body } = await send("GET", "/certificates/my-cert/");
    expect(body.attributes).toMatchObject({ enabled: false, exp: Date.parse("2031-01-01T00:00:05Z") / 1000 });
    expect(body.policy.attributes.enabled).toBe(true);
    expect(JSON.stringify(body.tags)).toBe(JSON.stringify(more.tags));
    expect(body.preserveCertOrder).toBe(false);
    expect(Object.keys(body).slice(-5)).toEqual(["attributes", "tags", "policy", "pending", "preserveCertOrder"]);
    expect(body).toHaveProperty("cer");
  });

  test("renews the policy at once, even with a second creation", async () => {
    await createAndWait();
    const { body: first } = await send("GET", "/certificates/my-cert/policy");
    await create("my-cert", x509({ validity_months: 6 }));
    const { body: second } = await send("GET", "/certificates/my-cert/policy");
    expect(second.x509_props.validity_months).toBe(6);
    expect(second.attributes).toEqual({ ...first.attributes, updated: setClock(5000) });
  });
});

describe("A creation that makes no sense is refused", () => {
  const x509 = (part: object) => ({ x509_props: { subject: "CN=MyCert", ...part } });
  const notName = "policy.x509_props.subject: Not an X.500 name";
  const sizes = "policy.key_props.key_size: Not one of 2048, 3072, 4096";

  test.each([
    ["no body", undefined, "the body is no JSON"],
    ["no JSON", "{", "the body is no JSON"],
    ["null", "null", "the body: Invalid input: expected object, received null"],
    ["a list", "[]", "the body: Invalid input: expected object, received array"],
    [
      "what is too long",
      JSON.stringify({ policy: { x509_props: { ekus: Array(20_000).fill("1.3") } } }),
      "the body is too long",
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
      "no extended key usage",
      x509({ ekus: [] }),
      "policy.x509_props.ekus: Too small: expected array to have >=1 items",
    ],
    ["a subject that is no name", x509({ subject: "MyCert" }), notName],
    ["a subject that is one in part", x509({ subject: "CN=a,b" }), notName],
    ["a subject that goes on with nothing", x509({ subject: "CN=a," }), notName],
    ["a subject with a number for a type", x509({ subject: "1=a" }), notName],
    ["a subject of a type that cannot be", x509({ subject: "9.9.9=a" }), notName],
    ["a subject with a separator of lines", x509({ subject: "CN=a\u2028b" }), notName],
    [
      "an object identifier that is written otherwise",
      x509({ ekus: ["1.3.06"] }),
      "policy.x509_props.ekus[0]: Not an object identifier",
    ],
    ["a subject in hexadecimal", x509({ subject: "CN=\\41" }), notName],
    ["a subject with an end of line", x509({ subject: "CN=a\n" }), notName],
    ["a subject that could be read in many ways", x509({ subject: `${"CN=    ,".repeat(200)}"` }), notName],
    ["a subject of spaces with an end of line", x509({ subject: `CN=${" ".repeat(1_900)}\n` }), notName],
    ["a subject that cannot be written", x509({ subject: "CN=#04" }), notName],
    ["a subject of an unknown type", x509({ subject: "X=MyCert" }), notName],
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
      "no name at all",
      x509({ subject: "", sans: { emails: [] } }),
      "policy.x509_props.subject: Empty, and there are no sans",
    ],
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
    ["names that would take seconds", x509({ sans: { dns_names: Array(6_000).fill("a") } }), "the body is too long"],
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
    ["what is far too deep", `{"policy":{"deep":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`, "the body is too long"],
  ])("with %s", async (_, sent, why) => {
    const body = typeof sent === "object" ? { policy: { ...quickPolicy, ...sent } } : sent;
    const { status, body: refusal } = await send("POST", "/certificates/my-cert/create", body);
    expect(status).toBe(400);
    expect(refusal.error.code).toBe("BadParameter");
    const [, told] = /^Property policy has invalid value \((.+)\)$/.exec(refusal.error.message) ?? [];
    expect(told).toEqual(typeof why === "string" ? why : expect.stringMatching(why));
    expect(await send("GET", "/certificates/my-cert/")).toMatchObject({ status: 404 });
  });

  test.each([
    [{ tags: ["A"] }, "tags", "tags: Not an object of texts"],
    [{ tags: null }, "tags", "tags: Not an object of texts"],
    [{ tags: { room: 1 } }, "tags", "tags: Not an object of texts"],
    [{ attributes: [] }, "attributes", "attributes: Invalid input: expected object, received array"],
    [
      { attributes: { enabled: 1 } },
      "attributes",
      "attributes.enabled: Invalid input: expected boolean, received number",
    ],
    [
      { preserveCertOrder: "yes" },
      "preserveCertOrder",
      "preserveCertOrder: Invalid input: expected boolean, received string",
    ],
  ])("with %j", async (more, property, why) => {
    const message = `Property ${property} has invalid value (${why})`;
    const refusal = { status: 400, body: { error: { code: "BadParameter", message } } };
    expect(await create("my-cert", quickPolicy, more)).toMatchObject(refusal);
    expect(await send("GET", "/certificates/my-cert/")).toMatchObject({ status: 404 });
  });

  test.each([
    [{ issuer: { name: "DigiCert" } }, "policy.issuer.name: Not Self"],
    [{ issuer: { name: "Unknown" } }, "policy.issuer.name: Not Self"],
    [{ key_props: { kty: "EC", crv: "P-256K" } }, "policy.key_props.crv: P-256K"],
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
    expect(await send("GET", "/certificates/my-cert/")).toMatchObject({ status: 404 });
  });
});
