import { randomUUID } from "node:crypto";
import querystring from "node:querystring";
import { errorBody, json, NoConnection, refuse } from "./answers.ts";
import { answerOf, failureOf, type FailingRequest } from "./failures.ts";
import { createRoutes, isOf, type Call } from "./routes.ts";
import { createStore, type Settings } from "./store.ts";
import { authority, createSignIn, host } from "./tokens.ts";

/** Makes an empty vault. It answers as recorded in the Azure SDKs' tests, or rejects with a `NoConnection` or a bug. */
export function createVault(settings: Settings) {
  const signIn = createSignIn();
  const store = createStore(settings);
  // The compiler checks that failures strike at routes: elsewhere they never would.
  const routes = createRoutes(store) satisfies Record<FailingRequest, unknown>;
  const failedOnce = new Set<object>();
  let challenged = ""; // A request for a token names no certificate: this one's failure strikes there.

  return async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [, , part = "", version = ""] = url.pathname.split("/");
    const name = querystring.unescape(part); // It leaves "%" as it is, where decodeURIComponent would throw.
    if (url.origin === `https://${host}`) return signIn.answer(request, () => strike(challenged, "sign in"));
    if (url.origin !== `https://${settings.vaultName}.vault.azure.net`)
      throw new NoConnection(`No request leaves this machine, and one was made to ${url.host}.`);
    const failed = strike(name, "connect");
    return failed ?? withHeaders(await respond({ name, version, url, request }).catch(asAnswer), request);
  };

  async function respond(call: Call) {
    const { name, url, request } = call;
    if (!signIn.accepts(request)) {
      challenged = name;
      const body = errorBody("Unauthorized", "AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token.");
      const challenge = `Bearer authorization="${authority}", resource="https://vault.azure.net"`;
      return json(body, 401, { "WWW-Authenticate": challenge });
    }
    const apiVersion = url.searchParams.get("api-version") ?? "";
    const isKnown = /^(7\.[0-6](-preview\.\d+)?|\d{4}-\d{2}-\d{2}(-preview)?)$/.test(apiVersion);
    const cure = "Consider using the latest supported version (2025-07-01).";
    if (!isKnown) refuse(400, "BadParameter", `The specified version (${apiVersion}) is not recognized. ${cure}`);
    const found = Object.entries(routes).find(([route]) => isOf(route, `${request.method} ${url.pathname}`));
    if (!found) return refuse(405, "MethodNotAllowed", `HTTP ${request.method} not allowed`);
    const [route, answerCall] = found;
    if (route.includes("NAME") && !/^[0-9a-z-]{1,127}$/i.test(name))
      refuse(400, "BadParameter", `The request URI contains an invalid name: ${name}`);
    store.catchUp();
    return strike(name, route) ?? answerCall(call);
  }

  /** The answer to a request for a certificate that bears a failure's name, if the failure is for this step. */
  function strike(name: string, at: string) {
    const failure = failureOf(name);
    if (failure?.at !== at || (failure.once && failedOnce.has(failure))) return undefined;
    failedOnce.add(failure);
    return answerOf(failure, settings.vaultName, name);
  }
}

/** Whoever refuses a request throws the answer. */
function asAnswer(thrown: unknown) {
  if (thrown instanceof Response) return thrown;
  throw thrown;
}

/** The answer with what every answer of the service carries. */
function withHeaders({ status, headers, body }: Response, request: Request) {
  const id = request.headers.get("x-ms-client-request-id");
  const common = {
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
  };
  return new Response(body, { status, headers: { ...Object.fromEntries(headers), ...common } });
}
