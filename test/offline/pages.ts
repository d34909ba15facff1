import { refuseValue } from "./answers.ts";

/**
 * One page of a list as the REST API writes it, sorted by key: at most 25 of those values that `isListed`, and the
 * address of the next page, which goes on behind the last key, whatever has come or gone since.
 */
export function page<T>(
  { searchParams: query, hostname, pathname }: URL,
  all: [key: string, value: T][],
  write: (value: T) => object,
  isListed: (value: T, includePending: boolean) => boolean = () => true,
) {
  const maxResults = query.get("maxresults");
  if (maxResults !== null && !/^[1-9]\d*$/.test(maxResults)) refuseValue("maxresults", "is no number from 1 to 25");
  // The address of a next page has no includePending: its token keeps it.
  const [behind = "", mark = query.get("includePending") === "true" ? "p" : ""] =
    query.get("$skiptoken")?.split(".") ?? [];
  const rest = all
    .filter(([key, value]) => key > behind && isListed(value, mark === "p"))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const shown = rest.slice(0, Math.min(Number(maxResults ?? 25), 25));
  const next = `api-version=${query.get("api-version")}&$skiptoken=${shown.at(-1)?.[0]}.${mark}`;
  const nextLink = `https://${hostname}:443${pathname}?${next}${maxResults ? `&maxresults=${maxResults}` : ""}`;
  return { value: shown.map(([, value]) => write(value)), nextLink: rest.length > shown.length ? nextLink : null };
}
