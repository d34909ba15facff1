import { json } from "./answers.ts";
import { readBody } from "./body.ts";
import { readCreation, readUpdate, type createCertificates } from "./certificates.ts";
import { page } from "./pages.ts";
import { readPolicy } from "./policy.ts";
import { bundle, completed, current, deletedItem, isPending, item, operationBody, policyBody } from "./resources.ts";
import type { Certificate } from "./resources.ts";

/** What is particular to a request: the parts of its route, its address and itself. */
interface Call {
  name: string;
  version: string;
  url: URL;
  request: Request;
}

/** The methods and routes that the offline vault answers; a failure strikes at one of them. */
export type Route = keyof ReturnType<typeof createRoutes>;

/** What a real vault answers too. */
export const onlyInAzure = [
  ...["GET /certificates/contacts", "PUT /certificates/contacts", "DELETE /certificates/contacts"],
  ...["GET /certificates/issuers", "GET /certificates/issuers/NAME", "PUT /certificates/issuers/NAME"],
  ...["PATCH /certificates/issuers/NAME", "DELETE /certificates/issuers/NAME"],
  ...["POST /certificates/NAME/import", "POST /certificates/NAME/pending/merge", "POST /certificates/NAME/backup"],
  ...["POST /certificates/restore", "PATCH /certificates/NAME/pending", "DELETE /certificates/NAME/pending"],
];

/** The route of a request: what is particular to it has given way to NAME and VERSION. */
export function routeOf(method: string, pathname: string) {
  const path = pathname.replace(/\/$/, "");
  const route = `${method} ${path}`
    .replace(/ (\/(?:deleted)?certificates)\/(?!(?:contacts|issuers)(?:\/|$))[^/]+/, " $1/NAME")
    .replace(/( \/certificates\/issuers)\/[^/]+$/, "$1/NAME")
    .replace(/( \/certificates\/NAME)\/(?!(?:create|import|pending|policy|versions|backup)$)[^/]+$/, "$1/VERSION");
  return route === "POST /certificates/NAME" && path.endsWith("/restore") ? "POST /certificates/restore" : route;
}

/**
 * Everything that the offline vault answers, as Key Vault's REST API does, api-version 2025-07-01: by method and route,
 * what is done and what is told of it. A field that is `undefined` is left out.
 */
export function createRoutes(kept: ReturnType<typeof createCertificates>) {
  return {
    "POST /certificates/NAME/create": async ({ name, url, request }: Call) =>
      accepted(await kept.create(name, await readBody(request, "policy", readCreation)), url),
    "GET /certificates/NAME/pending": ({ name }: Call) => progress(kept.findOperation(name)),

    "GET /certificates/NAME": ({ name }: Call) => json(bundle(kept.find(name))),
    "GET /certificates/NAME/VERSION": ({ name, version }: Call) =>
      json({ ...bundle(...kept.findVersion(name, version)), policy: undefined, pending: undefined }),
    "PATCH /certificates/NAME": async ({ name, request }: Call) =>
      json(bundle(...kept.update(name, "", await readBody(request, "attributes", readUpdate)))),
    "PATCH /certificates/NAME/VERSION": async ({ name, version, request }: Call) =>
      json({
        ...bundle(...kept.update(name, version, await readBody(request, "attributes", readUpdate))),
        policy: undefined,
      }),

    "GET /certificates/NAME/policy": ({ name }: Call) => json(policyBody(kept.find(name))),
    "PATCH /certificates/NAME/policy": async ({ name, request }: Call) =>
      json(policyBody(kept.updatePolicy(name, await readBody(request, "policy", readPolicy, "policy")))),

    "GET /certificates": ({ url }: Call) =>
      json(page(url, kept.all(), (each) => item(each.url, current(each)), isListed)),
    "GET /certificates/NAME/versions": ({ name, url }: Call) =>
      json(page(url, kept.allVersions(name), ([{ url }, version]) => item(`${url}/${version.id}`, version))),
    "GET /deletedcertificates": ({ url }: Call) => json(page(url, kept.allDeleted(), deletedItem)),

    "DELETE /certificates/NAME": ({ name }: Call) => json(kept.remove(name)),
    "GET /deletedcertificates/NAME": ({ name }: Call) => json(kept.findDeletion(name).bundle),
    "POST /deletedcertificates/NAME/recover": ({ name }: Call) =>
      json({ ...bundle(kept.recover(name)), preserveCertOrder: undefined }),
    "DELETE /deletedcertificates/NAME": ({ name }: Call) => (kept.purge(name), new Response(null, { status: 204 })),
  };
}

/** The answer to a creation, and where to ask how it goes on. */
function accepted(certificate: Certificate, { searchParams }: URL) {
  const body = operationBody(certificate, true);
  const query = `api-version=${searchParams.get("api-version")}&request_id=${body.request_id}`;
  return json(body, 202, { Location: `${body.id}?${query}`, "Retry-After": "10" });
}

const progress = (certificate: Certificate) =>
  json(operationBody(certificate), 200, isPending(certificate.operation) ? { "Retry-After": "10" } : {});

const isListed = (certificate: Certificate, includePending: boolean) =>
  includePending || completed(certificate).length > 0;
