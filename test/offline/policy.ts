import { isIP } from "node:net";
import { OnlyInAzure, refuseValue } from "./answers.ts";
import { flag, ignored, integer, list, object, oneOf, text, textThat } from "./body.ts";

const usages = [
  ...(["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement"] as const),
  ...(["keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"] as const),
];
// Every part is one of TYPE=VALUE: the library drops others without a word. No text has two readings, so none takes long.
const names = /^(\s*[\w.]+\s*=(\s*"[^"\p{C}]*"\s*|(\\[^\p{C}]|[^,+"\\\p{C}])*)([,+]|$))*$/u;
const curves = { "P-256": 256, "P-384": 384, "P-521": 521 };

/**
 * Reads a policy as a request writes it: sizes in bits, validity in months; every part, and what stands in it, may be
 * missing.
 */
export const readPolicy = object({
  id: ignored,
  key_props: object({
    exportable: flag,
    kty: oneOf("RSA", "RSA-HSM", "EC", "EC-HSM"),
    key_size: integer(1, 100_000),
    reuse_key: flag,
    crv: oneOf("P-256", "P-384", "P-521", "P-256K"),
  }),
  secret_props: object({ contentType: oneOf("application/x-pkcs12", "application/x-pem-file") }),
  x509_props: object({
    subject: textThat(
      (value) => value.length <= 2_000 && names.test(value),
      "an X.500 name of at most 2000 characters",
    ),
    sans: object({
      emails: list(textThat((value) => /^[!-?A-~]+@[!-?A-~]+$/.test(value), "an e-mail address")),
      dns_names: list(textThat((value) => /^(\*\.)?[\w-]+(\.[\w-]+)*$/.test(value), "a DNS name")),
      upns: list(textThat((value) => /^[^\p{C}]+$/u.test(value), "a user principal name")),
      uris: list(textThat((value) => URL.canParse(value) && /^[!-~]+$/.test(value), "a URI")),
      ipAddresses: list(textThat((value) => isIP(value) > 0 && !value.includes("%"), "an IP address")),
    }),
    ekus: list(
      textThat((value) => /^([01]\.[1-3]?\d|2\.\d{1,9})(\.\d{1,9}){1,20}$/.test(value), "an object identifier"),
    ),
    key_usage: list(oneOf(...usages, "crlSign")),
    validity_months: integer(1, 90_000),
    basic_constraints: object({ ca: flag }),
  }),
  lifetime_actions: list(
    object({
      trigger: object({ lifetime_percentage: integer(1, 99), days_before_expiry: integer(1, 1_000_000) }),
      action: object({ action_type: oneOf("AutoRenew", "EmailContacts") }),
    }),
  ),
  issuer: object({ name: text, cty: text, cert_transparency: flag }),
  // The service keeps none of these: a policy is enabled, whatever is sent.
  attributes: object({ enabled: flag, nbf: ignored, exp: ignored, created: ignored, updated: ignored }),
});

/** A policy as sent. */
export type SentPolicy = ReturnType<typeof readPolicy>;

/** A policy as the service keeps it, with nothing missing. */
export type Policy = ReturnType<typeof complete>;

/**
 * Gives what a policy leaves open the service's own defaults. Refuses a policy that makes no sense; one for what cannot
 * be made here is only for a real vault.
 */
export function complete({ key_props, secret_props, x509_props = {}, lifetime_actions, issuer }: SentPolicy) {
  const { subject = "", sans, ekus = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"], validity_months = 12 } = x509_props;
  const { key_usage = ["digitalSignature", "keyEncipherment"], basic_constraints } = x509_props;
  const { emails, dns_names, upns, uris, ipAddresses } = sans ?? {};
  const sorted: typeof sans = { emails, dns_names, upns, uris, ipAddresses };
  const renewal = [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "AutoRenew" as const } }];
  if (!/^self$/i.test(issuer?.name ?? "Self")) throw new OnlyInAzure("policy.issuer.name is not Self");
  if (ekus.length === 0) refuseValue("policy.x509_props.ekus", "is empty");
  if (!subject && !Object.values(sans ?? {}).some((names) => names && names.length > 0))
    refuseValue("policy.x509_props.subject", "is empty, and there are no sans");
  return {
    key_props: completeKey(key_props),
    secret_props: { contentType: "application/x-pkcs12" as const, ...secret_props },
    x509_props: {
      subject,
      sans: sans && sorted,
      ekus,
      key_usage: key_usage.map((usage) => (usage === "crlSign" ? "cRLSign" : usage)).sort(),
      validity_months,
      basic_constraints: { ca: false, ...basic_constraints },
    },
    lifetime_actions: lifetime_actions ?? renewal,
    issuer: { name: "Self", ...issuer },
  };
}

function completeKey({ exportable = true, reuse_key = false, ...sent }: NonNullable<SentPolicy["key_props"]> = {}) {
  const { kty = "RSA", crv = "P-256" } = sent;
  if (kty.startsWith("RSA")) {
    const { key_size = 2048 } = sent;
    if (sent.crv) refuseValue("policy.key_props.crv", `is not for a key of type ${kty}`);
    if (![2048, 3072, 4096].includes(key_size)) refuseValue("policy.key_props.key_size", "is none of 2048, 3072, 4096");
    return { exportable, kty, key_size, reuse_key };
  }
  if (crv === "P-256K") throw new OnlyInAzure("policy.key_props.crv is P-256K");
  const { key_size = curves[crv] } = sent;
  if (key_size !== curves[crv]) refuseValue("policy.key_props.key_size", `is not ${curves[crv]}, the size of ${crv}`);
  return { exportable, kty, key_size, reuse_key, crv };
}

/**
 * The policy with what is sent in place of what was, field by field. With another type or curve, a key has a size of
 * its own.
 */
export function merge(old: Policy, sent: SentPolicy): SentPolicy {
  const { key_size, crv, ...kept } = { crv: undefined, ...old.key_props };
  const { kty: sentKty = kept.kty, crv: sentCrv = crv } = sent.key_props ?? {};
  const isOtherKey = sentKty !== kept.kty || sentCrv !== crv;
  const { sans, basic_constraints } = sent.x509_props ?? {};
  return {
    key_props: { ...(isOtherKey ? kept : old.key_props), ...sent.key_props },
    secret_props: { ...old.secret_props, ...sent.secret_props },
    x509_props: {
      ...old.x509_props,
      ...sent.x509_props,
      sans: sans ? { ...old.x509_props.sans, ...sans } : old.x509_props.sans,
      basic_constraints: { ...old.x509_props.basic_constraints, ...basic_constraints },
    },
    lifetime_actions: sent.lifetime_actions ?? old.lifetime_actions,
    issuer: { ...old.issuer, ...sent.issuer },
  };
}
