import { beforeEach, expect, test } from "@jest/globals";
import { answer, openVault, read, send, signIn, signInUrl, url } from "./open-vault.ts";

beforeEach(() => openVault());

test.each(["", "Bearer made-up"])("A request with the token '%s' is told where to get one", async (authorization) => {
  const { status, headers, body } = await send("POST", "/certificates/my-cert/create", undefined, authorization);
  const message = "AKV10000: Request is missing a Bearer, PoP, or MTLS_POP token.";
  expect({ status, body }).toEqual({ status: 401, body: { error: { code: "Unauthorized", message } } });
  const challenge = `Bearer authorization="${signInUrl}", resource="https://vault.azure.net"`;
  expect(headers.get("WWW-Authenticate")).toBe(challenge);
});

test("A wrong secret, client or tenant gets no token", async () => {
  const wrongSecret = { error: "invalid_client", error_codes: [7000215] };
  expect(await signIn("wrong")).toMatchObject({ status: 401, body: wrongSecret });
  const wrongClient = { error: "unauthorized_client", error_codes: [700016] };
  expect(await signIn("wrong", "wrong")).toMatchObject({ status: 400, body: wrongClient });
  const elsewhere = new Request("https://login.microsoftonline.com/elsewhere/oauth2/v2.0/token");
  const wrongTenant = { error: "invalid_tenant", error_codes: [90002] };
  expect(await read(await answer(elsewhere))).toMatchObject({ status: 400, body: wrongTenant });
});

test("What other Azure SDKs ask for before a token is told, even if a failure awaits the token", async () => {
  const ask = async (url: string) => (await read(await answer(new Request(url)))).body;
  const configuration = `${signInUrl}/v2.0/.well-known/openid-configuration`;
  const discovery = "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1";
  await send("GET", "/certificates/InvalidClientSecret/", undefined, "");
  for (const query of ["", "?"])
    expect(await ask(configuration + query)).toMatchObject({
      token_endpoint: `${signInUrl}/oauth2/v2.0/token`,
      issuer: `${signInUrl}/v2.0`,
    });
  expect(await ask(discovery)).toMatchObject({
    tenant_discovery_endpoint: configuration,
    metadata: [{ aliases: expect.arrayContaining(["login.microsoftonline.com"]) }],
  });
});

test.each(["https://other-vault.vault.azure.net", url.replace("https:", "http:")])(
  "A request for another vault, or without TLS, is answered by nobody: %s",
  async (address) => {
    await expect(answer(new Request(address))).rejects.toThrow(new URL(address).host);
  },
);
