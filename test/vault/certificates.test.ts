import { beforeEach, expect, jest, test } from "@jest/globals";
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
import { create, openVault, policy, quickPolicy, send, setClock } from "./open-vault.ts";

beforeEach(() => openVault());

const [keyUsage, extendedKeyUsage, basicConstraints] = ["2.5.29.15", "2.5.29.37", "2.5.29.19"];
const [alternativeNames, authorityKeyIdentifier, subjectKeyIdentifier] = ["2.5.29.17", "2.5.29.35", "2.5.29.14"];

const x509 = (part: object) => ({ ...quickPolicy, x509_props: { subject: "CN=MyCert", ...part } });
const typesOf = ({ extensions }: Certificate | Pkcs10CertificateRequest) => extensions.map(({ type }) => type);

/** Creates a certificate; returns what it was asked for, as the vault tells it, and the two files. */
async function issue(requested: object = quickPolicy) {
  const { body: operation } = await create("my-cert", requested);
  setClock(5000);
  const { policy, cer } = (await send("GET", "/certificates/my-cert/")).body;
  return { policy, request: new Pkcs10CertificateRequest(operation.csr), certificate: new Certificate(cer) };
}

/** Reads a certificate with another library than the one that has made it. */
const asNodeReads = ({ rawData }: Certificate) => new X509Certificate(Buffer.from(rawData));

test("What a policy asks for stands in the request and in the certificate", async () => {
  const { request, certificate } = await issue({
    key_props: { kty: "EC", crv: "P-384" },
    x509_props: {
      subject: "CN=other",
      validity_months: 3,
      ekus: ["1.3.6.1.5.5.7.3.3", "1.3.6.1.4.1.311.21.8.4294967295", "2.999.1"],
      basic_constraints: { ca: true },
    },
  });
  const { publicKey, subject, keyUsage: extended, validFrom, validTo } = asNodeReads(certificate);
  expect(subject).toBe("CN=other");
  expect(publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "secp384r1" });
  expect(extended).toEqual(["1.3.6.1.5.5.7.3.3", "1.3.6.1.4.1.311.21.8.4294967295", "2.999.1"]);
  expect(certificate.getExtension(BasicConstraintsExtension)?.ca).toBe(true);
  expect([validFrom, validTo]).toEqual(["Dec 31 23:50:05 2029 GMT", "Apr  1 00:00:05 2030 GMT"]);
  expect(request.subject).toBe("CN=other");
  expect(await request.verify()).toBe(true);
});

test("A subject of several parts stands there in the reverse order", async () => {
  const subject = "C=US, ST=WA, L=Redmon, O=Test Noodle, OU=TestNugget, CN=www.mytestdomain.com";
  const { policy, request, certificate } = await issue(x509({ subject }));
  const reversed = "CN=www.mytestdomain.com, OU=TestNugget, O=Test Noodle, L=Redmon, ST=WA, C=US";
  expect([request.subject, certificate.subject]).toEqual([reversed, reversed]);
  expect(policy.x509_props.subject).toBe(subject);
});

test.each([
  ["cn = MyCert", "CN=MyCert"],
  ['CN="Contoso, Ltd."', "CN=Contoso\\, Ltd."],
  ["CN=Contoso\\, Ltd.", "CN=Contoso\\, Ltd."],
  ["CN=é😀", "CN=é😀"],
  ["s=WA", "ST=WA"],
  ["E=jane@contoso.com", "emailAddress=jane@contoso.com"],
  ["2.5.4.12=Dr", "title=Dr"],
])("The subject %s is read as %s", async (subject, found) => {
  const { policy, certificate } = await issue(x509({ subject }));
  expect(asNodeReads(certificate).subject).toBe(found);
  expect(policy.x509_props.subject).toBe(subject);
});

test("A subject has the kinds of text that X.509 wants: printable if it can be, ASCII, else UTF-8", async () => {
  const { certificate } = await issue(x509({ subject: "CN=con_toso, O=contoso, E=a@b.c, DC=contoso" }));
  const written = Buffer.from(certificate.rawData).toString("latin1");
  for (const text of ["\x0c\x08con_toso", "\x13\x07contoso", "\x16\x05a@b.c", "\x16\x07contoso"])
    expect(written).toContain(text);
});

test("Alternative names may stand for the subject, and are critical then", async () => {
  const sans = { dns_names: ["a.contoso.com"] };
  const { policy, request, certificate } = await issue({ ...quickPolicy, x509_props: { sans } });
  expect(Object.entries(policy.x509_props)[0]).toEqual(["sans", sans]);
  expect([request.subject, certificate.subject, certificate.issuer]).toEqual(["", "", ""]);
  for (const { extensions } of [request, certificate])
    expect(extensions.find(({ type }) => type === alternativeNames)?.critical).toBe(true);
});

test("Alternative names of every kind stand there in the service's order", async () => {
  const sans = {
    ipAddresses: ["203.0.113.7", "2001:db8::1"],
    uris: ["https://example.com", "urn:a:b"],
    upns: ["jane@contoso.com"],
    dns_names: ["*.contoso.com", "b", "a"],
    emails: ["jane@example.com"],
  };
  const { policy, request, certificate } = await issue(x509({ sans }));
  expect(policy.x509_props.sans).toEqual(sans);
  expect(Object.keys(policy.x509_props).slice(0, 3)).toEqual(["subject", "sans", "ekus"]);
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
    expect(extension?.critical).toBe(false);
  }
});

test("Key usages come back by the alphabet, in the spelling of X.509", async () => {
  const key_usage = ["crlSign", "keyEncipherment", "digitalSignature", "keyCertSign", "dataEncipherment"];
  const { policy, certificate } = await issue(x509({ key_usage: [...key_usage, "keyAgreement"] }));
  const sorted = ["cRLSign", "dataEncipherment", "digitalSignature", "keyAgreement", "keyCertSign", "keyEncipherment"];
  expect(policy.x509_props.key_usage).toEqual(sorted);
  expect(certificate.getExtension(KeyUsagesExtension)?.usages).toBe(0b1111101);
});

test.each([
  ["RSA", ["digitalSignature", "keyEncipherment"], 0b101],
  ["EC", ["digitalSignature"], 0b1],
])("Without a key usage, a key has that of its type: %s %j", async (kty, key_usage, usages) => {
  const { policy: told, request, certificate } = await issue({ ...policy, key_props: { kty } });
  expect(told.x509_props.key_usage).toEqual(key_usage);
  for (const { extensions } of [request, certificate])
    expect(extensions.find(({ type }) => type === keyUsage)).toMatchObject({ usages, critical: true });
});

test.each([
  [{ key_size: 3072 }, { exportable: true, kty: "RSA", key_size: 3072, reuse_key: false }, "SHA-256"],
  [{ kty: "EC" }, { exportable: true, kty: "EC", key_size: 256, reuse_key: false, crv: "P-256" }, "SHA-256"],
  [
    { kty: "EC", crv: "P-384", reuse_key: true },
    { exportable: true, kty: "EC", key_size: 384, reuse_key: true, crv: "P-384" },
    "SHA-384",
  ],
  [
    { kty: "EC-HSM", crv: "P-521", exportable: false },
    { exportable: false, kty: "EC-HSM", key_size: 521, reuse_key: false, crv: "P-521" },
    "SHA-512",
  ],
])("The key %j is told whole, and signs with a hash that goes with it", async (key_props, told, hash) => {
  const { policy: kept, certificate } = await issue({ ...policy, key_props });
  expect(Object.entries(kept.key_props)).toEqual(Object.entries(told));
  expect(certificate.signatureAlgorithm).toMatchObject({ hash: { name: hash } });
  const { modulusLength } = asNodeReads(certificate).publicKey.asymmetricKeyDetails ?? {};
  expect(modulusLength).toBe(told.kty === "RSA" ? told.key_size : undefined);
});

test("The extensions stand there in the service's order", async () => {
  const { request, certificate } = await issue(x509({ sans: { dns_names: ["a"] } }));
  const last = [authorityKeyIdentifier, subjectKeyIdentifier];
  expect(typesOf(request)).toEqual([keyUsage, extendedKeyUsage, alternativeNames, basicConstraints]);
  expect(typesOf(certificate)).toEqual([keyUsage, basicConstraints, extendedKeyUsage, alternativeNames, ...last]);
});

test("What is not asked for has no extension", async () => {
  const { policy, request, certificate } = await issue(x509({ ekus: [] }));
  expect(policy.x509_props.ekus).toEqual([]);
  expect(typesOf(request)).toEqual([keyUsage, basicConstraints]);
  expect(typesOf(certificate)).toEqual([keyUsage, basicConstraints, authorityKeyIdentifier, subjectKeyIdentifier]);
});

test("A certificate has the identifiers of its key", async () => {
  const { certificate } = await issue();
  const identifier = certificate.getExtension(SubjectKeyIdentifierExtension)?.keyId;
  expect(identifier).toMatch(/^[0-9a-f]{40}$/);
  expect(certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId).toBe(identifier);
});

test("A serial number has 16 bytes, and its first bit is clear", async () => {
  jest.spyOn(crypto, "getRandomValues").mockImplementation((bytes) => {
    if (bytes instanceof Uint8Array) bytes.fill(0xff);
    return bytes;
  });
  expect(asNodeReads((await issue()).certificate).serialNumber).toBe(`7F${"FF".repeat(15)}`);
});
