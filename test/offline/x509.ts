import "reflect-metadata"; // @peculiar/x509 does not load without it
import * as x509 from "@peculiar/x509";
import { createHash } from "node:crypto";
import type { Policy } from "./bodies.ts";
import { nameOf } from "./subjects.ts";

/**
 * Makes a key, a PKCS #10 request and a self-signed X.509 certificate, valid from `nbf` to `exp` (Unix seconds).
 * Returns the fields of the REST API: DER in base64, its SHA-1 in base64url.
 */
export async function issue({ key_props, x509_props }: Policy, { nbf, exp }: { nbf: number; exp: number }) {
  const signingAlgorithm = algorithmOf(key_props);
  const keys = await crypto.subtle.generateKey(signingAlgorithm, true, ["sign", "verify"]);
  const { usage, extendedUsage, constraints, alternatives } = extensionsOf(x509_props);
  const subjectKey = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
  const authorityKey = await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey);
  const common = { name: nameOf(x509_props.subject ?? ""), keys, signingAlgorithm };
  const requested = [...usage, ...extendedUsage, ...alternatives, constraints];
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({ ...common, extensions: requested });
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...common,
    serialNumber: newSerialNumber(),
    extensions: [...usage, constraints, ...extendedUsage, ...alternatives, authorityKey, subjectKey],
    notBefore: new Date(nbf * 1000),
    notAfter: new Date(exp * 1000),
  });
  const x5t = createHash("sha1").update(Buffer.from(certificate.rawData)).digest("base64url");
  return { csr: csr.toString("base64"), x5t, cer: certificate.toString("base64") };
}

/** A serial number like the service's, in hexadecimal: 16 bytes in DER, too, since the first is from 1 to 127. */
function newSerialNumber() {
  const [first = 0, ...rest] = crypto.getRandomValues(new Uint8Array(16));
  return Buffer.from([first & 0x7f || 1, ...rest]).toString("hex");
}

function algorithmOf({ crv, key_size }: Policy["key_props"]) {
  if (crv) return { name: "ECDSA", namedCurve: crv, hash: `SHA-${Math.min(key_size, 512)}` };
  const rsa = { modulusLength: key_size, publicExponent: new Uint8Array([1, 0, 1]) };
  return { name: "RSASSA-PKCS1-v1_5", ...rsa, hash: "SHA-256" };
}

/** What the request and the certificate have in common, the alternative names in the service's order. */
function extensionsOf({ subject, sans = {}, key_usage, ekus, basic_constraints }: Policy["x509_props"]) {
  const urls = sans.uris?.map((uri) => new URL(uri).href); // with a path, as the service does
  const kinds = { email: sans.emails, upn: sans.upns, dns: sans.dns_names, url: urls, ip: sans.ipAddresses };
  const names = Object.entries(kinds).flatMap(([type, values = []]) =>
    values.map((value) => ({ type: type as keyof typeof kinds, value })),
  );
  const flags = key_usage.reduce((all, usage) => all | x509.KeyUsageFlags[usage], 0);
  return {
    usage: flags ? [new x509.KeyUsagesExtension(flags, true)] : [],
    extendedUsage: ekus.length > 0 ? [new x509.ExtendedKeyUsageExtension(ekus)] : [],
    constraints: new x509.BasicConstraintsExtension(basic_constraints.ca),
    // Where they stand for the subject, whoever reads the certificate must know them (RFC 5280, 4.2.1.6).
    alternatives: names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names, !subject)] : [],
  };
}
