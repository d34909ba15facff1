import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import "reflect-metadata"; // @peculiar/x509 does not load without it
import { Pkcs10CertificateRequest } from "@peculiar/x509";
import { createHash, X509Certificate } from "node:crypto";
import { createVault, servicePrincipal } from "./vault.ts";

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
  const body = new URLSearchParams({ client_id: id, client_secret: secret, grant_type: "client_credentials", scope: "https://vault.azure.net/.default" });
  return read(await vault.handle(new Request(`${signInUrl}/oauth2/v2.0/token`, { method: "POST", body })));
}

async function send(method: string, path: string, body?: object, authorization = `Bearer ${token}`) {
  const address = path.includes("?") ? path : `${path}?api-version=2025-07-01`;
  return read(await vault.handle(new Request(url + address, { method, headers: { authorization }, ...(body && { body: JSON.stringify(body) }) })));
}

const create = (name = "my-cert", requested: object = quickPolicy) => send("POST", `/certificates/${name}/create`, { policy: requested });
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
    expect(headers.get("WWW-Authenticate")).toBe(`Bearer authorization="${signInUrl}", resource="https://vault.azure.net"`);
    expect(body).toEqual({ error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token." } });
  });

  test("A token that the vault's own sign-in did not issue is refused", async () => {
    expect(await send("GET", "/certificates/my-cert/", undefined, "Bearer made-up")).toMatchObject({ status: 401 });
  });

  test("A wrong secret, client or tenant gets no token", async () => {
    expect(await signIn("wrong")).toMatchObject({ status: 401, body: { error: "invalid_client", error_codes: [7000215] } });
    expect(await signIn("wrong", "wrong")).toMatchObject({ status: 400, body: { error: "unauthorized_client", error_codes: [700016] } });
    const elsewhere = new Request("https://login.microsoftonline.com/elsewhere/oauth2/v2.0/token");
    expect(await read(await vault.handle(elsewhere))).toMatchObject({ status: 400, body: { error: "invalid_tenant", error_codes: [90002] } });
  });

  test("A request for another host is answered by nobody", async () => {
    await expect(vault.handle(new Request("https://other-vault.vault.azure.net/"))).rejects.toThrow("other-vault.vault.azure.net");
  });
});

describe("Create", () => {
  test("A creation is accepted, and its operation can be asked for", async () => {
    const { status, headers, body } = await create();
    expect(status).toBe(202);
    expect(headers.get("Retry-After")).toBe("10");
    expect(headers.get("Location")).toBe(`${url}/certificates/my-cert/pending?api-version=2025-07-01&request_id=${body.request_id}`);
    expect(body).toEqual({
      id: `${url}/certificates/my-cert/pending`,
      issuer: { name: "Self" },
      csr: expect.stringMatching(/^MI/),
      cancellation_requested: false,
      status: "inProgress",
      status_details: "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.",
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

  test("An operation that was cancelled or has failed says so, and its certificate has no content", async () => {
    await create("Cancelled");
    await create("IssuerRefused");
    after(5000);
    const { body: cancelled } = await send("GET", "/certificates/Cancelled/pending");
    expect(cancelled).toMatchObject({ status: "cancelled", cancellation_requested: true });
    const { body: failed } = await send("GET", "/certificates/IssuerRefused/pending");
    expect(failed).toMatchObject({ status: "failed", error: { code: expect.any(String), message: expect.any(String) } });
    const { body: bundle } = await send("GET", "/certificates/Cancelled/");
    expect(bundle).not.toHaveProperty("cer");
    expect(bundle.attributes.enabled).toBe(false);
  });

  test("Where nothing was created there is no operation", async () => {
    expect(await send("GET", "/certificates/my-cert/pending")).toMatchObject({
      status: 404,
      body: { error: { code: "PendingCertificateNotFound", message: "Pending certificate not found: my-cert" } },
    });
  });

  test("A creation while an earlier one is pending is a conflict; after it, a new version", async () => {
    await create();
    expect(await create()).toMatchObject({ status: 409, body: { error: { code: "Conflict" } } });
    after(5000);
    const { body: first } = await send("GET", "/certificates/my-cert/");
    expect(await create()).toMatchObject({ status: 202 });
    const { body: second } = await send("GET", "/certificates/my-cert/");
    expect(second.id).not.toBe(first.id);
  });

  test("A name is 1 to 127 letters, digits and hyphens", async () => {
    expect(await create("A-1")).toMatchObject({ status: 202 });
    expect(await create("a".repeat(127))).toMatchObject({ status: 202 });
    for (const name of ["a_b", "a".repeat(128), "caf%C3%A9"])
      expect(await create(name)).toMatchObject({
        status: 400,
        body: { error: { code: "BadParameter", message: `The request URI contains an invalid name: ${decodeURIComponent(name)}` } },
      });
  });

  test("An api-version that is missing or unknown is refused", async () => {
    const message = "The specified version () is not recognized. Consider using the latest supported version (2025-07-01).";
    expect(await send("GET", "/certificates/my-cert/?")).toMatchObject({ status: 400, body: { error: { code: "BadParameter", message } } });
    expect(await send("GET", "/certificates/my-cert/?api-version=1.0")).toMatchObject({ status: 400 });
  });

  test("A request that the API does not have is not allowed", async () => {
    expect(await send("PUT", "/certificates/my-cert/create")).toMatchObject({
      status: 405,
      body: { error: { code: "MethodNotAllowed", message: "HTTP PUT not allowed" } },
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

  test("A pending certificate has no content yet, and is not enabled", async () => {
    await create();
    const { body } = await send("GET", "/certificates/my-cert/");
    expect(body).not.toHaveProperty("cer");
    expect(body).not.toHaveProperty("x5t");
    expect(body.attributes.enabled).toBe(false);
  });

  test("The certificate is made from the policy in the request", async () => {
    const { body: operation } = await create("my-cert", {
      key_props: { kty: "EC", crv: "P-384" },
      x509_props: { subject: "CN=other,O=Contoso", validity_months: 3, ekus: ["1.3.6.1.5.5.7.3.3"], key_usage: ["digitalSignature"] },
    });
    after(5000);
    const { body } = await send("GET", "/certificates/my-cert/");
    const certificate = new X509Certificate(Buffer.from(body.cer, "base64"));
    expect(certificate.subject).toBe("CN=other\nO=Contoso");
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "secp384r1" });
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.3"]);
    expect(certificate.validFrom).toBe("Dec 31 23:50:00 2029 GMT");
    expect(certificate.validTo).toBe("Apr  1 00:00:00 2030 GMT");
    const signingRequest = new Pkcs10CertificateRequest(operation.csr);
    expect(signingRequest.subject).toBe("CN=other, O=Contoso");
    expect(await signingRequest.verify()).toBe(true);
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
    expect(vault.names()).toEqual([]);
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

  test("The name of a deleted certificate cannot be used again", async () => {
    await create();
    await send("DELETE", "/certificates/my-cert");
    expect(await create()).toMatchObject({
      status: 409,
      body: {
        error: {
          code: "Conflict",
          message: "Certificate my-cert is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.",
          innererror: { code: "ObjectIsDeletedButRecoverable" },
        },
      },
    });
  });
});
