import { beforeEach, describe, expect, test } from "@jest/globals";
import { answer, create, openVault, outcome, quickPolicy, refusal, send, token, url } from "./open-vault.ts";

beforeEach(() => openVault());

test("A name is 1 to 127 letters, digits and hyphens", async () => {
  for (const name of ["A-1", "a".repeat(127)]) expect(outcome(await create(name))).toEqual({ status: 202 });
  for (const name of ["a_b", "a".repeat(128), "%"]) {
    const message = `The request URI contains an invalid name: ${name}`;
    expect(await create(name)).toMatchObject(refusal(400, "BadParameter", message));
  }
});

test("A name may be a word of the API's, but for contacts and issuers", async () => {
  for (const name of ["create", "pending", "restore"]) {
    expect(outcome(await create(name))).toEqual({ status: 202 });
    expect(outcome(await send("GET", `/certificates/${name}`))).toEqual({ status: 200 });
  }
  for (const name of ["contacts", "Issuers"]) expect(await create(name)).toMatchObject({ status: 405 });
});

test("The api-versions are 7.0 to 7.6 and dates, each with its previews", async () => {
  for (const known of ["7.0", "7.6-preview.2", "2025-07-01", "2026-01-01-preview"])
    expect(outcome(await send("GET", `/certificates?api-version=${known}`))).toEqual({ status: 200 });
  for (const unknown of ["", "7.7", "2025-07-01-beta"]) {
    const cure = "Consider using the latest supported version (2025-07-01).";
    const refused = refusal(400, "BadParameter", `The specified version (${unknown}) is not recognized. ${cure}`);
    expect(await send("GET", `/certificates?api-version=${unknown}`)).toMatchObject(refused);
  }
});

test.each(["POST /certificates//create", "PUT /certificates/my-cert/create", "GET /"])(
  "%s is not allowed, as in a real vault",
  async (request) => {
    const [method = "", path = ""] = request.split(" ");
    const refused = refusal(405, "MethodNotAllowed", `HTTP ${method} not allowed`);
    expect(await send(method, path)).toMatchObject(refused);
  },
);

test.each([
  ["GET PUT DELETE", "/certificates/contacts"],
  ["GET", "/certificates/issuers"],
  ["GET PUT PATCH DELETE", "/certificates/issuers/my-issuer"],
  ["POST", "/certificates/my-cert/import"],
  ["POST", "/certificates/my-cert/pending/merge"],
  ["POST", "/certificates/my-cert/backup"],
  ["POST", "/certificates/restore"],
  ["PATCH DELETE", "/certificates/my-cert/pending"],
  ["GET", "/secrets/my-cert/0"],
  ["GET", "/keys/my-cert"],
])("%s %s is only for a real vault, and refused in the demo's own words", async (methods, path) => {
  for (const method of methods.split(" ")) {
    const message = `The offline vault does not answer this request, but a real vault does: ${method} ${path}`;
    expect(await send(method, path)).toMatchObject(refusal(501, "NotImplemented", message));
  }
});

test.each([
  ["forbiddenByRBAC", "POST /certificates/NAME/create"],
  ["GetForbidden", "GET /certificates/NAME/pending"],
  ["DeleteForbidden", "DELETE /certificates/NAME"],
  ["DeletedForbidden", "GET /deletedcertificates/NAME"],
])("A failure, by its name in any case, is met at its own request alone: %s at %s", async (name, request) => {
  const refused = [];
  for (const [method, path] of [
    ["POST", "/certificates/NAME/create"],
    ["GET", "/certificates/NAME/pending"],
    ["GET", "/certificates/NAME/"],
    ["GET", "/certificates/NAME/policy"],
    ["GET", "/deletedcertificates/NAME"],
    ["DELETE", "/certificates/NAME"],
  ] as const) {
    const body = method === "POST" ? { policy: quickPolicy } : undefined;
    const { status } = await send(method, path.replace("NAME", name), body);
    if (status === 403) refused.push(`${method} ${path}`);
  }
  expect(refused).toEqual([request]);
});

describe("Every answer", () => {
  const sent = { "x-ms-client-request-id": "12345678-1234-1234-1234-123456789012" };

  test.each([
    ["of success", "POST", "/certificates/my-cert/create?api-version=2025-07-01", 202],
    ["of a challenge", "POST", "/certificates/my-cert/create", 401],
    ["of a failure", "POST", "/certificates/Conflict/create?api-version=2025-07-01", 409],
    ["of a refusal, with its length in bytes", "GET", "/certificates/caf%C3%A9/?api-version=2025-07-01", 400],
    ["of what is only for a real vault", "GET", "/certificates/contacts?api-version=2025-07-01", 501],
  ])("%s has the service's headers", async (_, method, path, status) => {
    const authorization = status === 401 ? "" : `Bearer ${token}`;
    const body = method === "POST" ? JSON.stringify({ policy: quickPolicy }) : undefined;
    const response = await answer(new Request(url + path, { method, headers: { ...sent, authorization }, body }));
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...sent,
      "content-length": String((await response.clone().arrayBuffer()).byteLength),
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-cache",
      pragma: "no-cache",
      expires: "-1",
      date: "Tue, 01 Jan 2030 00:00:00 GMT",
      "x-ms-request-id": expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      "x-ms-keyvault-region": "westeurope",
      "x-ms-keyvault-service-version": "1.9.3070.2",
      "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=203.0.113.7;act_addr_fam=InterNetwork;",
      "x-content-type-options": "nosniff",
      "strict-transport-security": "max-age=31536000;includeSubDomains",
    });
  });

  test("has another x-ms-request-id", async () => {
    const idOf = async () => (await send("GET", "/certificates")).headers.get("x-ms-request-id");
    expect(await idOf()).not.toBe(await idOf());
  });

  test("of a proxy has none of these", async () => {
    const { headers } = await answer(new Request(`${url}/certificates/ProxyBlocked/create`));
    expect(Object.fromEntries(headers)).toEqual({ "content-type": "text/html" });
  });
});
