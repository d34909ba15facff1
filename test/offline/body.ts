import { OnlyInAzure, refuseValue } from "./answers.ts";

/**
 * Reads a value of a request's body as a `T`; `part` is where it stands, such as "policy.issuer". Throws a refusal if
 * it is none.
 */
export type Reader<T> = (value: unknown, part: string) => T;

/** A text. */
export const text: Reader<string> = (value, part) =>
  typeof value === "string" ? value : refuseValue(part, "is no text");

/** True or false. */
export const flag: Reader<boolean> = (value, part) =>
  typeof value === "boolean" ? value : refuseValue(part, "is neither true nor false");

/** A whole number within these limits. */
export const integer =
  (least: number, most: number): Reader<number> =>
  (value, part) =>
    Number.isInteger(value) && typeof value === "number" && value >= least && value <= most
      ? value
      : refuseValue(part, `is no whole number from ${least} to ${most}`);

/** One of these texts. */
export const oneOf =
  <const Text extends string>(...known: Text[]): Reader<Text> =>
  (value, part) =>
    known.find((each) => each === value) ?? refuseValue(part, `is none of ${known.join(", ")}`);

/** A text that is this, such as "an address". */
export const textThat =
  (isIt: (value: string) => boolean, what: string): Reader<string> =>
  (value, part) =>
    isIt(text(value, part)) ? text(value, part) : refuseValue(part, `is not ${what}`);

/** What the service tells and does not take. */
export const ignored: Reader<undefined> = () => undefined;

/** A list of such values. */
export const list =
  <T>(of: Reader<T>): Reader<T[]> =>
  (value, part) =>
    Array.isArray(value) ? value.map((each, index) => of(each, `${part}[${index}]`)) : refuseValue(part, "is no list");

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Texts by names of the sender's own, in the order sent. */
export const texts: Reader<Record<string, string>> = (value, part) => {
  if (!isObject(value)) return refuseValue(part, "is no object");
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, text(each, `${part}.${name}`)]));
};

/**
 * An object whose fields may be missing, in the order of `fields`. One with a field of another name is only for a real
 * vault.
 */
export const object =
  <Fields extends Record<string, Reader<unknown>>>(fields: Fields) =>
  (value: unknown, part: string): { [Name in keyof Fields]?: ReturnType<Fields[Name]> } => {
    if (!isObject(value)) return refuseValue(part, "is no object");
    const path = (name: string) => (part ? `${part}.${name}` : name);
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
    if (unknown !== undefined) throw new OnlyInAzure(path(unknown));
    const sent = Object.entries(fields).filter(([name]) => Object.hasOwn(value, name));
    const entries = sent.map(([name, read]) => [name, read(value[name], path(name))]);
    return Object.fromEntries(entries) as { [Name in keyof Fields]?: ReturnType<Fields[Name]> };
  };

/**
 * Reads a request's body, which `property` stands for in a refusal: JSON, and not so long that work on it would take
 * seconds.
 */
export async function readBody<T>(request: Request, property: string, read: Reader<T>, part = ""): Promise<T> {
  const sent = await request.text();
  if (sent.length > 20_000) return refuseValue("the body", "is too long", property);
  let body: unknown;
  try {
    body = JSON.parse(sent);
  } catch {
    return refuseValue("the body", "is no JSON", property);
  }
  return isObject(body) ? read(body, part) : refuseValue("the body", "is no object", property);
}
