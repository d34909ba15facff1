import * as z from "zod";
import { refuse, refuseHere, refuseValue } from "./answers.ts";

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
