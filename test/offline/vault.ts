import { randomUUID } from "node:crypto";
import { unescape } from "node:querystring";
import { fail, NoConnection, OnlyInAzure, Refusal, refuse } from "./answers.ts";
import { createCertificates } from "./certificates.ts";
import { failureOf, type Step } from "./failures.ts";
import { createRoutes, onlyInAzure, routeOf, type Route } from "./routes.ts";
import { authority, createSignIn, host } from "./sign-in.ts";

/**
 * Makes an empty vault, in which a creation and a deletion take so many milliseconds. What it returns answers a request
 * as Key Vault and its sign-in service do, as recorded in the Azure SDKs' tests. It rejects with a `NoConnection` for
 * any other host and where a failure breaks the connection; with anything else only for a bug.
 */
export function createVault(vaultName: string, creationTime: number, deletionTime: number) {
  const vaultUrl = `https://${vaultName}.vault.azure.net`;
  const signIn = createSignIn();
  const routes = createRoutes(createCertificates(vaultName, creationTime, deletionTime));
  const isRoute = (route: string): route is Route => route in routes;
  const failedOnce = new Set<object>();
  let challenged = ""; // A request for a token names no certificate: this one's failure strikes there.

  return async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [, , part = "", version = ""] = url.pathname.split("/");
    const name = unescape(part); // It leaves "%" as it is, where decodeURIComponent would throw.
    if (url.hostname === host)
      return (url.pathname.endsWith("/token") && meet(challenged, "sign in")) || signIn.answer(request);
    if (url.origin !== vaultUrl)
      throw new NoConnection(`No request leaves this machine, and one was made to ${url.host}.`);
    const failed = meet(name, "connect");
    if (failed) return failed;
    try {
      return withHeaders(await respond({ name, version, url, request }), request);
    } catch (error) {
      if (error instanceof Refusal) return withHeaders(error.response, request);
      if (error instanceof OnlyInAzure) return withHeaders(error.response(request.method, url.pathname), request);
      throw error;
    }
  };

  async function respond(call: { name: string; version: string; url: URL; request: Request }) {
    const { name, url, request } = call;
    if (!signIn.accepts(request)) {
      challenged = name;
      refuse(401, "Unauthorized", "AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token.");
    }
    const apiVersion = url.searchParams.get("api-version") ?? "";
    if (!/^(7\.[0-6](-preview\.\d+)?|\d{4}-\d{2}-\d{2}(-preview)?)$/.test(apiVersion))
      refuse(
        400,
        "BadParameter",
        `The specified version (${apiVersion}) is not recognized. Consider using the latest supported version (2025-07-01).`,
      );
    const route = routeOf(request.method, url.pathname);
    if (route.includes("certificates/NAME") && !/^[0-9a-z-]{1,127}$/i.test(name))
      refuse(400, "BadParameter", `The request URI contains an invalid name: ${name}`);
    if (onlyInAzure.includes(route)) throw new OnlyInAzure();
    if (isRoute(route)) return meet(name, route) ?? routes[route](call);
    return refuse(405, "MethodNotAllowed", `HTTP ${request.method} not allowed`);
  }

  /** The answer to a certificate that bears a failure's name, if the failure is for this step. */
  function meet(name: string, at: Step) {
    const failure = failureOf(name);
    if (failure?.at !== at || (failure.once && failedOnce.has(failure))) return undefined;
    failedOnce.add(failure);
    return fail(failure, vaultName, name);
  }
}
/** The answer with what every answer of the service carries. */
function withHeaders({ status, headers, body }: Response, request: Request) {
  const id = request.headers.get("x-ms-client-request-id");
  return new Response(body, {
    status,
    headers: {
      ...Object.fromEntries(headers),
      "Cache-Control": "no-cache",
      Pragma: "no-cache",
      Expires: "-1",
      "x-ms-keyvault-region": "westeurope",
      "x-ms-keyvault-service-version": "1.9.3070.2",
      "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=203.0.113.7;act_addr_fam=InterNetwork;",
      "x-ms-request-id": randomUUID(),
      ...(id && { "x-ms-client-request-id": id }),
      "X-Content-Type-Options": "nosniff",
      "Strict-Transport-Security": "max-age=31536000;includeSubDomains",
      Date: new Date().toUTCString(),
      ...(status === 401 && {
        "WWW-Authenticate": `Bearer authorization="${authority}", resource="https://vault.azure.net"`,
      }),
    },
  });
}
