import { json, refuseHere } from "./answers.ts";
import { bodyOf, creation, policyAfter, readAs, update } from "./bodies.ts";
import { bundle, certificateItem, deletedBundle, deletedItem, page, versionItem } from "./bundles.ts";
import type { createStore } from "./store.ts";
import type { Certificate } from "./versions.ts";

/** A request, and what stands in its path for NAME and, if it has one, VERSION. */
export type Call = { name: string; version: string; url: URL; request: Request };

/** What the offline vault answers, as Key Vault's REST API does, api-version 2025-07-01; the first that fits counts. */
export function createRoutes(store: ReturnType<typeof createStore>) {
  const change = async ({ name, version: id, request }: Call) => {
    const { certificate, version } = store.update(name, id, readAs(update, await bodyOf(request, "attributes")));
    return bundle(certificate, version);
  };
  const onlyInAzure = ({ request }: Call) => refuseHere(request);
  return {
    "(GET|PUT|DELETE) /certificates/contacts": onlyInAzure,
    "GET /certificates/issuers": onlyInAzure,
    "(GET|PUT|PATCH|DELETE) /certificates/issuers/NAME": onlyInAzure,
    "POST /certificates/restore": onlyInAzure,
    "(GET|PUT|POST|PATCH|DELETE) /(deleted)?(keys|secrets)(/.*)?": onlyInAzure,
    "POST /certificates/NAME/(import|backup|pending/merge)": onlyInAzure,
    "(PATCH|DELETE) /certificates/NAME/pending": onlyInAzure,

    "POST /certificates/NAME/create": async ({ name, url, request }: Call) => {
      const operation = await store.create(name, readAs(creation, await bodyOf(request, "policy")));
      const query = `api-version=${url.searchParams.get("api-version")}&request_id=${operation.request_id}`;
      return progress(operation, 202, { Location: `${operation.id}?${query}` });
    },
    "GET /certificates/NAME/pending": ({ name }: Call) => progress(store.findOperation(name)),
    "GET /certificates/NAME": ({ name }: Call) => json(bundle(store.find(name))),
    "PATCH /certificates/NAME": async (call: Call) => json(await change(call)),
    "DELETE /certificates/NAME": ({ name }: Call) => json(deletedBundle(store.remove(name))),
    "GET /certificates/NAME/policy": ({ name }: Call) => json(store.find(name).policy),
    "PATCH /certificates/NAME/policy": async ({ name, request }: Call) => {
      const body = await bodyOf(request, "policy");
      return json(store.updatePolicy(name, readAs(policyAfter(store.find(name).policy), body, ["policy"])));
    },
    "GET /certificates": ({ url }: Call) => page(url, store.all("here").map(certificateItem), true),
    "GET /certificates/NAME/versions": ({ name, url }: Call) => page(url, store.allVersions(name).map(versionItem)),
    "GET /deletedcertificates": ({ url }: Call) =>
      page(url, store.all("ObjectIsDeletedButRecoverable").map(deletedItem), true),
    "GET /certificates/NAME/VERSION": ({ name, version }: Call) => json(store.findVersion(name, version)),
    "PATCH /certificates/NAME/VERSION": async (call: Call) => json({ ...(await change(call)), policy: undefined }),
    "GET /deletedcertificates/NAME": ({ name }: Call) => json(deletedBundle(store.findDeleted(name))),
    "POST /deletedcertificates/NAME/recover": ({ name }: Call) =>
      json({ ...bundle(store.recover(name)), preserveCertOrder: undefined }),
    "DELETE /deletedcertificates/NAME": ({ name }: Call) => {
      store.purge(name);
      return new Response(null, { status: 204 });
    },
  };
}

/** Whether a method and path are of a route. Contacts and issuers are collections of their own, no certificates. */
export function isOf(route: string, asked: string) {
  const pattern = route.replace("NAME", "(?!(contacts|issuers)(/|$))[^/]+").replace("VERSION", "[^/]+");
  return new RegExp(`^${pattern}/?$`, "i").test(asked);
}

/** An operation, with when to ask for it again. */
const progress = (operation: Certificate["operation"], status = 200, headers = {}) =>
  json(operation, status, operation.status === "inProgress" ? { ...headers, "Retry-After": "10" } : headers);
