import { randomBytes } from "node:crypto";
import type { issue, Policy } from "./certificate.ts";
import { fail, failures, type Failure, type Step } from "./failures.ts";

/** The one service principal that may sign in, by the names of the variables that `EnvironmentCredential` reads. */
export const servicePrincipal = {
  AZURE_TENANT_ID: "11111111-1111-1111-1111-111111111111",
  AZURE_CLIENT_ID: "22222222-2222-2222-2222-222222222222",
  AZURE_CLIENT_SECRET: "the-secret-of-the-offline-vault",
};

/** What the REST API calls a certificate bundle and its operation, before either is written out. */
interface Version extends Awaited<ReturnType<typeof issue>> {
  version: string;
  requestId: string;
  policy: ReturnType<typeof withDefaults>;
  created: number;
  readyAt: number;
}

const authority = `https://login.microsoftonline.com/${servicePrincipal.AZURE_TENANT_ID}`;
const apiVersions = ["7.3", "7.4", "7.5", "7.6", "2025-07-01"];
const retentionDays = 90;
const failuresByName = new Map<string, Failure>(Object.entries(failures));

/**
 * Makes an empty vault, in which a creation and a deletion take so many milliseconds. It follows Key Vault's REST API for
 * certificates, api-version 2025-07-01, as recorded in the Azure SDKs' tests, and the client credentials flow of Microsoft Entra ID.
 */
export function createVault(vaultName: string, creationTime: number, deletionTime: number) {
  const vaultUrl = `https://${vaultName.toLowerCase()}.vault.azure.net`;
  const tokens = new Set<string>();
  const certificates = new Map<string, Version>();
  const deletedCertificates = new Map<string, { body: object; readyAt: number }>();
  const failedOnce = new Set<string>();
  let challenged = "";

  return {
    /** The names of the certificates that are not deleted, completed or still pending. */
    names: () => [...certificates.keys()],

    /** Answers as Key Vault and its sign-in service do; rejects for any other host. */
    async handle(request: Request): Promise<Response> {
      const url = new URL(request.url);
      if (url.origin === new URL(authority).origin) return signIn(request, url);
      if (url.origin === vaultUrl) return answer(request, url);
      throw new Error(`No request leaves this machine, and one was made to ${url.host}.`);
    },
  };

  async function signIn(request: Request, url: URL) {
    const form = new URLSearchParams(await request.text());
    const appId = form.get("client_id");
    if (!url.href.startsWith(`${authority}/oauth2/v2.0/token`))
      return refuseSignIn(400, "invalid_tenant", `AADSTS90002: Tenant '${url.pathname.split("/")[1]}' not found.`);
    if (appId !== servicePrincipal.AZURE_CLIENT_ID)
      return refuseSignIn(400, "unauthorized_client", `AADSTS700016: Application with identifier '${appId}' was not found in the directory 'Contoso'.`);
    if (form.get("client_secret") !== servicePrincipal.AZURE_CLIENT_SECRET) return fail(failures.InvalidClientSecret, vaultName);
    const token = randomBytes(32).toString("base64url");
    tokens.add(`Bearer ${token}`);
    return meet(challenged, "sign in") ?? Response.json({ token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: token });
  }

  async function answer(request: Request, url: URL) {
    const [, collection, encodedName = "", action = ""] = url.pathname.split("/");
    const name = decodeURIComponent(encodedName);
    const broken = meet(name, "connect");
    if (broken) return broken;
    if (!tokens.has(request.headers.get("authorization") ?? "")) {
      challenged = name;
      const challenge = { "WWW-Authenticate": `Bearer authorization="${authority}", resource="https://vault.azure.net"` };
      return refuse(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.", challenge);
    }
    const apiVersion = url.searchParams.get("api-version") ?? "";
    if (!apiVersions.includes(apiVersion))
      return refuse(400, "BadParameter", `The specified version (${apiVersion}) is not recognized. Consider using the latest supported version (${apiVersions.at(-1)}).`);
    if (!/^[0-9a-z-]{1,127}$/i.test(name))
      return refuse(400, "BadParameter", `The request URI contains an invalid name: ${name}`);

    switch (`${request.method} ${collection}/NAME/${action}`) {
      case "POST certificates/NAME/create":
        return meet(name, "create") ?? create(name, apiVersion, (await request.json()).policy);
      case "GET certificates/NAME/pending":
        return meet(name, "pending") ?? getOperation(name);
      case "GET certificates/NAME/":
        return get(name);
      case "DELETE certificates/NAME/":
        return meet(name, "delete") ?? remove(name);
      case "GET deletedcertificates/NAME/":
        return meet(name, "getDeleted") ?? getDeleted(name);
      default:
        return refuse(405, "MethodNotAllowed", `HTTP ${request.method} not allowed`);
    }
  }

  /** The answer to a certificate that bears a failure's name, if the failure is for this step. */
  function meet(name: string, at: Step) {
    const failure = failuresByName.get(name);
    if (failure?.at !== at || (failure.once && failedOnce.has(name))) return undefined;
    failedOnce.add(name);
    return fail(failure, vaultName, name);
  }

  async function create(name: string, apiVersion: string, requestedPolicy: RequestedPolicy) {
    if (deletedCertificates.has(name)) return fail(failures.ObjectIsDeletedButRecoverable, vaultName, name);
    if (isPending(certificates.get(name))) return fail(failures.Conflict, vaultName, name);
    const policy = withDefaults(requestedPolicy);
    const created = Math.floor(Date.now() / 1000);
    const { issue } = await import("./certificate.ts"); // late: the prompt need not wait for it
    const issued = await issue(policy, created);
    const version = { ...issued, policy, created, version: hex(), requestId: hex(), readyAt: Date.now() + creationTime };
    certificates.set(name, version);
    const location = `${vaultUrl}/certificates/${name}/pending?api-version=${apiVersion}&request_id=${version.requestId}`;
    return Response.json(operation(name, version, true), { status: 202, headers: { Location: location, "Retry-After": "10" } });
  }

  function getOperation(name: string) {
    const version = certificates.get(name);
    if (!version) return refuse(404, "PendingCertificateNotFound", `Pending certificate not found: ${name}`);
    return Response.json(operation(name, version, isPending(version)), { headers: isPending(version) ? { "Retry-After": "10" } : {} });
  }

  function get(name: string) {
    const version = certificates.get(name);
    return version ? Response.json(bundle(name, version)) : refuseMissing(name);
  }

  function remove(name: string) {
    const version = certificates.get(name);
    if (!version) return refuseMissing(name);
    const deletedDate = Math.floor(Date.now() / 1000);
    const recoveryId = `${vaultUrl}/deletedcertificates/${name}`;
    const body = { ...bundle(name, version), recoveryId, deletedDate, scheduledPurgeDate: deletedDate + retentionDays * 24 * 60 * 60 };
    certificates.delete(name);
    deletedCertificates.set(name, { body, readyAt: Date.now() + deletionTime });
    return Response.json(body);
  }

  function getDeleted(name: string) {
    const deleted = deletedCertificates.get(name);
    return !deleted || isPending(deleted)
      ? refuse(404, "CertificateNotFound", `Deleted Certificate not found: ${name}`)
      : Response.json(deleted.body);
  }

  function operation(name: string, { policy, csr, requestId }: Version, inProgress: boolean) {
    const end = failuresByName.get(name)?.operation ?? { status: "completed", target: `${vaultUrl}/certificates/${name}` };
    const status_details = "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.";
    return {
      id: `${vaultUrl}/certificates/${name}/pending`,
      issuer: policy.issuer,
      csr,
      cancellation_requested: false,
      ...(inProgress ? { status: "inProgress", status_details } : end),
      request_id: requestId,
    };
  }

  function bundle(name: string, certificate: Version) {
    const { version, policy, cer, x5t, nbf, exp, created } = certificate;
    const times = { created, updated: created };
    const enabled = !isPending(certificate) && !failuresByName.get(name)?.operation;
    return {
      id: `${vaultUrl}/certificates/${name}/${version}`,
      kid: `${vaultUrl}/keys/${name}/${version}`,
      sid: `${vaultUrl}/secrets/${name}/${version}`,
      ...(enabled && { x5t, cer }),
      attributes: { enabled, nbf, exp, ...times, recoveryLevel: "Recoverable+Purgeable", recoverableDays: retentionDays },
      policy: { id: `${vaultUrl}/certificates/${name}/policy`, ...policy, attributes: { enabled: true, ...times } },
      pending: { id: `${vaultUrl}/certificates/${name}/pending` },
    };
  }
}

/** A policy as a request may write it: every part, and what stands in it, may be missing. */
type RequestedPolicy = { [Part in keyof Policy]?: Partial<Policy[Part]> } & { secret_props?: object; issuer?: object };

/** The policy as the service keeps it: what the request leaves open gets the service's own defaults. */
function withDefaults({ key_props, secret_props, x509_props, issuer }: RequestedPolicy) {
  const key = key_props?.kty?.startsWith("EC") ? { kty: "EC", crv: "P-256" } : { kty: "RSA", key_size: 2048 };
  return {
    key_props: { exportable: true, ...key, reuse_key: false, ...key_props },
    secret_props: { contentType: "application/x-pkcs12", ...secret_props },
    x509_props: {
      subject: "",
      ekus: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
      key_usage: ["digitalSignature", "keyEncipherment"] as const,
      validity_months: 12,
      basic_constraints: { ca: false },
      ...x509_props,
    },
    lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "AutoRenew" } }],
    issuer: { name: "Self", ...issuer },
  };
}

const hex = () => randomBytes(16).toString("hex");

const isPending = (started?: { readyAt: number }) => started !== undefined && Date.now() < started.readyAt;

const refuse = (status: number, code: string, message: string, headers?: Record<string, string>) =>
  Response.json({ error: { code, message } }, { status, headers });

const refuseMissing = (name: string) =>
  refuse(404, "CertificateNotFound", `A certificate with (name/id) ${name} was not found in this key vault. If you recently deleted this certificate you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`);

const refuseSignIn = (status: number, error: string, error_description: string) =>
  Response.json({ error, error_description, error_codes: [Number(error_description.match(/\d+/)?.[0])] }, { status });
