import "reflect-metadata"; // @peculiar/x509 does not load without it
import * as x509 from "@peculiar/x509";
import { createHash } from "node:crypto";

/** What a certificate is made from, as Key Vault's REST API writes it: `key_size` is in bits, `validity_months` in months. */
export interface Policy {
  key_props: { kty: string; key_size?: number; crv?: string };
  x509_props: {
    subject: string;
    ekus: string[];
    key_usage: readonly (keyof typeof x509.KeyUsageFlags)[];
    validity_months: number;
    basic_constraints: { ca: boolean };
  };
}

/**
 * Makes a key, a PKCS #10 request and a self-signed X.509 certificate, valid from ten minutes before `created` (Unix seconds).
 * Returns the fields of the REST API: DER in base64, its SHA-1 in base64url, times in Unix seconds.
 */
export async function issue({ key_props, x509_props }: Policy, created: number) {
  const { kty, crv = "P-256", key_size: modulusLength = 2048 } = key_props;
  const algorithm = kty.startsWith("EC")
    ? { name: "ECDSA", namedCurve: crv, hash: "SHA-256" }
    : { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  const usages = x509_props.key_usage.reduce((all, usage) => all | x509.KeyUsageFlags[usage], 0);
  const request = {
    // Attribute types are case-insensitive (RFC 4514), but the library knows them in upper case only.
    name: x509_props.subject.replace(/(^|,)\s*\w+=/g, (type) => type.toUpperCase()),
    keys: await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.KeyUsagesExtension(usages, true),
      new x509.ExtendedKeyUsageExtension(x509_props.ekus),
      new x509.BasicConstraintsExtension(x509_props.basic_constraints.ca),
    ],
  };
  const notBefore = new Date((created - 600) * 1000);
  const notAfter = new Date(created * 1000);
  notAfter.setUTCMonth(notAfter.getUTCMonth() + x509_props.validity_months);

  const csr = await x509.Pkcs10CertificateRequestGenerator.create(request);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({ ...request, notBefore, notAfter });
  return {
    csr: csr.toString("base64"),
    cer: certificate.toString("base64"),
    x5t: createHash("sha1").update(Buffer.from(certificate.rawData)).digest("base64url"),
    nbf: notBefore.getTime() / 1000,
    exp: notAfter.getTime() / 1000,
  };
}
