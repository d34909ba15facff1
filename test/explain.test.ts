import { AggregateAuthenticationError, AuthenticationError, CredentialUnavailableError } from "@azure/identity";
import { describe, expect, test } from "@jest/globals";
import { explanation, failureWithMockedClient, startWithMockedClient } from "./helpers/mocked-client.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { managedIdentityError, refusal, sdkError, signInError } from "./helpers/sdk-errors.ts";
import {
  checkNetwork,
  creating,
  grantPermission,
  grantRole,
  leftBehind,
  noCertificate,
  searchPage,
  signIn,
} from "./helpers/transcript.ts";

const id = "33333333-3333-3333-3333-333333333333";
const caller = `appid=22222222-2222-2222-2222-222222222222;oid=${id};iss=https://sts.windows.net/11111111-1111-1111-1111-111111111111/`;

describe("What happened is told whole", () => {
  test("A long message is told with all its lines, also the empty ones", async () => {
    const message = ["x".repeat(3_000), "", ...Array.from({ length: 40 }, (_, line) => `line ${line}`), "~~~", "z"];
    expect(await explanation(new Error(message.join("\r\n")))).toBe(`${message.join("\n")}\n${searchPage}`);
  });

  test("Ids, accounts and paths are part of the reason, and so are the claims of a claims challenge", async () => {
    const message = [
      `the user 'name=J. Doe;${caller}' does not`,
      "User account 'jane.doe@contoso.com' from identity provider 'live.com' does not exist in tenant 'Contoso'",
      "Cannot find module '/home/jane@contoso.com/node_modules/@azure/identity/dist/index.js'",
      `az login --claims-challenge ${btoa('{"access_token":{"xms_caeerror":{"value":"10012"}}}')} --tenant ${id}`,
    ].join("\n");
    expect(await explanation(new Error(message))).toBe(`${message}\n${searchPage}`);
  });

  test.each([
    ["Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln-_ was refused", "Bearer … was refused"],
    ["Bearer%20eyJhbGci.eyJh.", "Bearer%20…"],
    [`eyJ${"h".repeat(900)}.eyJ${"x".repeat(5_000)}`, "…"],
    ["eyJhbGci.\x1b[36meyJh.sig\x1b[0m", "…"],
  ])("but not a token: %j", async (message, printed) => {
    expect(await explanation(new Error(message))).toBe(`${printed}\n${searchPage}`);
  });

  test("Colours, and other escape sequences of a terminal, are taken out", async () => {
    const message = "\x1b[31;1mGet-AzAccessToken:\x1b[0m no\x1b[2J token\x1b]0;title\x07";
    expect(await explanation(new Error(message))).toBe(`Get-AzAccessToken: no token\n${searchPage}`);
  });

  test("An error without a message is told by its code, with the request's address, or by its name", async () => {
    const timeout = Object.assign(new Error(""), { name: "RestError", code: "ETIMEDOUT" });
    expect(await explanation(timeout)).toBe(`ETIMEDOUT\n${searchPage}`);
    const request = { method: "GET", url: "https://demo-vault.vault.azure.net/certificates", headers: new Map() };
    expect(await explanation(Object.assign(timeout, { request }))).toBe(`ETIMEDOUT ${request.url}\n${searchPage}`);
    expect(await explanation(new AggregateError([new Error("x")]))).toBe(`AggregateError\n${searchPage}`);
  });

  test.each([
    ["'It broke.'", "It broke."],
    ["undefined", "undefined"],
  ])("What a changed script throws need not be an error: %s", async (thrown, told) => {
    const { url } = alteredScript('console.log(" done.");', `throw ${thrown};`);
    const printed = await failureWithMockedClient({}, { script: url });
    expect(printed).toBe(`${told}\n${searchPage}${leftBehind()}`);
  });

  test("A page that calls itself JSON is told whole", async () => {
    const page = "<html>\n<title>Blocked</title>\n</html>";
    const told = await explanation(await sdkError(200, page, { isSignedIn: false }));
    expect(told).toContain(`is not valid JSON" occurred while parsing the response body - ${page}.\n`);
    expect(told.endsWith(`\n${searchPage}`)).toBe(true);
  });

  test("An error of another library is told as well", async () => {
    // The request of axios has no headers at all, and that of old Azure libraries has others.
    for (const [name, request] of Object.entries({ AxiosError: {}, RestError: { method: "POST", headers: {} } }))
      expect(await explanation(Object.assign(new Error("No."), { name, request }))).toBe(`No.\n${searchPage}`);
  });

  test.each([
    ["TypeError", "undefined.length", "Cannot read properties of undefined (reading 'length')"],
    ["ReferenceError", "nam.length", "nam is not defined"],
    ["SyntaxError", "JSON.parse('')", "Unexpected end of JSON input"],
    ["RangeError", "(() => { throw new RangeError(); })()", "RangeError"],
  ])("A mistake in a script that was changed keeps its place: %s", async (_, mistake, message) => {
    const { url, line } = alteredScript("new DefaultAzureCredential()", mistake);
    const told = await failureWithMockedClient({}, { script: url });
    expect(told).toMatch(`${message}\nkv_certificates.ts:${line}:`);
    expect(told.endsWith(`\n${searchPage}`)).toBe(true);
  });

  test("A creation that ends without a certificate is never called done", async () => {
    const { calls, stdout, stderr, end } = startWithMockedClient({ created: Promise.resolve({ properties: {} }) });
    expect(await end()).toBe(1);
    expect(stderr()).toBe(`${noCertificate}${searchPage}${leftBehind()}`);
    expect(stdout()).toBe(creating());
    expect(calls.at(-1)).toEqual(["createPoller.pollUntilDone"]);
  });
});

/** What the script prints of a creation that Key Vault refuses so. */
const refused = async (...answer: Parameters<typeof refusal>) => explanation(await refusal(...answer));

describe("What to do is told where the code makes it certain", () => {
  test("ForbiddenByRbac leads to the section of the README that gives a role", async () => {
    const message = `Caller is not authorized to perform action on resource.\nCaller: ${caller}\nAssignment: (not found)`;
    expect(await refused(403, message, "ForbiddenByRbac")).toBe(`${message}\n${grantRole}`);
  });

  test("ForbiddenByRbac without a caller has no certain cure", async () => {
    const message = "Caller is not authorized to perform action on resource.";
    expect(await refused(403, message, "ForbiddenByRbac")).toBe(`${message}\n${searchPage}`);
  });

  test.each(["AccessDenied", "ForbiddenByPolicy"])("%s leads to the one that gives a permission", async (code) => {
    const message = `The user, group or application '${caller}' does not have certificates create permission.`;
    expect(await refused(403, message, code)).toBe(`${message}\n${grantPermission}`);
  });

  test("ForbiddenByPolicy without a permission has no certain cure", async () => {
    const message = `The policy requires the caller '${caller}' to use on-behalf-of (OBO) flow.`;
    expect(await refused(403, message, "ForbiddenByPolicy")).toBe(`${message}\n${searchPage}`);
  });

  test("A name that was deleted asks for another one", async () => {
    const message = "Certificate my-cert is currently in a deleted but recoverable state.";
    const told = await refused(409, message, "ObjectIsDeletedButRecoverable");
    expect(told).toBe(`${message}\nUse a different certificate name.\n`);
  });

  test.each([
    ["ENOTFOUND", "getaddrinfo ENOTFOUND proxy.contoso.com"],
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN demo-vault.vault.azure.net"],
  ])("%s names the host, and both what may be wrong with it", async (code, message) => {
    const error = Object.assign(new Error(message), { name: "RestError", code });
    expect(await explanation(error)).toBe(`${message}\n${checkNetwork}`);
  });

  test("Otherwise the page is named that has the cures by their words", async () => {
    const message = "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/a/, found others.";
    expect(await refused(401, message)).toBe(`${message}\n${searchPage}`);
  });
});

describe("Where nothing was created, nothing is said to be left", () => {
  test.each([403, 407, 502])("A proxy that refuses with %d and no body", async (status) => {
    const error = await sdkError(status, undefined, { isSignedIn: false });
    expect(await explanation(error)).toBe(`Cannot read properties of undefined (reading 'error')\n${searchPage}`);
  });

  test("A vault of another cloud", async () => {
    const printed = await explanation(await sdkError(200, {}, { resource: "https://vault.azure.cn" }));
    expect(printed).toMatch(/^The challenge resource 'vault\.azure\.cn' does not match the requested domain\..+\n/);
    expect(printed.endsWith(`\n${searchPage}`)).toBe(true);
  });
});

const chainFailed = "ChainedTokenCredential authentication failed.";

/** What the script prints where each way to sign in fails with one of these messages. */
const printedOf = (...messages: string[]) => {
  const ways = messages.map((message) => new CredentialUnavailableError(message));
  return explanation(new AggregateAuthenticationError(ways, chainFailed));
};

/** All that it prints of these ways. */
const told = (...messages: string[]) =>
  `${[chainFailed, ...messages.map((message) => `CredentialUnavailableError: ${message}`)].join("\n")}\n${signIn}`;

describe("A sign-in that fails is told whole", () => {
  test("A sign-in that fails says of each way why, and then how to sign in", async () => {
    const ways = [
      "EnvironmentCredential is unavailable. No underlying credential could be used. To troubleshoot, visit https://aka.ms/azsdk/js/identity/environmentcredential/troubleshoot.",
      "Please run 'az login' from a command prompt to authenticate before using this credential.",
    ];
    expect(await printedOf(...ways)).toBe(told(...ways));
  });

  test("The words of PowerShell are told whole, without colours", async () => {
    // What PowerShell 7.6 prints, and the SDK's own end.
    const reason =
      "Authentication failed against tenant 11111111-1111-1111-1111-111111111111. User interaction is required. This may be due to the conditional access policy settings such as multi-factor authentication (MFA).";
    const message = [
      "Error: \x1b[31;1mGet-AzAccessToken: \x1b[0m",
      "\x1b[31;1m\x1b[36;1mLine |\x1b[0m",
      "\x1b[31;1m\x1b[36;1m\x1b[36;1m  18 | \x1b[0m           $token = \x1b[36;1mGet-AzAccessToken @params\x1b[0m",
      `\x1b[31;1m\x1b[36;1m     | \x1b[31;1m                    ${"~".repeat(25)}\x1b[0m`,
      `\x1b[31;1m\x1b[36;1m     | \x1b[31;1m${reason}\x1b[0m`,
      ". To troubleshoot, visit https://aka.ms/azsdk/js/identity/powershellcredential/troubleshoot.",
    ].join("\n");
    const words = `Error: Get-AzAccessToken: 
Line |
  18 |            $token = Get-AzAccessToken @params
     |                     ~~~~~~~~~~~~~~~~~~~~~~~~~
     | ${reason}
. To troubleshoot, visit https://aka.ms/azsdk/js/identity/powershellcredential/troubleshoot.`;
    expect(await printedOf(message)).toBe(told(words));
  });

  test("What a managed identity's service says is told", async () => {
    const error_description =
      "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
    const printed = await explanation(await managedIdentityError({ error: "invalid_request", error_description }));
    expect(printed).toContain(error_description);
    expect(printed.endsWith(`\n${signIn}`)).toBe(true);
  });

  test("A service principal's sign-in is told with the reason, and with Microsoft Entra ID's own advice", async () => {
    const unreachable = await explanation(await signInError(new Error("connect ECONNREFUSED 203.0.113.1:443")));
    expect(unreachable).toMatch(
      /^EnvironmentCredential authentication failed\. To troubleshoot, visit .+\nMore details:\n/,
    );
    expect(unreachable).toContain(
      `\nnetwork_error: See https://aka.ms/msal.js.errors#network_error for details,\n${searchPage}`,
    );
    const error = "EnvironmentCredential authentication failed.";
    const error_description = "AADSTS7000215: Invalid client secret provided. Ensure that the secret is the value.";
    const refused = await explanation(new AuthenticationError(400, { error, error_description }));
    expect(refused).toBe(`${error} Status code: 400\nMore details:\n${error_description},\n${searchPage}`);
  });
});
