import { randomBytes, randomUUID } from "node:crypto";
import { unescape } from "node:querystring";
import { errorBody, fail, failureOf, failures, json, type Step } from "./failures.ts";
import { bundle, current, deletedBundle, isPending, operation, type Version } from "./resources.ts";
import { authority, createSignIn, host } from "./sign-in.ts";

/**
 * Makes an empty vault, in which a creation and a deletion take so many milliseconds. What it returns answers a request as Key
 * Vault and its sign-in service do, and rejects for any other host. It follows Key Vault's REST API for certificates, api-version
 * 2025-07-01, as recorded in the Azure SDKs' tests.
 */
export function createVault(vaultName: string, creationTime: number, deletionTime: number) {
  const vaultUrl = `https://${vaultName}.vault.azure.net`;
  const signIn = createSignIn();
  const certificates = new Map<string, Version[]>(); // by name in lower case, as the deletions: names know no case
  const deletions = new Map<string, { body: object; readyAt: number }>();
  const failedOnce = new Set<object>();
  let challenged = "";

  return async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const name = unescape(url.pathname.split("/")[2] ?? "");
    if (url.hostname === host)
      return (url.pathname.endsWith("/token") && meet(challenged, "sign in")) || signIn.answer(request);
    if (url.origin !== vaultUrl) throw new Error(`No request leaves this machine, and one was made to ${url.host}.`);
    return meet(name, "connect") ?? withHeaders(await respond(request, url, name), request);
  };

  async function respond(request: Request, url: URL, name: string) {
    const route = url.pathname.replace(/^(\/\w+)\/[^/]*/, "$1/NAME").replace(/\/$/, "");
    const apiVersion = url.searchParams.get("api-version") ?? "";
    if (!signIn.accepts(request)) {
      challenged = name;
      return refuse(401, "Unauthorized", "AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token.");
    }
    if (!/^(7\.[0-6](-preview\.\d+)?|\d{4}-\d{2}-\d{2}(-preview)?)$/.test(apiVersion))
      return refuse(
        400,
        "BadParameter",
        `The specified version (${apiVersion}) is not recognized. Consider using the latest supported version (2025-07-01).`,
      );
    if (route.includes("NAME") && !/^[0-9a-z-]{1,127}$/i.test(name))
      return refuse(400, "BadParameter", `The request URI contains an invalid name: ${name}`);

    switch (`${request.method} ${route}`) {
      case "POST /certificates/NAME/create":
        return meet(name, "create") ?? create(name, request, apiVersion);
      case "GET /certificates/NAME/pending":
        return meet(name, "pending") ?? getOperation(name);
      case "GET /certificates/NAME":
        return get(name);
      case "DELETE /certificates/NAME":
        return meet(name, "delete") ?? remove(name);
      case "GET /deletedcertificates/NAME":
        return meet(name, "getDeleted") ?? getDeleted(name);
      default:
        return refuse(405, "MethodNotAllowed", `HTTP ${request.method} not allowed`);
    }
  }

  /** The answer to a certificate that bears a failure's name, if the failure is for this step. */
  function meet(name: string, at: Step) {
    const failure = failureOf(name);
    if (failure?.at !== at || (failure.once && failedOnce.has(failure))) return undefined;
    failedOnce.add(failure);
    return fail(failure, vaultName, name);
  }

  async function create(name: string, request: Request, apiVersion: string) {
    const version = await begin(name, request).catch(() => undefined);
    if (!version) return refuse(400, "BadParameter", "Property policy has invalid value");
    const key = name.toLowerCase();
    const deletion = deletions.get(key);
    if (deletion)
      return fail(
        isPending(deletion) ? failures.ObjectIsBeingDeleted : failures.ObjectIsDeletedButRecoverable,
        vaultName,
        name,
      );
    const versions = certificates.get(key) ?? [];
    if (versions.some(isPending)) return fail(failures.Conflict, vaultName, name);
    version.url = versions[0]?.url ?? version.url; // The name stays as first given.
    certificates.set(key, [...versions, version]);
    const location = `${version.url}/pending?api-version=${apiVersion}&request_id=${version.requestId}`;
    return json(operation(version), 202, { Location: location, "Retry-After": "10" });
  }

  /** Makes the version that a request asks for; rejects if what it asks for makes no sense. */
  async function begin(name: string, request: Request): Promise<Version> {
    const { issue, withDefaults } = await import("./certificate.ts"); // late: the prompt need not wait for it
    const { policy: requested } = await request.json();
    if (JSON.stringify(requested).length > 5_000) throw new Error("The policy is too long."); // or too deep to be written out
    const policy = withDefaults(requested);
    const identity = { url: `${vaultUrl}/certificates/${name}`, version: hex(), requestId: hex(), created: now() };
    const issued = await issue(policy, identity.created);
    return { ...issued, ...identity, policy, readyAt: Date.now() + creationTime, end: failureOf(name)?.operation };
  }

  function getOperation(name: string) {
    const version = certificates.get(name.toLowerCase())?.at(-1);
    if (!version) return refuse(404, "PendingCertificateNotFound", `Pending Certificate not found: ${name}`);
    return json(operation(version), 200, isPending(version) ? { "Retry-After": "10" } : {});
  }

  function get(name: string) {
    const version = current(certificates.get(name.toLowerCase()) ?? []);
    return version ? json(bundle(version)) : refuseMissing(name);
  }

  function remove(name: string) {
    const version = current(certificates.get(name.toLowerCase()) ?? []);
    if (!version) return refuseMissing(name);
    certificates.delete(name.toLowerCase());
    const body = deletedBundle(version, now());
    deletions.set(name.toLowerCase(), { body, readyAt: Date.now() + deletionTime });
    return json(body);
  }

  function getDeleted(name: string) {
    const deletion = deletions.get(name.toLowerCase());
    if (deletion && !isPending(deletion)) return json(deletion.body);
    return refuse(404, "CertificateNotFound", `Deleted Certificate not found: ${name}`);
  }
}

const hex = () => randomBytes(16).toString("hex");
const now = () => Math.floor(Date.now() / 1000);

const refuse = (status: number, code: string, message: string) => json(errorBody(code, message), status);

const refuseMissing = (name: string) =>
  refuse(
    404,
    "CertificateNotFound",
    `A certificate with (name/id) ${name} was not found in this key vault. If you recently deleted this certificate you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );

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
