import { randomBytes } from "node:crypto";
import type { Creation, Policy } from "./bodies.ts";

/**
 * A certificate. `current` is the last completed version or, as long as there is none, one without content. Only what
 * is here can be used; any other state but purged is also the failure (failures.ts) that a creation of this name meets.
 */
export interface Certificate {
  state: "here" | "ObjectIsBeingDeleted" | "ObjectIsDeletedButRecoverable" | "ObjectIsBeingRecovered" | "purged";
  url: string;
  earlier: Version[];
  current: Version;
  policy: Policy & { id: string; attributes: { enabled: boolean; created: number; updated: number } };
  operation: ReturnType<typeof newOperation>;
  deletedDate?: number;
}

type Attributes = ReturnType<typeof attributesOf>;
export type Version = ReturnType<typeof newVersion>;

const hex = () => randomBytes(16).toString("hex");
export const unixSeconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

/** The attributes of a version, valid from ten minutes before its creation; their times are in Unix seconds. */
export function attributesOf({ x509_props }: Policy, enabled: boolean, createdAt: number) {
  const created = unixSeconds(createdAt);
  const end = new Date(created * 1000);
  end.setUTCMonth(end.getUTCMonth() + x509_props.validity_months);
  const validity = { nbf: created - 600, exp: unixSeconds(end.getTime()) };
  const recovery = { recoveryLevel: "Recoverable+Purgeable", recoverableDays: 90 };
  return { enabled, ...validity, created, updated: created, ...recovery };
}

/** One version of a certificate, as the REST API tells it; one that is pending has no content. */
export function newVersion(url: string, sent: Creation, attributes: Attributes, x5t?: string, cer?: string) {
  const { tags, preserveCertOrder } = sent;
  const id = `${url}/${hex()}`;
  const idIn = (collection: string) => cer && id.replace("/certificates/", `/${collection}/`);
  return { id, kid: idIn("keys"), sid: idIn("secrets"), x5t, cer, attributes, tags, preserveCertOrder };
}

/** The making of a version, as the REST API tells it: `undefined` keeps a place for what it tells of the end. */
export const newOperation = (url: string, { policy, preserveCertOrder }: Creation, csr: string) => ({
  id: `${url}/pending`,
  issuer: { name: policy.issuer.name },
  csr,
  cancellation_requested: false,
  status: "inProgress",
  status_details:
    "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.",
  error: undefined,
  preserveCertOrder,
  target: undefined,
  request_id: hex(),
});
