import * as z from "zod";
import { refuse, refuseHere, refuseValue } from "./answers.ts";
import { isName, isUnjoined, oid } from "./subjects.ts";

const curves = { "P-256": 256, "P-384": 384, "P-521": 521, "P-256K": 256 };
const usages = [
  ...(["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement"] as const),
  ...(["keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"] as const),
];

/** What a creation leaves open, the service takes from this policy; `id` and `attributes` only keep their places. */
const defaultPolicyFor = (sent: unknown) => ({
  id: "",
  key_props: { exportable: true, kty: "RSA", reuse_key: false },
  secret_props: { contentType: "application/x-pkcs12" },
  x509_props: {
    ekus: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
    key_usage: hasEllipticKey(sent) ? ["digitalSignature"] : ["digitalSignature", "keyEncipherment"],
    validity_months: 12,
    basic_constraints: { ca: false },
  },
  lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "AutoRenew" } }],
  issuer: { name: "Self" },
  attributes: {},
});
const hasEllipticKey = (policy: unknown) =>
  isObject(policy) && isObject(policy.key_props) && kindOf(policy.key_props.kty) === "EC";

const integer = (least: number, most: number) => z.int().min(least).max(most);
const texts = (form: RegExp, what: string) => z.array(z.string().regex(form, `Not ${what}`));

/** A fault that is none in a real vault, after which nothing more is checked; one in the words of a real vault. */
const azure = (error: string) => ({ error, params: { onlyInAzure: true }, abort: true });
const recorded = (words: string) => ({ error: `Property ${words}\r\n`, params: { recorded: true } });

const curve = z.enum(["P-256", "P-384", "P-521", "P-256K"]).refine((curve) => curve !== "P-256K", azure("P-256K"));
const key = z.strictObject({
  exportable: z.boolean(),
  kty: z.enum(["RSA", "RSA-HSM", "EC", "EC-HSM"]),
  key_size: z.int().optional(),
  reuse_key: z.boolean(),
  crv: curve.optional(),
});

/** The key as the service tells it: with its size and, if it is elliptic, its curve. */
function completeKey({ exportable, kty, key_size, reuse_key, crv }: z.infer<typeof key>, context: z.RefinementCtx) {
  const isElliptic = kindOf(kty) === "EC";
  const curve = crv ?? (isElliptic ? "P-256" : undefined);
  const sizes = curve ? [curves[curve]] : [2048, 3072, 4096];
  const size = key_size ?? (curve ? curves[curve] : 2048);
  const add = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  if (crv && !isElliptic) add("crv", `Not for a key of type ${kty}`);
  if (!sizes.includes(size)) add("key_size", `Not one of ${sizes.join(", ")}`);
  return { exportable, kty, key_size: size, reuse_key, crv: curve };
}

const usage = z.enum([...usages, "crlSign"]).transform((usage) => (usage === "crlSign" ? "cRLSign" : usage));
const sans = z.strictObject({
  emails: texts(/^[!-?A-~]+@[!-?A-~]+$/, "an e-mail address"),
  dns_names: texts(/^(\*\.)?[\w-]+(\.[\w-]+)*$/, "a DNS name"),
  upns: texts(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, "a user principal name"),
  uris: z.array(z.string().refine((uri) => /^[!-~]+$/.test(uri) && URL.canParse(uri), "Not a URI")),
  ipAddresses: z.array(z.union([z.ipv4(), z.ipv6().regex(/^[^.]+$/)], "Not an IP address")),
});

const subject = z.string().max(2000, { abort: true }).refine(isUnjoined, azure("Parts joined with +"));
const notName = recorded("policy.x509_props has invalid value. Invalid X.500 distinguished name");
const x509 = z.strictObject({
  subject: subject.refine(isName, notName).optional(),
  sans: sans.partial().optional(),
  ekus: texts(new RegExp(`^${oid}$`), "an object identifier"),
  key_usage: z.array(usage).transform((usages) => usages.sort()),
  validity_months: integer(1, 90_000),
  basic_constraints: z.strictObject({ ca: z.boolean() }),
});
const hasName = ({ subject, sans = {} }: z.infer<typeof x509>) =>
  subject || Object.values(sans).some(({ length }) => length > 0);
const trigger = z.strictObject({ lifetime_percentage: integer(1, 99), days_before_expiry: integer(1, 1_000_000) });
const action = z.strictObject({ action_type: z.enum(["AutoRenew", "EmailContacts"]) });

const policy = z.strictObject({
  id: z.unknown(),
  key_props: key.transform(completeKey),
  secret_props: z.strictObject({ contentType: z.enum(["application/x-pkcs12", "application/x-pem-file"]) }),
  x509_props: x509.refine(hasName, "Neither subject nor sans"),
  lifetime_actions: z.array(z.strictObject({ trigger: trigger.partial(), action: action.partial() }).partial()),
  issuer: z.strictObject({
    name: z.string().refine((name) => /^self$/i.test(name), azure("Not Self")),
    cty: z.string().optional(),
    cert_transparency: z.boolean().optional(),
  }),
  attributes: z.unknown(),
});

/** A policy with nothing missing, its `id` and `attributes` as sent: sizes in bits, validity in months. */
export type Policy = z.infer<typeof policy>;

/** Reads a policy as it is sent: what it leaves open stays as in the old one or, in a creation, is the default. */
export const policyAfter = (old: object) => z.preprocess((sent) => merge(old, withoutNull(sent)), policy);
const newPolicy = z.preprocess((sent) => merge(defaultPolicyFor(sent), withoutNull(sent)), policy);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const kindOf = (typeOrCurve: unknown) => String(typeOrCurve).replace("-HSM", "");

/** A policy as it is sent, without the parts that are `null`: the service takes them as absent. */
const withoutNull = (sent: unknown) =>
  isObject(sent) ? Object.fromEntries(Object.entries(sent).filter(([, part]) => part !== null)) : sent;

/** What is sent in place of what was, field by field; a key of another kind or curve does not keep its size. */
function merge(old: unknown, sent: unknown): unknown {
  if (!isObject(old) || !isObject(sent)) return sent;
  const isOtherKey = ["kty", "crv"].some((field) => field in sent && kindOf(sent[field]) !== kindOf(old[field]));
  const { key_size, crv, ...kept } = old;
  const merged = Object.entries(sent).map(([field, value]) => [field, merge(old[field], value)]);
  return { ...(isOtherKey ? kept : old), ...Object.fromEntries(merged) };
}

const isTags = (value: unknown) => isObject(value) && Object.values(value).every((each) => typeof each === "string");
const tags = z.custom<Record<string, string>>(isTags, "Not an object of texts");
// Of too many the service says so little: where the property's name would be, there is none.
const fewTags = tags.refine((tags) => Object.keys(tags).length <= 15, recorded(" has invalid value")).optional();
// A certificate's times are the service's, whatever is sent.
const attributes = z.object({ enabled: z.boolean().optional() }).optional();

/** The body of an update and of a creation. */
export const update = z.strictObject({ attributes, tags: fewTags });
export const creation = update.extend({ policy: newPolicy, preserveCertOrder: z.boolean().optional() });
export type Creation = z.infer<typeof creation>;
export type Update = z.infer<typeof update>;

/** What a request sends, in JSON, and what a refusal of it needs: `property` stands for the whole body there. */
export async function bodyOf(request: Request, property: string) {
  const text = await request.text();
  if (text.length > 20_000) refuseValue(property, "the body is too long"); // A demo's limit: more could take seconds.
  const sent: unknown = await new Response(text).json().catch(() => refuseValue(property, "the body is no JSON"));
  return { request, property, sent };
}

/** Reads a body by a form for the part at `path`, or refuses it: in recorded words first, then what is only Azure's. */
export function readAs<T>(form: z.ZodType<T>, body: Awaited<ReturnType<typeof bodyOf>>, path: string[] = []) {
  // No await from here on: the policy that the form is made from must not change before what is read is kept.
  const { data, error } = form.safeParse(body.sent);
  if (!error) return data;
  const recorded = error.issues.find((fault) => isMarked(fault, "recorded"));
  if (recorded) return refuse(400, "BadParameter", recorded.message);
  const elsewhere = error.issues.find((fault) => fault.code === "unrecognized_keys" || isMarked(fault, "onlyInAzure"));
  const { path: rest = [], message = "" } = elsewhere ?? error.issues[0] ?? {};
  const place = z.core.toDotPath([...path, ...rest]);
  const why = `${place || "the body"}: ${message}`;
  if (elsewhere) return refuseHere(body.request, why);
  return place ? refuseValue(place, message) : refuseValue(body.property, why);
}

/** Whether a form has marked a fault so. */
const isMarked = (fault: z.core.$ZodIssue, mark: string) => fault.code === "custom" && fault.params?.[mark] === true;
