import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import "reflect-metadata"; // @peculiar/x509 does not load without it
import { Pkcs10CertificateRequest } from "@peculiar/x509";
import { createHash, X509Certificate } from "node:crypto";
import { failures } from "./offline/failures.ts";
import { servicePrincipal } from "./offline/sign-in.ts";
import { createVault } from "./offline/vault.ts";

const url = "https://my-vault.vault.azure.net";
const signInUrl = `https://login.microsoftonline.com/${servicePrincipal.AZURE_TENANT_ID}`;
const now = Date.parse("2030-01-01T00:00:00Z");
const policy = { x509_props: { subject: "cn=MyCert" }, issuer: { name: "Self" } };
const quickPolicy = { ...policy, key_props: { kty: "EC" } };

let vault: ReturnType<typeof createVault>;
let token: string;

async function read(response: Response) {
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function signIn(secret = servicePrincipal.AZURE_CLIENT_SECRET, id = servicePrincipal.AZURE_CLIENT_ID) {
  const body = new URLSearchParams({
    client_id: id,
    client_secret: secret,
    grant_type: "client_credentials",
    scope: "https://vault.azure.net/.default",
  });
  return read(await vault(new Request(`${signInUrl}/oauth2/v2.0/token`, { method: "POST", body })));
}

async function send(method: string, path: string, body?: object, authorization = `Bearer ${token}`) {
  const address = path.includes("?") ? path : `${path}?api-version=2025-07-01`;
  return read(
    await vault(
      new Request(url + address, { method, headers: { authorization }, ...(body && { body: JSON.stringify(body) }) }),
    ),
  );
}

const create = (name = "my-cert", requested: object = quickPolicy) =>
  send("POST", `/certificates/${name}/create`, { policy: requested });
const after = (milliseconds: number) => jest.setSystemTime(now + milliseconds);

beforeEach(async () => {
  jest.useFakeTimers({ now, doNotFake: ["nextTick", "setImmediate", "setTimeout", "queueMicrotask"] });
  vault = createVault("my-vault", 5000, 2000);
  token = (await signIn()).body.access_token;
});

describe("Sign-in", () => {
  test("A request without a token is challenged for one of a parent domain", async () => {
    const { status, headers, body } = await send("POST", "/certificates/my-cert/create", undefined, "");
    expect(status).toBe(401);
    expect(headers.get("WWW-Authenticate")).toBe(
      `Bearer authorization="${signInUrl}", resource="https://vault.azure.net"`,
    );
    expect(body).toEqual({
      error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token." },
    });
  });

  test("A token that the vault's own sign-in did not issue is refused", async () => {
    expect(await send("GET", "/certificates/my-cert/", undefined, "Bearer made-up")).toMatchObject({ status: 401 });
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
    expect(await read(await vault(elsewhere))).toMatchObject({
      status: 400,
      body: { error: "invalid_tenant", error_codes: [90002] },
    });
  });

  test("What other Azure SDKs ask for first is described", async () => {
    const ask = async (url: string) => (await read(await vault(new Request(url)))).body;
    const configuration = `${signInUrl}/v2.0/.well-known/openid-configuration`;
    expect(await ask(configuration)).toMatchObject({
      token_endpoint: `${signInUrl}/oauth2/v2.0/token`,
      issuer: `${signInUrl}/v2.0`,
    });
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

  test("A request for another host is answered by nobody", async () => {
    await expect(vault(new Request("https://other-vault.vault.azure.net/"))).rejects.toThrow(
      "other-vault.vault.azure.net",
    );
  });
});

describe("Create", () => {
  test("A creation is accepted, and its operation can be asked for", async () => {
    const { status, headers, body } = await create();
    expect(status).toBe(202);
    expect(headers.get("Retry-After")).toBe("10");
    expect(headers.get("Location")).toBe(
      `${url}/certificates/my-cert/pending?api-version=2025-07-01&request_id=${body.request_id}`,
    );
    expect(body).toEqual({
      id: `${url}/certificates/my-cert/pending`,
      issuer: { name: "Self" },
      csr: expect.stringMatching(/^MI/),
      cancellation_requested: false,
      status: "inProgress",
      status_details:
        "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.",
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(await send("GET", "/certificates/my-cert/pending")).toMatchObject({ status: 200, body });
  });

  test("An operation is in progress for as long as a creation takes, then completed", async () => {
    await create();
    after(4999);
    const inProgress = await send("GET", "/certificates/my-cert/pending");
    expect(inProgress.headers.get("Retry-After")).toBe("10");
    expect(inProgress.body.status).toBe("inProgress");
    after(5000);
    const completed = await send("GET", "/certificates/my-cert/pending");
    expect(completed.headers.has("Retry-After")).toBe(false);
    expect(completed.body).toMatchObject({ status: "completed", target: `${url}/certificates/my-cert` });
    expect(completed.body).not.toHaveProperty("status_details");
  });

  test("An operation that was cancelled says so, and nothing else", async () => {
    await create("Cancelled");
    after(5000);
    const { body } = await send("GET", "/certificates/Cancelled/pending");
    expect(body).toMatchObject({ status: "cancelled", cancellation_requested: true });
    expect(body).not.toHaveProperty("status_details");
    expect(body).not.toHaveProperty("target");
  });

  test("An operation that has failed keeps its details, and has the issuer's error", async () => {
    const { body: inProgress } = await create("IssuerRefused");
    after(5000);
    const { body } = await send("GET", "/certificates/IssuerRefused/pending");
    expect(body).toMatchObject({
      status: "failed",
      status_details: inProgress.status_details,
      error: { code: "Request rejected", message: expect.stringMatching(/^The call to DigiCert failed/) },
    });
    expect(body).not.toHaveProperty("target");
  });

  test.each(["Cancelled", "IssuerRefused"])("A first version that is %s has no content", async (name) => {
    await create(name);
    after(5000);
    const { body } = await send("GET", `/certificates/${name}/`);
    for (const content of ["kid", "sid", "cer", "x5t"]) expect(body).not.toHaveProperty(content);
    expect(body.attributes.enabled).toBe(false);
  });

  test("Where nothing was created there is no operation", async () => {
    expect(await send("GET", "/certificates/my-cert/pending")).toMatchObject({
      status: 404,
      body: { error: { code: "PendingCertificateNotFound", message: "Pending Certificate not found: my-cert" } },
    });
  });

  test("A creation while an earlier one is pending is a conflict", async () => {
    await create();
    expect(await create()).toMatchObject({ status: 409, body: { error: { code: "Conflict" } } });
    const both = [create("two"), create("two")];
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([202, 409]);
  });

  test("A next version leaves the current one as it is until it is completed", async () => {
    await create();
    after(5000);
    const { body: first } = await send("GET", "/certificates/my-cert/");
    await create();
    expect((await send("GET", "/certificates/my-cert/")).body).toEqual(first);
    after(10_000);
    const { body: second } = await send("GET", "/certificates/my-cert/");
    expect(second.id).not.toBe(first.id);
    expect(second.cer).not.toBe(first.cer);
  });

  test.each(["Cancelled", "IssuerRefused"] as const)(
    "A next version that is %s leaves the current one as it is",
    async (name) => {
      const succeeding = jest.replaceProperty(failures, name, {} as never);
      await create(name);
      after(5000);
      const { body: first } = await send("GET", `/certificates/${name}/`);
      succeeding.restore();
      await create(name);
      after(10_000);
      expect((await send("GET", `/certificates/${name}/pending`)).body.status).not.toBe("completed");
      expect(first).toHaveProperty("cer");
      expect((await send("GET", `/certificates/${name}/`)).body).toEqual(first);
    },
  );

  test("Names know no case", async () => {
    await create("My-Cert");
    expect(await create("my-cert")).toMatchObject({ status: 409 });
    after(5000);
    expect((await send("GET", "/certificates/MY-CERT/pending")).body.status).toBe("completed");
    const { body } = await send("GET", "/certificates/MY-CERT/");
    expect(body.id).toMatch(`${url}/certificates/My-Cert/`);
    expect((await create("MY-CERT")).body.id).toBe(`${url}/certificates/My-Cert/pending`);
    expect(await send("DELETE", "/certificates/my-CERT")).toMatchObject({ status: 200 });
    expect(await send("GET", "/certificates/My-Cert/")).toMatchObject({ status: 404 });
    after(7000);
    expect(await send("GET", "/deletedcertificates/mY-cERT")).toMatchObject({ status: 200 });
    expect(await create("MY-CERT")).toMatchObject({ status: 409 });
  });

  test("A failure is met by its name in any case", async () => {
    expect(await create("forbiddenbyRBAC")).toMatchObject({
      status: 403,
      body: { error: { innererror: { code: "ForbiddenByRbac" } } },
    });
  });

  test("A name is 1 to 127 letters, digits and hyphens", async () => {
    expect(await create("A-1")).toMatchObject({ status: 202 });
    expect(await create("a".repeat(127))).toMatchObject({ status: 202 });
    for (const [name, told = name] of [["a_b"], ["a".repeat(128)], ["caf%C3%A9", "café"], ["%"], ["%zz"]] as [
      string,
      string?,
    ][])
      expect(await create(name)).toMatchObject({
        status: 400,
        body: { error: { code: "BadParameter", message: `The request URI contains an invalid name: ${told}` } },
      });
  });

  test.each(["7.0", "7.6", "7.6-preview.2", "2025-07-01", "2026-04-01", "2026-01-01-preview"])(
    "The api-version %s is known",
    async (version) => {
      expect(await send("GET", `/certificates/my-cert/?api-version=${version}`)).toMatchObject({ status: 404 });
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
    ["no body", undefined],
    ["no JSON", "{"],
    ["null", "null"],
    ["no policy", "{}"],
    ["a policy that is none", '{"policy":"CN=MyCert"}'],
    ["an unknown key type", { key_props: { kty: "oct" } }],
    ["a key type that is no text", { key_props: { kty: 1 } }],
    ["an unknown curve", { key_props: { kty: "EC", crv: "P-1" } }],
    ["an unknown size of the key", { key_props: { key_size: 1 } }],
    ["an unknown key usage", { x509_props: { subject: "CN=MyCert", key_usage: ["1"] } }],
    ["an extended key usage that is no identifier", { x509_props: { subject: "CN=MyCert", ekus: ["server"] } }],
    ["a subject that is no name", { x509_props: { subject: "MyCert" } }],
    ["a subject of an unknown type", { x509_props: { subject: "X=MyCert" } }],
    ["a subject that is no text", { x509_props: { subject: null } }],
    ["a validity of no time", { x509_props: { subject: "CN=MyCert", validity_months: 0 } }],
    ["a validity without end", { x509_props: { subject: "CN=MyCert", validity_months: 1e99 } }],
    ["a validity that is no number", { x509_props: { subject: "CN=MyCert", validity_months: "24" } }],
    ["a validity past the year 9999", { x509_props: { subject: "CN=MyCert", validity_months: 100_000 } }],
    ["no extended key usage", { x509_props: { subject: "CN=MyCert", ekus: [] } }],
    ["an extended key usage that cannot be", { x509_props: { subject: "CN=MyCert", ekus: ["9.9.9"] } }],
    ["a key usage from elsewhere", { x509_props: { subject: "CN=MyCert", key_usage: ["toString"] } }],
    ["basic constraints that are none", { x509_props: { subject: "CN=MyCert", basic_constraints: { ca: "x" } } }],
    ["an issuer that is none", { issuer: "Self" }],
    ["a list in place of a part", { secret_props: [] }],
    ["a subject that is too long", { x509_props: { subject: "CN=a,".repeat(10_000) } }],
    [
      "what is too deep",
      `{"policy":{"issuer":{"deep":${"[".repeat(50_000)}${"]".repeat(50_000)}},"key_props":{"kty":"EC"},"x509_props":{"subject":"CN=a"}}}`,
    ],
    ["no basic constraints", { x509_props: { subject: "CN=MyCert", basic_constraints: null } }],
  ])("A creation with %s is refused", async (_, sent) => {
    const body = typeof sent === "object" ? JSON.stringify({ policy: { ...quickPolicy, ...sent } }) : sent;
    const request = new Request(`${url}/certificates/my-cert/create?api-version=2025-07-01`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      ...(body && { body }),
    });
    expect(await read(await vault(request))).toMatchObject({
      status: 400,
      body: { error: { code: "BadParameter", message: "Property policy has invalid value" } },
    });
    expect(await send("GET", "/certificates/my-cert/")).toMatchObject({ status: 404 });
  });

  test.each([
    ["PUT", "/certificates/my-cert/create"],
    ["GET", "/certificates"],
    ["GET", "/certificates/my-cert/policy"],
    ["POST", "/certificates/my-cert/create/again"],
    ["PATCH", "/certificates/my-cert/pending"],
    ["GET", "/secrets/my-cert"],
    ["GET", "/"],
  ])("%s %s is not one of the quickstart's requests, and is not allowed", async (method, path) => {
    expect(await send(method, path)).toMatchObject({
      status: 405,
      body: { error: { code: "MethodNotAllowed", message: `HTTP ${method} not allowed` } },
    });
  });
});

describe("Get", () => {
  test("A certificate bundle tells all of a completed certificate", async () => {
    await create("my-cert", policy);
    after(5000);
    const { status, body } = await send("GET", "/certificates/my-cert/");
    const version = body.id.split("/").at(-1);
    const created = now / 1000;
    expect(status).toBe(200);
    expect(version).toMatch(/^[0-9a-f]{32}$/);
    expect(body).toEqual({
      id: `${url}/certificates/my-cert/${version}`,
      kid: `${url}/keys/my-cert/${version}`,
      sid: `${url}/secrets/my-cert/${version}`,
      x5t: createHash("sha1").update(Buffer.from(body.cer, "base64")).digest("base64url"),
      cer: expect.stringMatching(/^MII/),
      attributes: {
        enabled: true,
        nbf: created - 600,
        exp: Date.parse("2031-01-01T00:00:00Z") / 1000,
        created,
        updated: created,
        recoveryLevel: "Recoverable+Purgeable",
        recoverableDays: 90,
      },
      policy: {
        id: `${url}/certificates/my-cert/policy`,
        key_props: { exportable: true, kty: "RSA", key_size: 2048, reuse_key: false },
        secret_props: { contentType: "application/x-pkcs12" },
        x509_props: {
          subject: "cn=MyCert",
          sans: {},
          ekus: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
          key_usage: ["digitalSignature", "keyEncipherment"],
          validity_months: 12,
          basic_constraints: { ca: false },
        },
        lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: "AutoRenew" } }],
        issuer: { name: "Self" },
        attributes: { enabled: true, created, updated: created },
      },
      pending: { id: `${url}/certificates/my-cert/pending` },
    });
  });

  test("A certificate bundle has its fields in the service's order", async () => {
    await create("my-cert", policy);
    after(5000);
    const { body } = await send("GET", "/certificates/my-cert/");
    expect(Object.keys(body)).toEqual(["id", "kid", "sid", "x5t", "cer", "attributes", "policy", "pending"]);
    expect(Object.keys(body.policy)).toEqual([
      "id",
      "key_props",
      "secret_props",
      "x509_props",
      "lifetime_actions",
      "issuer",
      "attributes",
    ]);
    expect(Object.keys(body.policy.x509_props)).toEqual([
      "subject",
      "sans",
      "ekus",
      "key_usage",
      "validity_months",
      "basic_constraints",
    ]);
  });

  test("A first version that is pending has no content yet, and is not enabled", async () => {
    await create();
    const { body } = await send("GET", "/certificates/my-cert/");
    for (const content of ["kid", "sid", "cer", "x5t"]) expect(body).not.toHaveProperty(content);
    expect(body.attributes.enabled).toBe(false);
  });

  test("The certificate is made from the policy in the request", async () => {
    const lifetime_actions = [{ trigger: { days_before_expiry: 30 }, action: { action_type: "EmailContacts" } }];
    const { body: operation } = await create("my-cert", {
      lifetime_actions,
      key_props: { kty: "EC", crv: "P-384" },
      x509_props: {
        subject: "CN=other,O=Contoso",
        validity_months: 3,
        ekus: ["1.3.6.1.5.5.7.3.3"],
        key_usage: ["digitalSignature"],
      },
    });
    after(5000);
    const { body } = await send("GET", "/certificates/my-cert/");
    const certificate = new X509Certificate(Buffer.from(body.cer, "base64"));
    expect(certificate.subject).toBe("CN=other\nO=Contoso");
    expect(body.policy.lifetime_actions).toEqual(lifetime_actions);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "secp384r1" });
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.3"]);
    expect(certificate.validFrom).toBe("Dec 31 23:50:00 2029 GMT");
    expect(certificate.validTo).toBe("Apr  1 00:00:00 2030 GMT");
    const signingRequest = new Pkcs10CertificateRequest(operation.csr);
    expect(signingRequest.subject).toBe("CN=other, O=Contoso");
    expect(await signingRequest.verify()).toBe(true);
  });

  test("A subject may be written in any case, and give way to alternative names", async () => {
    await create("spaced", { ...quickPolicy, x509_props: { subject: "o = Contoso, cn = MyCert" } });
    await create("alternative", {
      ...quickPolicy,
      x509_props: { sans: { dns_names: ["a.contoso.com"], emails: ["jane@contoso.com"] } },
    });
    after(5000);
    const certificate = async (name: string) =>
      new X509Certificate(Buffer.from((await send("GET", `/certificates/${name}/`)).body.cer, "base64"));
    expect((await certificate("spaced")).subject).toBe("O=Contoso\nCN=MyCert");
    expect((await certificate("alternative")).subjectAltName).toBe("DNS:a.contoso.com, email:jane@contoso.com");
  });

  test("A certificate that is not there is not found", async () => {
    const { status, body } = await send("GET", "/certificates/my-cert/");
    expect(status).toBe(404);
    expect(body.error.code).toBe("CertificateNotFound");
    expect(body.error.message).toMatch(/^A certificate with \(name\/id\) my-cert was not found in this key vault\./);
  });
});

describe("Delete", () => {
  test("A deletion takes the certificate at once, and can be recovered for 90 days", async () => {
    await create();
    const { status, body } = await send("DELETE", "/certificates/my-cert");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      recoveryId: `${url}/deletedcertificates/my-cert`,
      deletedDate: now / 1000,
      scheduledPurgeDate: Date.parse("2030-04-01T00:00:00Z") / 1000,
    });
    expect(Object.keys(body).slice(0, 4)).toEqual(["recoveryId", "deletedDate", "scheduledPurgeDate", "id"]);
    expect(await send("GET", "/certificates/my-cert/")).toMatchObject({ status: 404 });
    expect(await send("DELETE", "/certificates/my-cert")).toMatchObject({ status: 404 });
  });

  test("A deleted certificate is found as soon as its deletion is through", async () => {
    await create();
    const { body } = await send("DELETE", "/certificates/my-cert");
    after(1999);
    expect(await send("GET", "/deletedcertificates/my-cert")).toMatchObject({
      status: 404,
      body: { error: { code: "CertificateNotFound", message: "Deleted Certificate not found: my-cert" } },
    });
    after(2000);
    expect(await send("GET", "/deletedcertificates/my-cert")).toMatchObject({ status: 200, body });
  });

  test.each([
    [
      1999,
      "ObjectIsBeingDeleted",
      "Certificate my-cert is currently being deleted and cannot be re-created; retry later.",
    ],
    [
      2000,
      "ObjectIsDeletedButRecoverable",
      "Certificate my-cert is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.",
    ],
  ])("%d ms after a deletion has begun, the name cannot be used: %s", async (milliseconds, code, message) => {
    await create();
    await send("DELETE", "/certificates/my-cert");
    after(milliseconds);
    expect(await create()).toMatchObject({
      status: 409,
      body: { error: { code: "Conflict", message, innererror: { code } } },
    });
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
  ])("%s has the service's headers", async (_, method, path, status) => {
    const authorization = status === 401 ? "" : `Bearer ${token}`;
    const body = method === "POST" ? JSON.stringify({ policy: quickPolicy }) : undefined;
    const response = await vault(new Request(url + path, { method, headers: { ...sent, authorization }, body }));
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...sent,
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

  test("has another x-ms-request-id", async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await send("GET", "/certificates/my-cert/")).headers.get("x-ms-request-id")),
    );
    expect(ids[0]).not.toBe(ids[1]);
  });

  test("but not a proxy's, has the service's headers", async () => {
    const { headers } = await vault(new Request(`${url}/certificates/ProxyBlocked/create`));
    expect(Object.fromEntries(headers)).toEqual({ "content-type": "text/html" });
  });
});
