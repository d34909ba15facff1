import type { Certificate, Version } from "./versions.ts";

/** A certificate with one of its versions, as the REST API tells it. */
export function bundle({ url, policy, current }: Certificate, version = current) {
  const { preserveCertOrder, ...told } = version;
  return { ...told, policy, pending: { id: `${url}/pending` }, preserveCertOrder };
}

/** A deleted certificate, as the REST API tells it; its dates are in Unix seconds. */
export function deletedBundle(certificate: Certificate) {
  const { url, deletedDate = 0 } = certificate;
  const recoveryId = url.replace("/certificates/", "/deletedcertificates/");
  const scheduledPurgeDate = deletedDate + certificate.current.attributes.recoverableDays * 24 * 60 * 60;
  return { recoveryId, deletedDate, scheduledPurgeDate, ...bundle(certificate), preserveCertOrder: undefined };
}

/** What lists tell of a version, of a certificate and of a deleted one. */
export function versionItem({ id, x5t, attributes, tags }: Version) {
  const { enabled, nbf, exp, created, updated } = attributes;
  return { id, x5t, attributes: { enabled, nbf, exp, created, updated }, tags, subject: "" };
}
export const certificateItem = ({ url, current }: Certificate) => ({ ...versionItem(current), id: url });
export function deletedItem(certificate: Certificate) {
  const { recoveryId, deletedDate, scheduledPurgeDate, x5t, attributes, tags } = deletedBundle(certificate);
  return { recoveryId, deletedDate, scheduledPurgeDate, id: certificate.url, x5t, attributes, tags };
}
