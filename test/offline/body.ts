import * as z from "zod";
import { refuseHere, refuseValue } from "./answers.ts";

/** Marks a fault that is none in a real vault. */
export const onlyInAzure = { onlyInAzure: true };

/**
 * Reads a request's body, JSON of this form, or refuses it: `property` is the body's name in a refusal, `path` leads to
 * what it describes. A body with a field that the form does not know is only for a real vault.
 */
export async function read<T>(request: Request, property: string, form: z.ZodType<T>, path: string[] = []) {
  const { size } = await request.clone().blob();
  if (size > 20_000) refuseValue(property, "the body is too long"); // Work on it would take seconds.
  const sent: unknown = await request.json().catch(() => refuseValue(property, "the body is no JSON"));
  const { data, error } = form.safeParse(sent);
  if (!error) return data;
  const [fault] = error.issues;
  const place = [...path, ...(fault?.path ?? [])];
  const why = `${z.core.toDotPath(place) || "the body"}: ${fault?.message}`;
  return fault && isOnlyInAzure(fault) ? refuseHere(request, why) : refuseValue(String(place[0] ?? property), why);
}

const isOnlyInAzure = (issue: z.core.$ZodIssue) =>
  issue.code === "unrecognized_keys" || (issue.code === "custom" && issue.params?.onlyInAzure === true);
