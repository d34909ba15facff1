import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  answer,
  create,
  openVault,
  outcome,
  quickPolicy,
  read,
  refusedWith,
  send,
  signIn,
  signInUrl,
  token,
  url,
} from "./client.ts";

beforeEach(() => openVault());

describe("Sign-in", () => {
  test("A request without a token is challenged for one of a parent domain", async () => {
    const { status, headers, body } = await send("POST", "/certificates/my-cert/create", undefined, "");
    const message = "AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token.";
    expect({ status, body }).toEqual({ status: 401, body: { error: { code: "Unauthorized", message } } });
    expect(headers.get("WWW-Authenticate")).toBe(
      `Bearer authorization="${signInUrl}", resource="https://vault.azure.net"`,
    );
  });

  test("A token that the vault's own sign-in did not issue is refused", async () => {
    expect(outcome(await send("GET", "/certificates/my-cert/", undefined, "Bearer made-up"))).toEqual({
      status: 401,
      refusal: expect.any(String),
    });
  });

  test("A wrong secret, client or tenant gets no token", async () => {
    expect(await signIn("wrong")).toMatchObject({
      status: 401,
      body: { error: "invalid_client", error_codes: [7000215] },
    });
    expect(await signIn("wrong", "wrong")).toMatchObject({
      status: 400,
      body: { error: "unauthorized_client", error_codes: [700016] },
    });
    const elsewhere = new Request("https://login.microsoftonline.com/elsewhere/oauth2/v2.0/token");
    expect(await read(await answer(elsewhere))).toMatchObject({
      status: 400,
      body: { error: "invalid_tenant", error_codes: [90002] },
    });
  });

  test("What other Azure SDKs ask for first is described", async () => {
    const ask = async (url: string) => (await read(await answer(new Request(url)))).body;
    const configuration = `${signInUrl}/v2.0/.well-known/openid-configuration`;
    expect(await ask(configuration)).toMatchObject({
      token_endpoint: `${signInUrl}/oauth2/v2.0/token`,
      issuer: `${signInUrl}/v2.0`,
    });
    expect((await ask(`${configuration}?`)).issuer).toBe(`${signInUrl}/v2.0`);
    await send("GET", "/certificates/InvalidClientSecret/", undefined, "");
    expect((await ask(configuration)).issuer).toBe(`${signInUrl}/v2.0`);
    const discovery = await ask(
      `https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=x`,
    );
    expect(discovery).toMatchObject({
      tenant_discovery_endpoint: configuration,
      metadata: [{ aliases: expect.arrayContaining(["login.microsoftonline.com"]) }],
    });
  });

  test.each([
    "https://other-vault.vault.azure.net",
    url.replace("https:", "http:"),
    signInUrl.replace("https:", "http:"),
  ])("A request for another host, or without TLS, is answered by nobody: %s", async (address) => {
    await expect(answer(new Request(address))).rejects.toThrow(new URL(address).host);
  });
});

describe("A request", () => {
  test("A failure is met by its name in any case", async () => {
    expect(await create("forbiddenbyRBAC")).toMatchObject({
      status: 403,
      body: { error: { innererror: { code: "ForbiddenByRbac" } } },
    });
  });

  test.each([
    ["ForbiddenByRbac", "POST /certificates/NAME/create"],
    ["GetForbidden", "GET /certificates/NAME/pending"],
    ["DeleteForbidden", "DELETE /certificates/NAME"],
    ["DeletedForbidden", "GET /deletedcertificates/NAME"],
  ])("A failure is met at its own request alone: %s at %s", async (name, request) => {
    const requests = [
      "POST /certificates/NAME/create",
      "GET /certificates/NAME/pending",
      "GET /certificates/NAME/",
      "GET /certificates/NAME/policy",
      "GET /deletedcertificates/NAME",
      "DELETE /certificates/NAME",
    ];
    const refused = [];
    for (const each of requests) {
      const [method = "", path = ""] = each.replace("NAME", name).split(" ");
      const { status } = await send(method, path, method === "POST" ? { policy: quickPolicy } : undefined);
      if (status === 403) refused.push(each);
    }
    expect(refused).toEqual([request]);
  });

  test("A name is 1 to 127 letters, digits and hyphens", async () => {
    expect(outcome(await create("A-1"))).toEqual({ status: 202 });
    expect(outcome(await create("a".repeat(127)))).toEqual({ status: 202 });
    for (const [name, told = name] of [["a_b"], ["a".repeat(128)], ["caf%C3%A9", "café"], ["%"], ["%zz"]] as [
      string,
      string?,
    ][])
      expect(await create(name)).toMatchObject({
        status: 400,
        body: { error: { code: "BadParameter", message: `The request URI contains an invalid name: ${told}` } },
      });
  });

  test("Only contacts and issuers are no names, in any case", async () => {
    for (const name of ["restore", "create", "pending", "deletedcertificates", "contact"]) {
      expect(outcome(await create(name))).toEqual({ status: 202 });
      expect(outcome(await send("GET", `/certificates/${name}`))).toEqual({ status: 200 });
      expect(outcome(await send("DELETE", `/certificates/${name}/`))).toEqual({ status: 200 });
    }
    for (const name of ["contacts", "Contacts", "ISSUERS"])
      expect(outcome(await create(name))).toEqual(refusedWith(405));
  });

  test.each(["7.0", "7.6", "7.6-preview.2", "2025-07-01", "2026-04-01", "2026-01-01-preview"])(
    "The api-version %s is known",
    async (version) => {
      expect(outcome(await send("GET", `/certificates/my-cert/?api-version=${version}`))).toEqual({
        status: 404,
        refusal: expect.any(String),
      });
    },
  );

  test.each(["", "1.0", "7.7", "7.60", "2025-7-1", "2025-07-01-beta"])(
    "The api-version '%s' is refused",
    async (version) => {
      const message = `The specified version (${version}) is not recognized. Consider using the latest supported version (2025-07-01).`;
      expect(await send("GET", `/certificates/my-cert/?api-version=${version}`)).toMatchObject({
        status: 400,
        body: { error: { code: "BadParameter", message } },
      });
    },
  );

  test.each([
    ["POST", "/certificates//create"],
    ["GET", "/certificates//"],
    ["DELETE", "/certificates/"],
    ["PUT", "/certificates/my-cert/create"],
    ["POST", "/certificates/my-cert/create/again"],
    ["POST", "/certificates/contacts/create"],
    ["GET", "/certificates/issuers/create/pending"],
    ["POST", "/certificates/my-cert"],
    ["DELETE", "/certificates/my-cert/policy"],
    ["PUT", "/deletedcertificates/my-cert"],
    ["GET", "/other/my-cert"],
    ["DELETE", "/certificates/issuers"],
    ["PATCH", "/certificates/contacts/"],
    ["GET", "/toString"],
    ["GET", "/"],
  ])("%s %s is not one of a real vault's either, and is not allowed", async (method, path) => {
    expect(await send(method, path)).toMatchObject({
      status: 405,
      body: { error: { code: "MethodNotAllowed", message: `HTTP ${method} not allowed` } },
    });
  });

  test.each([
    ["GET", "/certificates/contacts"],
    ["PUT", "/certificates/contacts"],
    ["DELETE", "/certificates/contacts"],
    ["GET", "/certificates/issuers"],
    ["GET", "/certificates/issuers/my-issuer"],
    ["PUT", "/certificates/issuers/my-issuer"],
    ["PATCH", "/certificates/issuers/create"],
    ["DELETE", "/certificates/issuers/my-issuer"],
    ["POST", "/certificates/my-cert/import"],
    ["POST", "/certificates/my-cert/pending/merge"],
    ["POST", "/certificates/my-cert/backup"],
    ["POST", "/certificates/restore"],
    ["PATCH", "/certificates/my-cert/pending"],
    ["DELETE", "/certificates/my-cert/pending"],
    ["GET", "/secrets/my-cert/0"],
    ["GET", "/keys/my-cert"],
  ])("%s %s is only for a real vault, and refused in the demo's own words", async (method, path) => {
    const message = `The offline vault does not answer this request, but a real vault does: ${method} ${path}`;
    const refusal = { status: 501, body: { error: { code: "NotImplemented", message } } };
    expect(await send(method, path, method === "GET" ? undefined : "{}")).toMatchObject(refusal);
  });
});

describe("Every answer of the service", () => {
  const sent = { "x-ms-client-request-id": "12345678-1234-1234-1234-123456789012" };
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

  test.each([
    ["of success", "POST", "/certificates/my-cert/create?api-version=2025-07-01", 202],
    ["of a challenge", "POST", "/certificates/my-cert/create", 401],
    ["of a failure", "POST", "/certificates/Conflict/create?api-version=2025-07-01", 409],
    ["of a refusal", "GET", "/certificates/none/?api-version=2025-07-01", 404],
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
      "x-ms-request-id": expect.stringMatching(uuid),
      "x-ms-keyvault-region": "westeurope",
      "x-ms-keyvault-service-version": "1.9.3070.2",
      "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=203.0.113.7;act_addr_fam=InterNetwork;",
      "x-content-type-options": "nosniff",
      "strict-transport-security": "max-age=31536000;includeSubDomains",
    });
    expect(response.headers.has("WWW-Authenticate")).toBe(status === 401);
  });

  test("has its length in bytes", async () => {
    await create("my-cert", quickPolicy, { tags: { room: "é" } });
    const { headers, body } = await send("GET", "/certificates/my-cert/");
    expect(headers.get("Content-Length")).toBe(String(Buffer.byteLength(JSON.stringify(body))));
  });

  test("has another x-ms-request-id", async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await send("GET", "/certificates/my-cert/")).headers.get("x-ms-request-id")),
    );
    expect(ids[0]).not.toBe(ids[1]);
  });

  test("but not a proxy's, has the service's headers", async () => {
    const { headers } = await answer(new Request(`${url}/certificates/ProxyBlocked/create`));
    expect(Object.fromEntries(headers)).toEqual({ "content-type": "text/html" });
  });
});
