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
import { refusal, sdkError } from "./helpers/sdk-errors.ts";
import { creating, leftBehind, noCertificate, seeReadme, transcript } from "./helpers/transcript.ts";

describe("What happened is told whole", () => {
  test("A refusal is told with all its lines and ids", async () => {
    const lines = [
      "Caller is not authorized to perform action on resource.",
      "If role assignments were changed recently, please observe propagation time.",
      "Caller: appid=22222222-2222-2222-2222-222222222222;oid=33333333-3333-3333-3333-333333333333",
      "Action: 'Microsoft.KeyVault/vaults/certificates/create/action'",
      "Assignment: (not found)",
    ];
    const told = await explanation(await refusal(403, `${lines.join("\r\n")}\r\n`, "ForbiddenByRbac"));
    expect(told).toBe(`${lines.join("\n")}\n${seeReadme}`);
  });

  test("The tenants of a vault in another tenant are told: they are the cure", async () => {
    const message =
      "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/11111111-1111-1111-1111-111111111111/, found https://sts.windows.net/99999999-9999-9999-9999-999999999999/.";
    expect(await explanation(await refusal(401, message))).toBe(`${message}\n${seeReadme}`);
  });

  test("A long message is told whole, with its empty lines", async () => {
    const message = ["x".repeat(3_000), "", ...Array.from({ length: 40 }, (_, line) => `line ${line}`), "~~~", "z"];
    expect(await explanation(new Error(message.join("\n")))).toBe(`${message.join("\n")}\n${seeReadme}`);
  });

  test("An error without a message is told by its code, with the request's address, or by its name", async () => {
    const timeout = Object.assign(new Error(""), { name: "RestError", code: "ETIMEDOUT" });
    expect(await explanation(timeout)).toBe(`ETIMEDOUT\n${seeReadme}`);
    const request = { method: "GET", url: "https://demo-vault.vault.azure.net/certificates", headers: new Map() };
    expect(await explanation(Object.assign(timeout, { request }))).toBe(`ETIMEDOUT ${request.url}\n${seeReadme}`);
    const ways = [new Error("connect ETIMEDOUT 203.0.113.1:443")];
    expect(await explanation(new AggregateError(ways))).toBe(`AggregateError\n${seeReadme}`);
    expect(await explanation(new Error(" \r\n"))).toBe(`Error\n${seeReadme}`);
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
    ["TypeError", `[].${"x".repeat(200)}()`, `[].${"x".repeat(200)} is not a function`],
    ["RangeError", "'x'.repeat(-1)", "Invalid count value: -1"],
    ["SyntaxError", "JSON.parse('')", "Unexpected end of JSON input"],
  ])("A mistake in a script that was changed keeps its place: %s", async (_, mistake, message) => {
    const { url, line } = alteredScript("new DefaultAzureCredential()", mistake);
    const told = await failureWithMockedClient({}, { script: url });
    expect(told).toMatch(`${message}\nkv_certificates.ts:${line}:`);
    expect(told).toMatch(/:\d+:\d+\nSee Troubleshooting in README\.md\.\n$/);
  });

  test("A creation that ends without a certificate is never called done", async () => {
    const { calls, stdout, stderr, end } = startWithMockedClient({ created: Promise.resolve({ properties: {} }) });
    expect(await end()).toBe(1);
    expect(stderr()).toBe(`${noCertificate}${seeReadme}${leftBehind()}`);
    expect(stdout()).toBe(creating());
    expect(calls.at(-1)).toEqual(["createPoller.pollUntilDone"]);
  });

  test("A creation that a changed script does not wait for is told as well", async () => {
    const { url } = alteredScript("await createPoller.pollUntilDone()", "createPoller.pollUntilDone()");
    const told = await failureWithMockedClient({}, { script: url });
    expect(told).toBe(`${noCertificate}${seeReadme}${leftBehind()}`);
  });
});

describe("Whatever is thrown, wherever", () => {
  const outside = fc.oneof(
    anyText(),
    fc.constantFrom("\x1b[2J\x1b]0;title\x07", "one\r\ntwo\nthree", "😀".repeat(5_000), "\n".repeat(20) + "x", ""),
    fc.base64String({ minLength: 20 }).map((text) => `Bearer eyJ${text.replaceAll(/\W/g, "_")}.eyJ0.sig was refused.`),
  );
  const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
  const code = maybe(
    fc.oneof(outside, fc.constantFrom("ECONNRESET", "Forbidden", "PARSE_ERROR", "ENOTFOUND"), fc.integer()),
  );
  const innerCodes = ["ForbiddenByRbac", "AccessDenied", "ObjectIsDeletedButRecoverable"];
  const headers = (isAuthorized: boolean) => new Map(isAuthorized ? [["authorization", "Bearer x"]] : []);
  const request = fc.record(
    {
      method: fc.constantFrom("POST", "GET", "DELETE"),
      url: outside,
      headers: fc.oneof(fc.boolean().map(headers), fc.constantFrom({}, null, "text")),
    },
    { requiredKeys: [] },
  );
  const restError = fc
    .record({
      message: outside,
      code,
      statusCode: maybe(fc.constantFrom(200, 400, 401, 403, 404, 409, 429, 500, 503)),
      details: fc.oneof(
        fc.constantFrom(undefined, null, "text", {}, { error: null }),
        fc.record({ error: fc.record({ innerError: maybe(fc.record({ code: fc.constantFrom(...innerCodes) })) }) }),
      ),
      request: fc.oneof(request, fc.constantFrom(undefined, null)),
    })
    .map(({ message, ...rest }) => Object.assign(new Error(message), { ...rest, name: "RestError" }));
  const thrown = fc.oneof(
    restError,
    outside.map((message) => new Error(message)),
    outside.map((message) => new TypeError(message)),
    outside.map((message) => new CredentialUnavailableError(message)),
    fc.array(outside, { minLength: 1, maxLength: 8 }).map((messages) => {
      const ways = messages.map((message) => new CredentialUnavailableError(message));
      return new AggregateAuthenticationError(ways, "ChainedTokenCredential authentication failed.");
    }),
    outside.map((message) => new AuthenticationError(400, { error: "invalid_client", error_description: message })),
    outside.map((message) => new AuthenticationRequiredError({ scopes: [], message })),
  );
  const step = fc.constantFrom("created", "retrieved", "deleted");

  test("The exit code is 1, without a token, and what was printed before stays", async () => {
    await fc.assert(
      fc.asyncProperty(thrown, step, async (error, step) => {
        const { stdout, stderr, end } = startWithMockedClient({ [step]: Promise.reject(error) });
        expect(await end()).toBe(1);
        expect(stderr()).toMatch(/\S\n$/);
        expect(stderr()).not.toMatch(/eyJ[\w-]+\.eyJ|\n +at /);
        expect(transcript().startsWith(stdout())).toBe(true);
        expect(stdout()).toMatch(creating());
      }),
      { numRuns: 100 },
    );
  });

  test("The lines of its message are told", async () => {
    const word = fc.stringMatching(/^[!-~]{1,12}$/).filter((word) => !word.includes("eyJ"));
    const line = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(" "));
    const lines = fc.array(line, { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(lines, async (lines) => {
        expect(await explanation(new Error(lines.join("\r\n")))).toBe(`${lines.join("\n")}\n${seeReadme}`);
      }),
      { numRuns: 100 },
    );
  });
});
