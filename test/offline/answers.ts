import type { Failure } from "./failures.ts";

/** The body of Key Vault's refusals. */
export const errorBody = (code: string, message: string, innererror?: string) => ({
  error: { code, message, ...(innererror && { innererror: { code: innererror } }) },
});

/** An answer in JSON. Of the headers of `Response.json` the interceptors would lose some. */
export function json(body: object, status = 200, headers: Record<string, string> = {}) {
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  return new Response(text, {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8", "Content-Length": length, ...headers },
  });
}

/** Answers as the failure says, or throws the error of its connection, a `NoConnection`. */
export function fail({ connection, status, headers, body }: Failure, vaultName = "", name = ""): Response {
  const fill = (text: string) => text.replaceAll("VAULT", vaultName).replaceAll("NAME", name);
  if (connection) throw new NoConnection(fill(connection.message), connection.code);
  if (typeof body === "string") return new Response(body, { status, headers: { "Content-Type": "text/html" } });
  return json(JSON.parse(fill(JSON.stringify(body))), status, headers);
}

/** A connection that breaks on purpose, with the code that Node gives to one, if it has any: no bug of the vault. */
export class NoConnection extends Error {
  readonly code: string | undefined;
  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** What is wrong with a request, thrown where it is found. All else that is thrown is a bug of the vault. */
export class Refusal extends Error {
  readonly response: Response;
  constructor(response: Response) {
    super("The request is refused.");
    this.response = response;
  }
}

/**
 * What a real vault does and this one does not, thrown where it is found; `part` is the part of the request, if it is
 * not all of it.
 */
export class OnlyInAzure extends Error {
  /** The answer in the demo's own words, with a status that no SDK repeats. */
  response(method: string, path: string) {
    const text = `The offline vault does not answer this request, but a real vault does: ${method} ${path}`;
    return json(errorBody("NotImplemented", this.message ? `${text} (${this.message})` : text), 501);
  }
}

/** Throws the refusal with this error of Key Vault's. */
export function refuse(status: number, code: string, message: string, innererror?: string): never {
  throw new Refusal(json(errorBody(code, message, innererror), status));
}

/** Throws the refusal of a name, or of a version of it, that is not there. */
export function refuseMissing(name: string): never {
  const cure =
    "If you recently deleted this certificate you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182";
  refuse(404, "CertificateNotFound", `A certificate with (name/id) ${name} was not found in this key vault. ${cure}`);
}

/**
 * Throws the refusal of a part such as "policy.issuer" in the service's words, and in parentheses why, which the
 * service leaves out.
 */
export function refuseValue(part: string, why: string, property = part.replace(/\..*/s, "")): never {
  refuse(400, "BadParameter", `Property ${property} has invalid value (${part} ${why})`);
}
