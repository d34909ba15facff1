import * as z from "zod";
import { refuseHere, refuseValue } from "./answers.ts";

/**
 * Reads a request's body, in JSON. What it returns gives the body if it has a form, or refuses it: `property` stands
 * for the body in the refusal, `path` for what the form is about. What only a real vault takes is told first.
 */
export async function read(request: Request, property: string) {
  const { size } = await request.clone().blob();
  if (size > 20_000) refuseValue(property, "the body is too long"); // A demo's limit: more could take seconds to check.
  const sent: unknown = await request.json().catch(() => refuseValue(property, "the body is no JSON"));
  return function readAs<T>(form: z.ZodType<T>, path: string[] = []) {
    const { data, error } = form.safeParse(sent);
    if (!error) return data;
    const elsewhere = error.issues.find(isOnlyInAzure);
    const fault = elsewhere ?? error.issues[0];
    const place = [...path, ...(fault?.path ?? [])];
    const why = `${z.core.toDotPath(place) || "the body"}: ${fault?.message}`;
    return elsewhere ? refuseHere(request, why) : refuseValue(String(place[0] ?? property), why);
  };
}

/** Whether a fault is none in a real vault. */
const isOnlyInAzure = (fault: z.core.$ZodIssue) =>
  fault.code === "unrecognized_keys" || (fault.code === "custom" && fault.params?.onlyInAzure === true);
