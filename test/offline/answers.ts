/** The body of Key Vault's refusals. */
export const errorBody = (code: string, message: string, innererror?: string) => ({
  error: { code, message, ...(innererror && { innererror: { code: innererror } }) },
});

/** An answer in JSON, without what is `undefined`. `Response.json` sets its header too late for the interceptors. */
export function json(body: object, status = 200, headers: Record<string, string> = {}) {
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  const common = { "Content-Type": "application/json; charset=utf-8", "Content-Length": length };
  return new Response(text, { status, headers: { ...common, ...headers } });
}

/** A connection that breaks on purpose, with the `code` that Node gives to one, if it has any: no bug of the vault. */
export class NoConnection extends Error {}

/** Throws an answer with this error of Key Vault's: whoever finds what is wrong with a request throws its answer. */
export function refuse(status: number, code: string, message: string, innererror?: string): never {
  throw json(errorBody(code, message, innererror), status);
}

/** Refuses a name, or a version of it, that is not there. */
export function refuseMissing(name: string): never {
  const cure =
    "If you recently deleted this certificate you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182";
  refuse(404, "CertificateNotFound", `A certificate with (name/id) ${name} was not found in this key vault. ${cure}`);
}

/** Refuses a property, which its path names, and says why in parentheses: the service's reason is not recorded. */
export function refuseValue(property: string, why: string): never {
  refuse(400, "BadParameter", `Property ${property} has invalid value (${why})\r\n`);
}

/** Refuses what only a real vault does, in the demo's own words and with a status that no SDK repeats. */
export function refuseHere({ method, url }: Request, part = ""): never {
  const does = "The offline vault does not answer this request, but a real vault does";
  refuse(501, "NotImplemented", `${does}: ${method} ${new URL(url).pathname}${part && ` (${part})`}`);
}
