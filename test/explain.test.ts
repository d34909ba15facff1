import {
  AggregateAuthenticationError,
  AuthenticationError,
  AuthenticationRequiredError,
  CredentialUnavailableError,
} from "@azure/identity";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { anyText } from "./helpers/any-text.ts";
import { explanation, failureWithMockedClient, startWithMockedClient } from "./helpers/mocked-client.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { sdkError } from "./helpers/sdk-errors.ts";
import {
  cancelled,
  checkNetwork,
  creating,
  deleting,
  grantPermissions,
  grantRole,
  leftBehind,
  retrieving,
  seeReadme,
} from "./helpers/transcript.ts";
import { errorBody } from "./offline/answers.ts";

const oid = "33333333-3333-3333-3333-333333333333";
const caller = `appid=22222222-2222-2222-2222-222222222222;oid=${oid};iss=https://sts.windows.net/11111111-1111-1111-1111-111111111111/`;

/** What the script prints of a creation that Key Vault refuses so. */
const refused = async (status: number, message: string, innererror?: string) =>
  explanation(await sdkError(status, errorBody("Code", message, innererror)));

describe("What happened is told whole", () => {
  test("A refusal is told with all its lines, ids masked", async () => {
    const lines = [
      "Caller is not authorized to perform action on resource.",
      "If role assignments were changed recently, please observe propagation time.",
      `Caller: ${caller}`,
      "Action: 'Microsoft.KeyVault/vaults/certificates/create/action'",
      "Assignment: (not found)",
      "",
    ];
    expect(await refused(403, lines.join("\r\n"), "ForbiddenByRbac"))
      .toMatch(`Caller is not authorized to perform action on resource.
If role assignments were changed recently, please observe propagation time.
Caller: appid=…;oid=…;iss=https://sts.windows.net/…/
Action: 'Microsoft.KeyVault/vaults/certificates/create/action'
Assignment: (not found)
The caller needs this role`);
  });

  test("A line has at most 500 characters, and what is cut off is marked", async () => {
    expect(await explanation(new Error("x".repeat(501)))).toBe(`${"x".repeat(499)}…\n${seeReadme}`);
    expect(await explanation(new Error("x".repeat(500)))).toBe(`${"x".repeat(500)}\n${seeReadme}`);
    expect(await explanation(new Error(`x${"😀".repeat(500)}`))).toBe(`x${"😀".repeat(498)}…\n${seeReadme}`);
  });

  test("Of more than 12 lines the first 4 and the last 7 are told", async () => {
    const lines = Array.from({ length: 13 }, (_, index) => `line ${index + 1}`);
    const told = [...lines.slice(0, 4), "…", ...lines.slice(6)];
    expect(await explanation(new Error(lines.join("\n")))).toBe(`${told.join("\n")}\n${seeReadme}`);
    expect(await explanation(new Error(lines.slice(1).join("\n")))).toBe(`${lines.slice(1).join("\n")}\n${seeReadme}`);
  });

  test("A line without a letter or digit goes, and colour codes go whole", async () => {
    const message =
      "\x1b[31;1mGet-AzAccessToken:\x1b[0m\n     |   ~~~~~~~~\n\x1b[36;1m     | \x1b[31;1mno token\x1b[0m\n";
    expect(await explanation(new Error(message))).toBe(`Get-AzAccessToken:\n| no token\n${seeReadme}`);
  });

  test("A message without words gives way to the code, and then to the name", async () => {
    const timeout = Object.assign(new Error(""), { name: "RestError", code: "ETIMEDOUT" });
    expect(await explanation(timeout)).toBe(`ETIMEDOUT\n${seeReadme}`);
    const request = { method: "POST", url: "https://demo-vault.vault.azure.net/certificates", headers: new Map() };
    expect(await explanation(Object.assign(timeout, { request }))).toBe(`ETIMEDOUT ${request.url}\n${seeReadme}`);
    const ways = [new Error("connect ETIMEDOUT 203.0.113.1:443")];
    expect(await explanation(new AggregateError(ways))).toBe(`AggregateError\n${seeReadme}`);
    expect(await explanation(new Error(" \r\n\x07\x1b[31m"))).toBe(`Error\n${seeReadme}`);
  });

  test.each([
    ["'It broke.'", "It broke."],
    ["undefined", "undefined"],
    ["null", "null"],
    ["''", "Error"],
  ])("What a changed script throws need not be an error: %s", async (thrown, told) => {
    const { url } = alteredScript('console.log(" done.");', `throw ${thrown};`);
    const printed = await failureWithMockedClient({}, { script: url });
    expect(printed).toBe(`${told}\n${seeReadme}${leftBehind()}`);
  });

  test("A page in place of JSON is cut after the SDK's own words, whatever the page begins with", async () => {
    const error = await sdkError(200, "Sorry - this site is blocked - really.", { isSignedIn: false });
    expect(await explanation(error)).toMatch(/ occurred while parsing the response body …\n/);
  });

  test("Of a page in place of JSON one line is told, and no page", async () => {
    const error = await sdkError(200, "<html>\n<title>Blocked</title>\n</html>", { isSignedIn: false });
    const [line, ...rest] = (await explanation(error)).split(/(?<=\n)/);
    expect(line).toMatch(/^Error "SyntaxError: .+ is not valid JSON" occurred while parsing the response body …\n$/);
    expect(rest.join("")).toBe(seeReadme);
  });

  test("A page that does not claim to be JSON is told by its status", async () => {
    const error = await sdkError(200, "<html></html>", { type: "text/html", isSignedIn: false });
    expect(await explanation(error)).toBe(`Unexpected status code: 200\n${seeReadme}`);
  });

  test("What the issuer says is told", async () => {
    const words = "The call to DigiCert failed with Error code access_denied and Message Access denied..";
    const printed = await failureWithMockedClient({ created: Promise.reject(new Error(words)) });
    expect(printed).toBe(`${words}\n${seeReadme}${leftBehind()}`);
  });

  test.each([
    ["TypeError", "undefined.length", "Cannot read properties of undefined (reading 'length')"],
    ["ReferenceError", "nam.length", "nam is not defined"],
    ["RangeError", "'x'.repeat(-1)", "Invalid count value: -1"],
    ["SyntaxError", "JSON.parse('')", "Unexpected end of JSON input"],
  ])("A mistake in a script that was changed keeps its place: %s", async (_, mistake, message) => {
    const { url, line } = alteredScript("new DefaultAzureCredential()", mistake);
    const told = await failureWithMockedClient({}, { script: url });
    expect(told).toBe(`${message}\nkv_certificates.ts:${line}\n${seeReadme}`);
  });

  test("A creation that was cancelled is never called done", async () => {
    const { calls, stdout, stderr, end } = startWithMockedClient({ created: Promise.resolve({ properties: {} }) });
    expect(await end()).toBe(1);
    expect(stderr()).toBe(`${cancelled()}${seeReadme}${leftBehind()}`);
    expect(stdout()).toBe(creating());
    expect(calls.at(-1)).toEqual(["createPoller.pollUntilDone"]);
  });

  test("A creation that a changed script does not wait for is not only called cancelled", async () => {
    const { url } = alteredScript("await createPoller.pollUntilDone()", "createPoller.pollUntilDone()");
    const told = await failureWithMockedClient({}, { script: url });
    expect(told).toBe(`${cancelled()}${seeReadme}${leftBehind()}`);
  });
});

/** What Key Vault says of an action (Azure RBAC) or a permission (access policy) that the caller does not have. */
const missing = (right: string) =>
  right.includes("/")
    ? `Caller is not authorized to perform action on resource.\r\nCaller: ${caller}\r\nAction: 'Microsoft.KeyVault/vaults/${right}'\r\nResource: '/providers/microsoft.keyvault/vaults/certificates/x'`
    : `The user, group or application '${caller}' does not have ${right} permission on key vault 'demo-vault'.`;
const masked = (message: string) => message.replaceAll("\r", "").replaceAll(/[0-9a-f-]{36}/gi, "…");

describe("A cure is given where the code makes it certain", () => {
  test.each([
    ["ForbiddenByRbac", "certificates/create/action", grantRole(oid)],
    ["ForbiddenByRbac", "certificates/purge/action", grantRole(oid)],
    ["AccessDenied", "certificates create", grantPermissions(oid)],
    ["AccessDenied", "certificates get", grantPermissions(oid)],
    ["AccessDenied", "certificates list", grantPermissions(oid)],
    ["ForbiddenByPolicy", "certificates delete", grantPermissions(oid)],
  ])("%s of '%s' names the refused caller, whoever's variables are set", async (innererror, right, cure) => {
    const error = await sdkError(403, errorBody("Forbidden", missing(right), innererror));
    const env = { AZURE_CLIENT_ID: "another", AZURE_CLIENT_SECRET: "a-secret" };
    expect(await explanation(error, env)).toBe(`${masked(missing(right))}\n${cure}`);
  });

  test("The caller's id may be in capitals", async () => {
    const inCapitals = "ABCDEF12-3333-3333-3333-333333333333";
    const message = missing("certificates create").replace(`oid=${oid}`, `OID=${inCapitals}`);
    expect(await refused(403, message, "AccessDenied")).toMatch(grantPermissions(inCapitals));
  });

  test.each([
    ["ForbiddenByRbac", "secrets/getSecret/action"],
    ["ForbiddenByRbac", "keys/read"],
    ["AccessDenied", "certificates purge"],
    ["AccessDenied", "certificates update"],
    ["AccessDenied", "secrets get"],
    ["ForbiddenByPolicy", "certificates import"],
  ])("%s of '%s' is not cured by the quickstart's own rights", async (innererror, right) => {
    expect(await refused(403, missing(right), innererror)).toBe(`${masked(missing(right))}\n${seeReadme}`);
  });

  test.each([
    ["ForbiddenByRbac", "certificates/create/action"],
    ["AccessDenied", "certificates create"],
    ["ForbiddenByPolicy", "certificates create"],
  ])("%s without a caller has no certain cure", async (innererror, right) => {
    for (const nobody of ["unknown", "oid=$(reboot)"]) {
      const message = missing(right).replace(caller, nobody);
      expect(await refused(403, message, innererror)).toBe(`${masked(message)}\n${seeReadme}`);
    }
  });

  test.each([
    ["ENOTFOUND", "getaddrinfo ENOTFOUND proxy.contoso.com"],
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN demo-vault.vault.azure.net"],
  ])("%s names the host, and both what may be wrong with it", async (code, message) => {
    const error = Object.assign(new Error(message), { name: "RestError", code });
    expect(await explanation(error)).toBe(`${message}\n${checkNetwork}`);
  });
});

describe("A failure without a certain cure leads to the README", () => {
  test.each([
    [403, "ForbiddenByConnection", `Public network access is disabled.\r\nCaller: ${caller}\r\nVault: demo-vault`],
    [
      403,
      "ForbiddenByFirewall",
      `Client address is not authorized.\r\nClient address: 203.0.113.7\r\nCaller: ${caller}`,
    ],
    [409, "ObjectIsBeingDeleted", "Certificate my-cert is currently being deleted; retry later."],
    [409, "ObjectIsBeingRecovered", "Certificate my-cert is currently being recovered. Retry later."],
    [409, undefined, "A key with that name exists. Choose another."],
    [401, undefined, "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/a/, found others."],
    [400, undefined, "Property policy has invalid value\r\n\r\n"],
  ])("%d %s", async (status, innererror, message) => {
    expect(await refused(status, message, innererror)).toBe(`${masked(message.trim())}\n${seeReadme}`);
  });

  test.each([403, 407, 502])("A proxy that refuses with %d and no body has let nothing be created", async (status) => {
    const error = await sdkError(status, undefined, { isSignedIn: false });
    expect(await explanation(error)).toBe(`Cannot read properties of undefined (reading 'error')\n${seeReadme}`);
  });

  test("A vault of another cloud has let nothing be created", async () => {
    const printed = await explanation(await sdkError(200, {}, { resource: "https://vault.azure.cn" }));
    expect(printed).toMatch(/^The challenge resource 'vault\.azure\.cn' does not match the requested domain\..+\n/);
    expect(printed.endsWith(`\n${seeReadme}`)).toBe(true);
  });
});

describe("Whatever is thrown, wherever", () => {
  const outside = fc.oneof(
    anyText(),
    fc.constantFrom(
      "\x1b[2J\x1b]0;title\x07",
      "one\r\ntwo\nthree",
      "x".repeat(10_000),
      "😀".repeat(5_000),
      "a\u202eb\u200bc\u2028d\x85e",
      "\n".repeat(20) + "x\n".repeat(20),
      "",
    ),
    fc.uuid().map((id) => `No access for '${id}' to /subscriptions/${id.replaceAll("-", "")}/vault`),
    fc.base64String({ minLength: 20 }).map((text) => `Bearer eyJ${text.replaceAll(/\W/g, "_")}.eyJ0.sig was refused.`),
    fc.emailAddress().map((address) => `User account '${address}' does not exist.`),
  );
  const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
  const code = maybe(
    fc.oneof(outside, fc.constantFrom("ECONNRESET", "Forbidden", "PARSE_ERROR", "ENOTFOUND"), fc.integer()),
  );
  const innerCodes = ["ForbiddenByRbac", "AccessDenied", "ObjectIsDeletedButRecoverable"];
  const restError = fc
    .record({
      message: outside,
      code,
      statusCode: maybe(fc.constantFrom(200, 400, 401, 403, 404, 409, 429, 500, 503)),
      innerError: maybe(fc.record({ code: maybe(fc.oneof(outside, fc.constantFrom(...innerCodes))) })),
      method: fc.constantFrom("POST", "GET", "DELETE"),
      isAuthorized: fc.boolean(),
    })
    .map(({ message, innerError, method, isAuthorized, ...rest }) =>
      Object.assign(new Error(message), {
        ...rest,
        name: "RestError",
        details: { error: { innerError } },
        request: { method, headers: { has: () => isAuthorized } },
      }),
    );
  const thrown = fc.oneof(
    restError,
    outside.map((message) => new Error(message)),
    outside.map((message) => new TypeError(message)),
    outside.map((message) => new CredentialUnavailableError(message)),
    fc.array(outside, { minLength: 1, maxLength: 8 }).map((messages) => {
      const ways = messages.map((message) => new CredentialUnavailableError(message));
      return new AggregateAuthenticationError(ways, "");
    }),
    outside.map((message) => new AuthenticationError(400, { error: "invalid_client", error_description: message })),
    outside.map((message) => new AuthenticationRequiredError({ scopes: [], message })),
  );
  const step = fc.constantFrom("begun", "created", "retrieved", "deletionBegun", "deleted");

  test("It is told in printable text, without an id, a token or an address, and the exit code is 1", async () => {
    await fc.assert(
      fc.asyncProperty(thrown, step, async (error, step) => {
        const { stdout, stderr, end } = startWithMockedClient({ [step]: Promise.reject(error) });
        expect(await end()).toBe(1);
        const lines = stderr().replace(/\n$/, "").split("\n");
        const ways = "errors" in error ? error.errors.length : 1;
        expect(lines.length).toBeLessThanOrEqual(12 * ways + 6 + 2); // with the longest cure, and how to delete
        for (const line of lines) expect(line).toMatch(/^(?=.*\S)\P{C}{1,500}$/u);
        expect(stderr()).not.toMatch(/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}|\beyJ|\w@\w+\.[a-z]{2}/i);
        expect((creating() + retrieving + deleting()).startsWith(stdout())).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("The lines of its message are told, apart from what is secret", async () => {
    const word = fc
      .stringMatching(/^[A-Za-z0-9'".,;:()/-]{1,12}$/)
      .filter((word) => /[A-Za-z0-9]/.test(word) && !/eyJ|name=|[0-9a-f]{8}/i.test(word));
    const line = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(" "));
    const lines = fc.array(line, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lines, async (lines) => {
        expect(await explanation(new Error(lines.join("\r\n")))).toBe(`${lines.join("\n")}\n${seeReadme}`);
      }),
      { numRuns: 100 },
    );
  });
});
