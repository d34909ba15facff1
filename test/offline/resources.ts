import type { issue, withDefaults } from "./certificate.ts";
import { pendingDetails, type Failure } from "./failures.ts";

/**
 * One version of a certificate at `url`, with the operation that makes it: `created` is in Unix seconds, `readyAt` in milliseconds
 * since 1970; `end` is how the operation ends, if not well.
 */
export interface Version extends Awaited<ReturnType<typeof issue>> {
  url: string;
  version: string;
  requestId: string;
  policy: ReturnType<typeof withDefaults>;
  created: number;
  readyAt: number;
  end?: Failure["operation"];
}

const retentionDays = 90;

export const isPending = ({ readyAt }: { readyAt: number }) => Date.now() < readyAt;
const isCompleted = (version: Version) => !isPending(version) && !version.end;

/** The version that is in use: a next one takes the place of an earlier one only when it is completed. */
export const current = (versions: Version[]) => versions.findLast(isCompleted) ?? versions.at(-1);

/** A certificate operation, as the REST API writes it. */
export function operation(version: Version) {
  const { url, policy, csr, requestId, end = { status: "completed", target: url } } = version;
  const state = isPending(version) ? { status: "inProgress", status_details: pendingDetails } : end;
  return {
    id: `${url}/pending`,
    issuer: policy.issuer,
    csr,
    cancellation_requested: false,
    ...state,
    request_id: requestId,
  };
}

/** A certificate bundle, as the REST API writes it. */
export function bundle(certificate: Version) {
  const { url, version, policy, x5t, cer, nbf, exp, created } = certificate;
  const enabled = isCompleted(certificate);
  const idIn = (collection: string) => `${url.replace("/certificates/", `/${collection}/`)}/${version}`;
  return {
    id: idIn("certificates"),
    ...(enabled && { kid: idIn("keys"), sid: idIn("secrets"), x5t, cer }),
    attributes: {
      enabled,
      nbf,
      exp,
      created,
      updated: created,
      recoveryLevel: "Recoverable+Purgeable",
      recoverableDays: retentionDays,
    },
    policy: { id: `${url}/policy`, ...policy, attributes: { enabled: true, created, updated: created } },
    pending: { id: `${url}/pending` },
  };
}

/** A deleted certificate bundle, as the REST API writes it; `deletedDate` is in Unix seconds. */
export function deletedBundle(certificate: Version, deletedDate: number) {
  const recoveryId = certificate.url.replace("/certificates/", "/deletedcertificates/");
  return {
    recoveryId,
    deletedDate,
    scheduledPurgeDate: deletedDate + retentionDays * 24 * 60 * 60,
    ...bundle(certificate),
  };
}
