import "reflect-metadata"; // @peculiar/x509 does not load without it
import * as x509 from "@peculiar/x509";
import { createHash } from "node:crypto";

/** A policy as a request writes it (`key_size` in bits): every part, and what stands in it, may be missing. */
interface RequestedPolicy {
  key_props?: { kty?: string; key_size?: number; crv?: string };
  x509_props?: {
    subject?: string;
    sans?: { dns_names?: string[]; emails?: string[] };
    ekus?: string[];
    key_usage?: (keyof typeof x509.KeyUsageFlags)[];
    validity_months?: number;
    basic_constraints?: { ca: boolean };
  };
  secret_props?: object;
  issuer?: object;
  lifetime_actions?: object[];
}

const renewal = [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "AutoRenew" } }];

/** The policy as the service keeps it: what the request leaves open gets the service's own defaults. Throws for parts that are none. */
export function withDefaults({
  key_props = {},
  secret_props = {},
  x509_props = {},
  issuer = {},
  lifetime_actions = renewal,
}: RequestedPolicy) {
  const areObjects = [key_props, secret_props, x509_props, issuer].every(
    (part) => Object(part) === part && !Array.isArray(part),
  );
  if (!areObjects || !Array.isArray(lifetime_actions)) throw new Error("The policy has parts that are none.");
  const key = key_props.kty?.startsWith("EC") ? { kty: "EC", crv: "P-256" } : { kty: "RSA", key_size: 2048 };
  return {
    key_props: { exportable: true, ...key, reuse_key: false, ...key_props },
    secret_props: { contentType: "application/x-pkcs12", ...secret_props },
    x509_props: {
      subject: "",
      sans: {} as { dns_names?: string[]; emails?: string[] },
      ekus: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
      key_usage: ["digitalSignature", "keyEncipherment"] as const,
      validity_months: 12,
      basic_constraints: { ca: false },
      ...x509_props,
    },
    lifetime_actions,
    issuer: { name: "Self", ...issuer },
  };
}

/**
 * Makes a key, a PKCS #10 request and a self-signed X.509 certificate, valid from ten minutes before `created` (Unix seconds).
 * Returns the fields of the REST API: DER in base64, its SHA-1 in base64url, times in Unix seconds. Throws for a policy that
 * asks for what there is not.
 */
export async function issue({ key_props, x509_props }: ReturnType<typeof withDefaults>, created: number) {
  const { subject, sans, ekus, key_usage, validity_months, basic_constraints } = x509_props;
  const signingAlgorithm = algorithmOf(key_props);
  // Attribute types are case-insensitive (RFC 4514), but the library knows them in upper case only.
  const name = new x509.Name(
    subject.replace(/(^|[,+])\s*\w+\s*=\s*/g, (type) => type.toUpperCase().replaceAll(" ", "")),
  ).toJSON();
  const alternatives = [
    ...(sans.dns_names ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(sans.emails ?? []).map((value) => ({ type: "email" as const, value })),
  ];
  const areIdentifiers = ekus.length > 0 && ekus.every((eku) => /^([01]\.[1-3]?\d|2\.\d+)(\.\d+)+$/.test(eku));
  const areUsages = key_usage.every((usage) => /^[a-z]+$/i.test(usage) && Object.hasOwn(x509.KeyUsageFlags, usage));
  const keys = await crypto.subtle.generateKey(signingAlgorithm, true, ["sign", "verify"]);
  const extensions = [
    new x509.KeyUsagesExtension(
      key_usage.reduce((all, usage) => all | x509.KeyUsageFlags[usage], 0),
      true,
    ),
    new x509.ExtendedKeyUsageExtension(ekus),
    new x509.BasicConstraintsExtension(basic_constraints.ca),
    ...(alternatives.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternatives)] : []),
  ];
  const [notBefore, notAfter] = [new Date((created - 600) * 1000), new Date(created * 1000)];
  notAfter.setUTCMonth(notAfter.getUTCMonth() + validity_months);
  const isTime = Number.isInteger(validity_months) && validity_months >= 1 && notAfter.getUTCFullYear() < 10_000;
  if (
    name.length + alternatives.length === 0 ||
    !areIdentifiers ||
    !areUsages ||
    !isTime ||
    typeof basic_constraints.ca !== "boolean"
  )
    throw new Error("The policy asks for what there is not.");
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm, extensions });
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm,
    extensions,
    notBefore,
    notAfter,
  });
  return {
    csr: csr.toString("base64"),
    cer: certificate.toString("base64"),
    x5t: createHash("sha1").update(Buffer.from(certificate.rawData)).digest("base64url"),
    nbf: notBefore.getTime() / 1000,
    exp: notAfter.getTime() / 1000,
  };
}

function algorithmOf({ kty, crv = "", key_size: modulusLength = 0 }: { kty: string; crv?: string; key_size?: number }) {
  const hash = new Map([
    ["P-256", "SHA-256"],
    ["P-384", "SHA-384"],
    ["P-521", "SHA-512"],
  ]).get(crv);
  if (/^EC(-HSM)?$/.test(kty) && hash) return { name: "ECDSA", namedCurve: crv, hash };
  if (/^RSA(-HSM)?$/.test(kty) && [2048, 3072, 4096].includes(modulusLength))
    return { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  throw new Error(`There is no such key: ${kty} ${crv || modulusLength}`);
}
