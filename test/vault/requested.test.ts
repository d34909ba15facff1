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
import { create, createAndWait, openVault, policy, quickPolicy, send, setClock } from "./client.ts";

beforeEach(() => openVault());

const [keyUsage, extendedKeyUsage, basicConstraints] = ["2.5.29.15", "2.5.29.37", "2.5.29.19"];
const [alternativeNames, authorityKeyIdentifier, subjectKeyIdentifier] = ["2.5.29.17", "2.5.29.35", "2.5.29.14"];

describe("What a creation asks for", () => {
  const certificateOf = ({ cer }: { cer: string }) => new X509Certificate(Buffer.from(cer, "base64"));
  const x509 = (part: object) => ({ ...quickPolicy, x509_props: { subject: "CN=MyCert", ...part } });

  /** Asks for a certificate; returns its bundle with the policy, its signing request, and the certificate itself. */
  async function issued(requested: object) {
    const { body: operation } = await create("my-cert", requested);
    setClock(5000);
    const { body } = await send("GET", "/certificates/my-cert/");
    const request = new Pkcs10CertificateRequest(operation.csr);
    return { bundle: body, policy: body.policy, request, certificate: new Certificate(body.cer) };
  }

  test("is told by the policy, and stands in the request and in the certificate", async () => {
    const lifetime_actions = [{ trigger: { days_before_expiry: 30 }, action: { action_type: "EmailContacts" } }];
    const requested = {
      lifetime_actions,
      key_props: { kty: "EC", crv: "P-384" },
      x509_props: {
        subject: "CN=other",
        validity_months: 3,
        ekus: ["1.3.6.1.5.5.7.3.3", "1.3.6.1.4.1.311.21.8.4294967295"],
        key_usage: ["digitalSignature"],
        basic_constraints: { ca: true },
      },
    };
    const { bundle, policy, request, certificate: issuedCertificate } = await issued(requested);
    const certificate = certificateOf(bundle);
    expect(certificate.subject).toBe("CN=other");
    expect(policy.lifetime_actions).toEqual(lifetime_actions);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "secp384r1" });
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.3", "1.3.6.1.4.1.311.21.8.4294967295"]);
    expect(issuedCertificate.getExtension(BasicConstraintsExtension)?.ca).toBe(true);
    expect(certificate.validFrom).toBe("Dec 31 23:50:05 2029 GMT");
    expect(certificate.validTo).toBe("Apr  1 00:00:05 2030 GMT");
    expect(request.subject).toBe("CN=other");
    expect(await request.verify()).toBe(true);
  });

  test("has a subject of several parts in the reverse order, in the request too", async () => {
    const subject = "C=US, ST=WA, L=Redmon, O=Test Noodle, OU=TestNugget, CN=www.mytestdomain.com";
    const { policy, request, certificate } = await issued(x509({ subject }));
    const reversed = "CN=www.mytestdomain.com, OU=TestNugget, O=Test Noodle, L=Redmon, ST=WA, C=US";
    expect(certificate.subject).toBe(reversed);
    expect(request.subject).toBe(reversed);
    expect(policy.x509_props.subject).toBe(subject);
  });

  test.each([
    ["cn = MyCert", "CN=MyCert"],
    ['cn =" a, ou = x" ', "CN=\\ a\\, ou = x"],
    ['CN="a\\",O=\\"b"', 'CN=a\\"\\,O=\\"b'],
    ["CN=a\\, b = c", "CN=a\\, b = c"],
    ["CN=\\#0C0162 ", "CN=\\#0C0162"],
    ["CN=a\\\\0a ", "CN=a\\\\0a"],
    ["CN= \\ a\\  ", "CN=\\ a\\ "],
    ['OU=a\\+b, CN="c + d"', "CN=c \\+ d, OU=a\\+b"],
    ["CN=é\\😀", "CN=é😀"],
    ["s=WA", "ST=WA"],
    ["STREET=1 Way", "street=1 Way"],
    ["serialNumber=7", "serialNumber=7"],
    ["E=jane@contoso.com", "emailAddress=jane@contoso.com"],
    ["emailAddress=日本@contoso.com", "emailAddress=日本@contoso.com"],
    ["dc=contoso", "DC=contoso"],
    ["2.5.4.12=Dr", "title=Dr"],
    ["1.2.3.4294967295=x", "1.2.3.4294967295=x"],
  ])("may be the subject %s, in which a reader finds %s", async (subject, found) => {
    const bundle = await createAndWait("my-cert", x509({ subject }));
    expect(certificateOf(bundle).subject.replaceAll("\n", ", ")).toBe(found);
    expect(bundle.policy.x509_props.subject).toBe(subject);
  });

  test.each([
    ["CN=contoso", "PrintableString", "\x13\x07contoso"],
    ["CN=con_toso", "UTF8String", "\x0c\x08con_toso"],
    ["E=a@b.c", "IA5String", "\x16\x05a@b.c"],
    ["DC=contoso", "IA5String", "\x16\x07contoso"],
  ])("has in its subject the kind of text that X.509 wants: %s as a %s", async (subject, _, written) => {
    const { cer } = await createAndWait("my-cert", x509({ subject }));
    expect(Buffer.from(cer, "base64").toString("latin1")).toContain(written);
  });

  test("may be no subject, where there are alternative names", async () => {
    const sans = { ipAddresses: ["10.0.0.1", "192.168.1.1"] };
    const { policy, request, certificate } = await issued({ ...quickPolicy, x509_props: { sans } });
    expect(policy.x509_props).toEqual({ ...policy.x509_props, sans });
    expect(Object.keys(policy.x509_props)[0]).toBe("sans");
    expect((await send("GET", "/certificates/my-cert/policy")).body).toEqual(policy);
    expect([request.subject, certificate.subject, certificate.issuer]).toEqual(["", "", ""]);
  });

  test.each([
    ["without a subject", {}, true],
    ["with an empty one", { subject: "" }, true],
    ["beside a subject", { subject: "CN=MyCert" }, false],
  ])("has alternative names that are critical or not: %s, %j, %s", async (_, name, critical) => {
    const sans = { dns_names: ["a.contoso.com"] };
    const { policy, request, certificate } = await issued({ ...quickPolicy, x509_props: { ...name, sans } });
    for (const { extensions } of [request, certificate])
      expect(extensions.find(({ type }) => type === alternativeNames)?.critical).toBe(critical);
    expect(policy.x509_props).toMatchObject({ ...name, sans });
  });

  test("may be alternative names of every kind, in the service's order", async () => {
    const sans = {
      ipAddresses: ["203.0.113.7", "2001:db8::1"],
      uris: ["https://example.com", "urn:a:b"],
      upns: ["jane@contoso.com"],
      dns_names: ["*.contoso.com", "b", "a"],
      emails: ["jane@example.com"],
    };
    const { policy, request, certificate } = await issued(x509({ sans }));
    expect(policy.x509_props.sans).toEqual(sans);
    expect(Object.keys(policy.x509_props.sans)).toEqual(["emails", "dns_names", "upns", "uris", "ipAddresses"]);
    const inBoth = [
      { type: "email", value: "jane@example.com" },
      { type: "upn", value: "jane@contoso.com" },
      ...["*.contoso.com", "b", "a"].map((value) => ({ type: "dns", value })),
      ...["https://example.com/", "urn:a:b"].map((value) => ({ type: "url", value })),
      ...["203.0.113.7", "2001:db8::1"].map((value) => ({ type: "ip", value })),
    ];
    for (const { extensions } of [request, certificate]) {
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

  test.each([
    ["RSA", ["digitalSignature", "keyEncipherment"], 0b101],
    ["EC", ["digitalSignature"], 0b1],
    ["EC-HSM", ["digitalSignature"], 0b1],
  ])("has, where none is asked for, the key usage of its type: %s %j", async (kty, key_usage, usages) => {
    const { policy: told, request, certificate } = await issued({ ...policy, key_props: { kty } });
    expect(told.x509_props.key_usage).toEqual(key_usage);
    for (const { extensions } of [request, certificate])
      expect(extensions.find(({ type }) => type === keyUsage)).toMatchObject({ usages, critical: true });
  });

  test("may be no extended key usage, and then there is no such extension", async () => {
    const { policy, request, certificate } = await issued(x509({ ekus: [] }));
    expect(policy.x509_props.ekus).toEqual([]);
    for (const { extensions } of [request, certificate])
      expect(extensions.map(({ type }) => type)).not.toContain(extendedKeyUsage);
  });

  test("has its extensions in the service's order", async () => {
    const { request, certificate } = await issued(x509({ sans: { dns_names: ["a"] } }));
    const typesOf = ({ extensions }: Certificate | Pkcs10CertificateRequest) => extensions.map(({ type }) => type);
    expect(typesOf(request)).toEqual([keyUsage, extendedKeyUsage, alternativeNames, basicConstraints]);
    expect(typesOf(certificate)).toEqual([
      keyUsage,
      basicConstraints,
      extendedKeyUsage,
      alternativeNames,
      authorityKeyIdentifier,
      subjectKeyIdentifier,
    ]);
  });

  test.each([
    ["P-256", "SHA-256"],
    ["P-384", "SHA-384"],
    ["P-521", "SHA-512"],
  ])("is signed with the hash that goes with its curve: %s, %s", async (crv, hash) => {
    const { cer } = await createAndWait("my-cert", { ...policy, key_props: { kty: "EC", crv } });
    expect(new Certificate(cer).signatureAlgorithm).toMatchObject({ name: "ECDSA", hash: { name: hash } });
  });

  test("is the default where a part is null", async () => {
    const nothing = { key_props: null, secret_props: null, lifetime_actions: null, issuer: null, attributes: null };
    const x509_props = { subject: "CN=MyCert" };
    const { policy: told } = await createAndWait("nulls", { ...nothing, x509_props });
    const { policy: byDefault } = await createAndWait("default", { x509_props });
    expect({ ...told, id: "", attributes: {} }).toEqual({ ...byDefault, id: "", attributes: {} });
  });

  test("has the identifiers of its key in the certificate", async () => {
    const certificate = new Certificate((await createAndWait()).cer);
    const identifier = certificate.getExtension(SubjectKeyIdentifierExtension)?.keyId;
    expect(identifier).toMatch(/^[0-9a-f]{40}$/);
    expect(certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId).toBe(identifier);
  });

  test.each([
    [0x00, "01", "00"],
    [0x80, "01", "80"],
    [0xff, "7F", "FF"],
  ])(
    "has a serial number of 16 bytes, of which the first bit is clear: of random bytes %i",
    async (byte, first, rest) => {
      jest.spyOn(crypto, "getRandomValues").mockImplementation((bytes) => {
        if (bytes instanceof Uint8Array) bytes.fill(byte);
        return bytes;
      });
      expect(certificateOf(await createAndWait()).serialNumber).toBe(first + rest.repeat(15));
    },
  );

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
