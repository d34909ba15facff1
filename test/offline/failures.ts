import { errorBody, json, NoConnection } from "./answers.ts";

const create = "POST /certificates/NAME/create";
const pending = "GET /certificates/NAME/pending";
const remove = "DELETE /certificates/NAME";
const deleted = "GET /deletedcertificates/NAME";

/** The requests to the vault at which a failure can strike. */
export type FailingRequest = typeof create | typeof pending | typeof remove | typeof deleted;

/** Where a failure strikes: at any request to the vault, at the one for a token, or at one of these. */
type Step = "connect" | "sign in" | FailingRequest;

/**
 * What happens to the certificate that bears a failure's name: an answer to a request (a body that is a string is HTML)
 * or an error of its connection, with Node's code; or another end of its creation, as fields of the operation. With
 * `once`, only the first such request fails. In JSON and errors, `VAULT` and `NAME` stand for the real ones.
 */
export interface Failure {
  at?: Step;
  once?: true;
  status?: number;
  headers?: Record<string, string>;
  body?: object | string;
  connection?: { code: string; message: string };
  operation?: { status: "failed" | "cancelled"; [field: string]: unknown };
}

const caller =
  "appid=22222222-2222-2222-2222-222222222222;oid=33333333-3333-3333-3333-333333333333;iss=https://sts.windows.net/11111111-1111-1111-1111-111111111111/";
const address = `\r\nClient address: 203.0.113.7\r\nCaller: ${caller}\r\nVault: VAULT;location=westeurope`;
const refusal = (status: number, code: string, message: string, innererror?: string): Failure => ({
  at: create,
  status,
  body: errorBody(code, message, innererror),
});

/** Refusals of a creation by their inner code, which is the failure's name too. */
const byInnerCode = <Name extends string>(status: number, code: string, messages: Record<Name, string>) =>
  Object.fromEntries(
    Object.entries<string>(messages).map(([name, message]) => [name, refusal(status, code, message, name)]),
  ) as Record<Name, Failure>;
const notPermitted = (permission: string) =>
  `The user, group or application '${caller}' does not have certificates ${permission} permission on key vault 'VAULT;location=westeurope'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287`;
const forbidden = (permission: string) => errorBody("Forbidden", notPermitted(permission), "AccessDenied");
const broken = (at: Step, code: string, message: string): Failure => ({ at, connection: { code, message } });
const pendingConflict =
  "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.";
const tooMany =
  "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached";
const throttled = { ...refusal(429, "Throttled", tooMany), headers: { "Retry-After": "1" } };
const internalError = refusal(500, "InternalError", "An internal error has occurred.");
const wrongSecret =
  "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '22222222-2222-2222-2222-222222222222'. Trace ID: 55555555-5555-5555-5555-555555555555 Correlation ID: 66666666-6666-6666-6666-666666666666 Timestamp: 2030-01-01 00:00:00Z";
const invalidSecret = { error: "invalid_client", error_description: wrongSecret, error_codes: [7000215] };
const blockedPage = "<html><title>Blocked</title>This site is blocked by your organization.</html>";
const issuersError = "The call to DigiCert failed with Error code access_denied and Message Access denied..";

/** The failures by the name to give to the certificate, in words recorded in the Azure SDKs' tests and issues. */
export const failures = {
  ...byInnerCode(403, "Forbidden", {
    ForbiddenByRbac: `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: ${caller}\r\nAction: 'Microsoft.KeyVault/vaults/certificates/create/action'\r\nResource: '/subscriptions/44444444-4444-4444-4444-444444444444/resourcegroups/myresourcegroup/providers/microsoft.keyvault/vaults/VAULT/certificates/NAME'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null \r\nVault: VAULT;location=westeurope\r\n`,
    AccessDenied: notPermitted("create"),
    ForbiddenByPolicy: notPermitted("create"),
    ForbiddenByFirewall: `Client address is not authorized and caller is not a trusted service.${address}`,
    ForbiddenByConnection: `Public network access is disabled and request is not from a trusted service nor via an approved private link.${address}`,
  }),
  ...byInnerCode(409, "Conflict", {
    ObjectIsDeletedButRecoverable:
      "Certificate NAME is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.",
    ObjectIsBeingDeleted: "Certificate NAME is currently being deleted and cannot be re-created; retry later.",
    ObjectIsBeingRecovered: "Certificate NAME is currently being recovered and cannot be re-created; retry later.",
  }),
  Conflict: refusal(409, "Conflict", pendingConflict),
  Throttled: throttled,
  ThrottledOnce: { ...throttled, once: true },
  InternalError: internalError,
  InternalErrorOnce: { ...internalError, once: true },
  InvalidClientSecret: { at: "sign in", status: 401, body: invalidSecret },
  HostNotFound: broken("connect", "ENOTFOUND", "getaddrinfo ENOTFOUND VAULT.vault.azure.net"),
  ConnectionRefused: broken("connect", "ECONNREFUSED", "connect ECONNREFUSED 203.0.113.1:443"),
  ConnectionReset: broken("connect", "ECONNRESET", "read ECONNRESET"),
  ConnectionResetOnce: { ...broken(create, "ECONNRESET", "read ECONNRESET"), once: true },
  ConnectionLost: broken(pending, "ECONNRESET", "read ECONNRESET"),
  ProxyBlocked: { at: "connect", status: 403, body: blockedPage },
  GetForbidden: { at: pending, status: 403, body: forbidden("get") },
  IssuerRefused: { operation: { status: "failed", error: { code: "Request rejected", message: issuersError } } },
  Cancelled: { operation: { status: "cancelled", cancellation_requested: true, status_details: undefined } },
  DeleteForbidden: { at: remove, status: 403, body: forbidden("delete") },
  DeletedForbidden: { at: deleted, status: 403, body: forbidden("get") },
} satisfies Record<string, Failure>;

/** The failure of this name, whichever its case. */
export const failureOf = (name: string): Failure | undefined =>
  Object.entries(failures).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];

/** The answer of a failure; one that breaks the connection throws a `NoConnection` instead. */
export function answerOf({ connection, status, headers, body }: Failure, vaultName = "", name = ""): Response {
  const fill = (text: string) => text.replaceAll("VAULT", vaultName).replaceAll("NAME", name);
  if (connection) throw Object.assign(new NoConnection(fill(connection.message)), { code: connection.code });
  if (typeof body === "string") return new Response(body, { status, headers: { "Content-Type": "text/html" } });
  return json(JSON.parse(fill(JSON.stringify(body))), status, headers);
}
