import { json, refuseValue } from "./answers.ts";
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

/**
 * Answers with a page of a list: at most 25 of its items, sorted by the end of their ids, and the address of the next
 * page, which goes on from there, whatever has come or gone since. What is pending may be listed only on request.
 */
export function page(url: URL, items: { id: string; x5t?: string }[], hidesPending = false) {
  const { searchParams: query, hostname, pathname } = url;
  const size = query.get("maxresults");
  if (size !== null && !/^[1-9]\d*$/.test(size)) refuseValue("maxresults", "Not a positive number");
  // The address of a next page has no includePending: its token keeps it.
  const [after = "", includePending = query.get("includePending")] = query.get("$skiptoken")?.split(".") ?? [];
  const rest = items
    .map((item) => ({ item, key: item.id.replace(/.*\//, "").toLowerCase() }))
    .filter(({ item, key }) => key > after && (!hidesPending || includePending === "true" || item.x5t))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const shown = rest.slice(0, Math.min(Number(size ?? 25), 25));
  const next = `api-version=${query.get("api-version")}&$skiptoken=${shown.at(-1)?.key}.${includePending}`;
  const nextLink = `https://${hostname}:443${pathname}?${next}${size ? `&maxresults=${size}` : ""}`;
  return json({ value: shown.map(({ item }) => item), nextLink: rest.length > shown.length ? nextLink : null });
}
