import { pendingDetails, type Failure } from "./failures.ts";
import type { Policy } from "./policy.ts";

/** One version of a certificate: `id` is 32 hex digits, times are in Unix seconds. A pending one has no content. */
export interface Version {
  id: string;
  enabled: boolean;
  nbf: number;
  exp: number;
  created: number;
  updated: number;
  tags?: Record<string, string>;
  preserveCertOrder?: boolean;
  content?: { x5t: string; cer: string };
}

/** The making of a version: `readyAt` is in milliseconds since 1970, `end` is how it ends, if not well. */
export interface Operation {
  id: string;
  csr: string;
  readyAt: number;
  version: Version;
  end?: Failure["operation"];
}

/**
 * A certificate at `url`, to be found from `readyAt` on (milliseconds since 1970): its earlier versions, oldest first,
 * the last operation, and what stands in for a version until there is one.
 */
export interface Certificate {
  url: string;
  readyAt: number;
  policy: Policy;
  policyTimes: { created: number; updated: number };
  earlier: Version[];
  operation: Operation;
  pending: Version;
}

/** A deleted certificate with its bundle, to be found from `readyAt` on (milliseconds since 1970). */
export interface Deletion {
  certificate: Certificate;
  bundle: ReturnType<typeof deletedBundle>;
  readyAt: number;
}

const retentionDays = 90;
const recovery = { recoveryLevel: "Recoverable+Purgeable", recoverableDays: retentionDays };

/** Whether it is not yet there. */
export const isPending = ({ readyAt }: { readyAt: number }) => Date.now() < readyAt;

/** The versions that are completed, oldest first. */
export const completed = ({ earlier, operation }: Certificate) =>
  isPending(operation) || operation.end ? earlier : [...earlier, operation.version];

/** The version that is in use: a next one takes the place of an earlier one only when it is completed. */
export const current = (certificate: Certificate) => completed(certificate).at(-1) ?? certificate.pending;

/** The versions that can be asked for: those that are completed, or the one that stands in for them. */
export const versionsOf = (certificate: Certificate) => [...new Set([...completed(certificate), current(certificate)])];

/**
 * A certificate operation, as the REST API writes it; the first answer says that it is in progress, however fast it is.
 */
export function operationBody({ url, policy, operation }: Certificate, isFirst = false) {
  const { id, csr, version, end = { status: "completed" } } = operation;
  const isUnderWay = isFirst || isPending(operation);
  return {
    id: `${url}/pending`,
    issuer: { name: policy.issuer.name },
    csr,
    cancellation_requested: false,
    ...(isUnderWay ? { status: "inProgress", status_details: pendingDetails } : end),
    preserveCertOrder: version.preserveCertOrder,
    target: isUnderWay || operation.end ? undefined : url,
    request_id: id,
  };
}

/** A certificate policy, as the REST API writes it. */
export function policyBody({ url, policy, policyTimes }: Certificate) {
  return { id: `${url}/policy`, ...policy, attributes: { enabled: true, ...policyTimes } };
}

/** A certificate bundle with all that it can have, as the REST API writes it. */
export function bundle(certificate: Certificate, version = current(certificate)) {
  const { enabled, nbf, exp, created, updated, tags, preserveCertOrder, content } = version;
  const idIn = (collection: string) => `${certificate.url.replace("/certificates/", `/${collection}/`)}/${version.id}`;
  return {
    id: idIn("certificates"),
    ...(content && { kid: idIn("keys"), sid: idIn("secrets"), ...content }),
    attributes: { enabled: enabled && content !== undefined, nbf, exp, created, updated, ...recovery },
    tags,
    policy: policyBody(certificate),
    pending: { id: `${certificate.url}/pending` },
    preserveCertOrder,
  };
}

/** A deleted certificate bundle, as the REST API writes it; `deletedDate` is in Unix seconds. */
export function deletedBundle(certificate: Certificate, deletedDate: number) {
  return {
    recoveryId: certificate.url.replace("/certificates/", "/deletedcertificates/"),
    deletedDate,
    scheduledPurgeDate: deletedDate + retentionDays * 24 * 60 * 60,
    ...bundle(certificate),
    preserveCertOrder: undefined,
  };
}

/** A version in a list, as the REST API writes it. */
export function item(id: string, { enabled, nbf, exp, created, updated, tags, content }: Version) {
  const attributes = { enabled: enabled && content !== undefined, nbf, exp, created, updated };
  return { id, x5t: content?.x5t, attributes, tags, subject: "" };
}

/** A deleted certificate in a list, as the REST API writes it. */
export function deletedItem({ certificate, bundle }: Deletion) {
  const { recoveryId, deletedDate, scheduledPurgeDate, x5t, attributes, tags } = bundle;
  return { recoveryId, deletedDate, scheduledPurgeDate, id: certificate.url, x5t, attributes, tags };
}
