import { errorBody } from "./answers.ts";
import type { Route } from "./routes.ts";

/** The requests that a failure can meet: any to the vault, the one for a token, and those that the vault answers. */
export type Step = "connect" | "sign in" | Route;

/**
 * What happens to the certificate that bears a failure's name: at a step, an answer of the service (an object is JSON,
 * a string HTML) or an error of the connection with Node's code; or another end of the creation, as the fields of its
 * operation. `VAULT` and `NAME` stand for the real ones.
 */
export interface Failure {
  at?: Step;
  /** Only the first such request fails. */
  once?: true;
  status?: number;
  headers?: Record<string, string>;
  body?: object | string;
  connection?: { code: string; message: string };
  operation?: { status: "failed" | "cancelled"; [field: string]: unknown };
}

const caller =
  "appid=22222222-2222-2222-2222-222222222222;oid=33333333-3333-3333-3333-333333333333;iss=https://sts.windows.net/11111111-1111-1111-1111-111111111111/";

const create = "POST /certificates/NAME/create";

const refusal = (at: Step, status: number, code: string, message: string, innererror?: string): Failure => ({
  at,
  status,
  body: errorBody(code, message, innererror),
});

const forbidden = (innererror: string, message: string, at: Step = create) =>
  refusal(at, 403, "Forbidden", message, innererror);

const notPermitted = (at: Step, permission: string, innererror = "AccessDenied") =>
  forbidden(
    innererror,
    `The user, group or application '${caller}' does not have certificates ${permission} permission on key vault 'VAULT;location=westeurope'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287`,
    at,
  );

const address = `\r\nClient address: 203.0.113.7\r\nCaller: ${caller}\r\nVault: VAULT;location=westeurope`;

const conflict = (message: string, innererror?: string) => refusal(create, 409, "Conflict", message, innererror);

const broken = (at: Step, code: string, message: string): Failure => ({ at, connection: { code, message } });

const manyRequests = "Request was not processed because too many requests were received.";
const throttled: Failure = {
  ...refusal(create, 429, "Throttled", `${manyRequests} Reason: VaultRequestTypeLimitReached`),
  headers: { "Retry-After": "1" },
};
const internalError = refusal(create, 500, "InternalError", "An internal error has occurred.");

/** What Key Vault says of an operation that is under way, and goes on to say of one that has failed. */
export const pendingDetails =
  "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.";

/**
 * The failures that can be rehearsed, by the name to give to the certificate. Their words are the service's, as
 * recorded in the Azure SDKs' tests and issues.
 */
export const failures = {
  ForbiddenByRbac: forbidden(
    "ForbiddenByRbac",
    `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: ${caller}\r\nAction: 'Microsoft.KeyVault/vaults/certificates/create/action'\r\nResource: '/subscriptions/44444444-4444-4444-4444-444444444444/resourcegroups/myresourcegroup/providers/microsoft.keyvault/vaults/VAULT/certificates/NAME'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null \r\nVault: VAULT;location=westeurope\r\n`,
  ),
  AccessDenied: notPermitted(create, "create"),
  ForbiddenByPolicy: notPermitted(create, "create", "ForbiddenByPolicy"),
  ForbiddenByFirewall: forbidden(
    "ForbiddenByFirewall",
    `Client address is not authorized and caller is not a trusted service.${address}`,
  ),
  ForbiddenByConnection: forbidden(
    "ForbiddenByConnection",
    `Public network access is disabled and request is not from a trusted service nor via an approved private link.${address}`,
  ),
  ObjectIsDeletedButRecoverable: conflict(
    "Certificate NAME is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.",
    "ObjectIsDeletedButRecoverable",
  ),
  ObjectIsBeingDeleted: conflict(
    "Certificate NAME is currently being deleted and cannot be re-created; retry later.",
    "ObjectIsBeingDeleted",
  ),
  Conflict: conflict(
    "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
  ),
  Throttled: throttled,
  ThrottledOnce: { ...throttled, once: true },
  InternalError: internalError,
  InternalErrorOnce: { ...internalError, once: true },
  InvalidClientSecret: {
    at: "sign in",
    status: 401,
    body: {
      error: "invalid_client",
      error_description:
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '22222222-2222-2222-2222-222222222222'. Trace ID: 55555555-5555-5555-5555-555555555555 Correlation ID: 66666666-6666-6666-6666-666666666666 Timestamp: 2030-01-01 00:00:00Z",
      error_codes: [7000215],
    },
  },
  HostNotFound: broken("connect", "ENOTFOUND", "getaddrinfo ENOTFOUND VAULT.vault.azure.net"),
  ConnectionRefused: broken("connect", "ECONNREFUSED", "connect ECONNREFUSED 203.0.113.1:443"),
  ConnectionReset: broken("connect", "ECONNRESET", "read ECONNRESET"),
  ConnectionResetOnce: { ...broken(create, "ECONNRESET", "read ECONNRESET"), once: true },
  ConnectionLost: broken("GET /certificates/NAME/pending", "ECONNRESET", "read ECONNRESET"),
  ProxyBlocked: {
    at: "connect",
    status: 403,
    body: "<html><title>Blocked</title>This site is blocked by your organization.</html>",
  },
  GetForbidden: notPermitted("GET /certificates/NAME/pending", "get"),
  IssuerRefused: {
    operation: {
      status: "failed",
      status_details: pendingDetails,
      error: {
        code: "Request rejected",
        message: "The call to DigiCert failed with Error code access_denied and Message Access denied..",
      },
    },
  },
  Cancelled: { operation: { status: "cancelled", cancellation_requested: true } },
  DeleteForbidden: notPermitted("DELETE /certificates/NAME", "delete"),
  DeletedForbidden: notPermitted("GET /deletedcertificates/NAME", "get"),
} satisfies Record<string, Failure>;

/** The failure of this name, whichever its case. */
export const failureOf = (name: string): Failure | undefined =>
  Object.entries(failures).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
