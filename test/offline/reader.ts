import * as z from "zod";
import { refuseHere, refuseValue } from "./answers.ts";

/** What a request sends, in JSON, and what a refusal of it needs: `property` stands for the whole body there. */
export async function bodyOf(request: Request, property: string) {
  const text = await request.text();
  if (text.length > 20_000) refuseValue(property, "the body is too long"); // A demo's limit: more could take seconds.
  const sent: unknown = await new Response(text).json().catch(() => refuseValue(property, "the body is no JSON"));
  return { request, property, sent };
}

/** Reads a body by a form, which is for the part at `path`, or refuses it: first for what only a real vault takes. */
export function readAs<T>(form: z.ZodType<T>, body: Awaited<ReturnType<typeof bodyOf>>, path: string[] = []) {
  // No await from here on: the policy that the form is made from must not change before what is read is kept.
  const { data, error } = form.safeParse(body.sent);
  if (!error) return data;
  const elsewhere = error.issues.find(isOnlyInAzure);
  const fault = elsewhere ?? error.issues[0];
  const place = [...path, ...(fault?.path ?? [])];
  const why = `${z.core.toDotPath(place) || "the body"}: ${fault?.message}`;
  return elsewhere ? refuseHere(body.request, why) : refuseValue(String(place[0] ?? body.property), why);
}

/** Whether a fault is none in a real vault. */
const isOnlyInAzure = (fault: z.core.$ZodIssue) =>
  fault.code === "unrecognized_keys" || (fault.code === "custom" && fault.params?.onlyInAzure === true);
