import { json } from "./answers.ts";
import { read } from "./body.ts";
import type { createCertificates } from "./certificates.ts";
import { page } from "./pages.ts";
import { creation, policyAfter, update } from "./policy.ts";
import { bundle, certificateItem, deletedItem, versionItem, type Certificate } from "./resources.ts";

/** A request, and what is particular to it. */
export type Call = { name: string; version: string; url: URL; request: Request };

/** The methods and paths that the offline vault answers; a failure strikes at one of them. */
export type Route = keyof ReturnType<typeof createRoutes>;

/** All that the offline vault answers, as Key Vault's REST API does, api-version 2025-07-01, by method and path. */
export function createRoutes(kept: ReturnType<typeof createCertificates>) {
  const updated = async ({ name, version, request }: Call) =>
    kept.update(name, version, await read(request, "attributes", update));
  return {
    "POST /certificates/NAME/create": async ({ name, url, request }: Call) =>
      accepted(await kept.create(name, await read(request, "policy", creation)), url),
    "GET /certificates/NAME/pending": ({ name }: Call) => progress(kept.findOperation(name)),

    "GET /certificates/NAME": ({ name }: Call) => json(bundle(kept.find(name))),
    "PATCH /certificates/NAME": async (call: Call) => json(await updated(call)),
    "DELETE /certificates/NAME": ({ name }: Call) => json(kept.remove(name)),

    "GET /certificates/NAME/policy": ({ name }: Call) => json(kept.find(name).policy),
    "PATCH /certificates/NAME/policy": async ({ name, request }: Call) =>
      json(kept.updatePolicy(name, await read(request, "policy", policyAfter(kept.find(name).policy), ["policy"]))),

    "GET /certificates": ({ url }: Call) => page(url, kept.all("here").map(certificateItem), true),
    "GET /certificates/NAME/versions": ({ name, url }: Call) => page(url, kept.allVersions(name).map(versionItem)),
    "GET /deletedcertificates": ({ url }: Call) =>
      page(url, kept.all("ObjectIsDeletedButRecoverable").map(deletedItem)),

    "GET /certificates/NAME/VERSION": ({ name, version }: Call) => json(kept.findVersion(name, version)),
    "PATCH /certificates/NAME/VERSION": async (call: Call) => json({ ...(await updated(call)), policy: undefined }),

    "GET /deletedcertificates/NAME": ({ name }: Call) => json({ ...kept.findDeleted(name).deletedBundle }),
    "POST /deletedcertificates/NAME/recover": ({ name }: Call) =>
      json({ ...bundle(kept.recover(name)), preserveCertOrder: undefined }),
    "DELETE /deletedcertificates/NAME": ({ name }: Call) => (kept.purge(name), new Response(null, { status: 204 })),
  };
}

/** What a real vault answers too. */
export const onlyInAzure = [
  ...["GET /certificates/contacts", "PUT /certificates/contacts", "DELETE /certificates/contacts"],
  ...["GET /certificates/issuers", "GET /certificates/issuers/NAME", "PUT /certificates/issuers/NAME"],
  ...["PATCH /certificates/issuers/NAME", "DELETE /certificates/issuers/NAME"],
  ...["POST /certificates/NAME/import", "POST /certificates/NAME/pending/merge", "POST /certificates/NAME/backup"],
  ...["POST /certificates/restore", "PATCH /certificates/NAME/pending", "DELETE /certificates/NAME/pending"],
];

/** The first path of these routes that a request's path is of, with what is particular to it as NAME and VERSION. */
export const pathOf = (pathname: string, routes: string[]) =>
  routes.map((route) => route.replace(/.* /, "")).find((path) => patternOf(path).test(pathname));
const patternOf = (path: string) =>
  RegExp(`^${path.replace("NAME", "(?!(contacts|issuers)/)[^/]+").replace("VERSION", "[^/]+")}/?$`);

/** The answer to a creation, and where to ask how it goes on. */
function accepted(operation: Certificate["operation"], { searchParams }: URL) {
  const query = `api-version=${searchParams.get("api-version")}&request_id=${operation.request_id}`;
  return json(operation, 202, { Location: `${operation.id}?${query}`, "Retry-After": "10" });
}

const progress = (operation: Certificate["operation"]) =>
  json(operation, 200, operation.status === "inProgress" ? { "Retry-After": "10" } : {});
