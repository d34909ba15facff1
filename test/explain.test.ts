import {
  AggregateAuthenticationError,
  AuthenticationError,
  AuthenticationRequiredError,
  CredentialUnavailableError,
} from "@azure/identity";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { pathToFileURL } from "node:url";
import { explanation, failureWithMockedClient, startWithMockedClient } from "./helpers/mocked-client.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { sdkError, signInError, toolsError } from "./helpers/sdk-errors.ts";
import { creating, deleting, leftBehind, retrieving, seeReadme } from "./helpers/transcript.ts";
import { errorBody } from "./offline/answers.ts";

const oid = "33333333-3333-3333-3333-333333333333";
const caller = `appid=22222222-2222-2222-2222-222222222222;oid=${oid};iss=https://sts.windows.net/11111111-1111-1111-1111-111111111111/`;
const signIn = `Sign in. If you are signed in, see Troubleshooting in README.md:
  az login
  Connect-AzAccount
`;

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
    const ways = [new Error("connect ETIMEDOUT 203.0.113.1:443")];
    expect(await explanation(new AggregateError(ways))).toBe(`AggregateError\n${seeReadme}`);
    expect(await explanation(new Error(" \r\n\x07\x1b[31m"))).toBe(`Error\n${seeReadme}`);
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

  test("A service principal's sign-in is told with the reason, and with Microsoft Entra ID's own advice", async () => {
    const unreachable = await explanation(await signInError(new Error("connect ECONNREFUSED 203.0.113.1:443")));
    expect(unreachable).toMatch(
      /^EnvironmentCredential authentication failed\. To troubleshoot, visit .+\nMore details:\n/,
    );
    expect(unreachable).toContain(
      `\nnetwork_error: See https://aka.ms/msal.js.errors#network_error for details,\n${seeReadme}`,
    );
    const error = "EnvironmentCredential authentication failed.";
    const error_description = "AADSTS7000215: Invalid client secret provided. Ensure that the secret is the value.";
    const told = await explanation(new AuthenticationError(400, { error, error_description }));
    expect(told).toBe(`${error} Status code: 400\nMore details:\n${error_description},\n${seeReadme}`);
  });

  test("A mistake in a script that was changed keeps its place, before the vault's name is known too", async () => {
    const { script, line } = alteredScript("text.length >= 3", "nam.length >= 3");
    const told = await failureWithMockedClient({}, { script: pathToFileURL(script).href });
    expect(told).toBe(`nam is not defined\nkv_certificates.ts:${line}\n${seeReadme}`);
  });

  test("A creation that was cancelled is never called done", async () => {
    const { calls, stdout, stderr, end } = startWithMockedClient({ created: Promise.resolve({ properties: {} }) });
    expect(await end()).toBe(1);
    expect(stderr()).toBe(`The creation of 'my-cert' was cancelled.\n${seeReadme}${leftBehind()}`);
    expect(stdout()).toBe(creating());
    expect(calls.at(-1)).toEqual(["createPoller.pollUntilDone"]);
  });
});

describe("A sign-in that fails says of each way why", () => {
  const notSignedIn = "Please run 'az login' to setup account.";
  const notLoggedIn = "Run Connect-AzAccount to login";

  test("Several managed identities on one machine", async () => {
    const error_description =
      "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
    const error = await toolsError({ pwsh: notLoggedIn }, { error: "invalid_request", error_description });
    expect(await explanation(error)).toContain(`Description: ${error_description}`);
  });

  test("The Azure Developer CLI, whose sign-in has expired and which prints JSON", async () => {
    const message = "AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency checks.";
    const azd = [
      JSON.stringify({ type: "consoleMessage", timestamp: "2030-01-01", data: { message: `\nERROR: ${message}\n` } }),
      JSON.stringify({ type: "error", error: { message: `fetching token: ${message} Suggestion: azd auth login` } }),
    ];
    const printed = await explanation(await toolsError({ azd: `${azd.join("\n")}\n`, pwsh: notLoggedIn }));
    expect(printed).toContain(`\n${azd.join("\n")}\n${signIn}`);
  });

  test("The Azure CLI, whose traceback ends with the reason", async () => {
    const frames = Array.from(
      { length: 20 },
      (_, line) => `  File "/opt/az/lib/x.py", line ${line}, in call\n    call()\n`,
    );
    const reason = "requests.exceptions.ConnectionError: HTTPSConnectionPool: Max retries exceeded";
    const az = `WARNING: Unable to encrypt.\nThe command failed with an unexpected error. Here is the traceback:\nTraceback (most recent call last):\n${frames.join("")}${reason}\n`;
    const printed = await explanation(await toolsError({ az, pwsh: notLoggedIn }));
    expect(printed).toContain("\nWARNING: Unable to encrypt.\nThe command failed with an unexpected error.");
    expect(printed).toContain(`\n${reason}\n`);
  });

  test("The Azure CLI, whose reason stands before its advice", async () => {
    const az = `ERROR: AADSTS50020: User account 'jane@contoso.com' from identity provider 'live.com' does not exist in tenant 'Contoso'. Trace ID: 55555555-5555-5555-5555-555555555555\nInteractive authentication is needed. Please run:\naz login --scope https://vault.azure.net/.default\n`;
    expect(await explanation(await toolsError({ az, pwsh: notLoggedIn }))).toContain(`
ERROR: AADSTS50020: User account '…' from identity provider 'live.com' does not exist in tenant 'Contoso'. Trace ID: …
Interactive authentication is needed. Please run:
az login --scope https://vault.azure.net/.default
`);
  });

  test.each([
    [
      "7, in colour",
      "\x1b[31;1mGet-AzAccessToken: \x1b[0m\n\x1b[36;1mLine |\x1b[0m\n\x1b[36;1m  17 | \x1b[0m $token = \x1b[36;1mGet-AzAccessToken @params\x1b[0m\n\x1b[36;1m     | \x1b[31;1m ~~~~~~~~\x1b[0m\n\x1b[36;1m     | \x1b[31;1mAADSTS50076: You must use multi-factor authentication.\x1b[0m\n",
      "Error: Get-AzAccessToken:\nLine |\n17 |  $token = Get-AzAccessToken @params\n| AADSTS50076: You must use multi-factor authentication.\n",
    ],
    [
      "5.1",
      "Get-AzAccessToken : AADSTS50076: You must use multi-factor authentication.\r\nAt line:17 char:20\r\n+           $token = Get-AzAccessToken @params\r\n+                    ~~~~~~~~~\r\n    + CategoryInfo          : CloseError: (:) [Get-AzAccessToken]\r\n \r\n",
      "Error: Get-AzAccessToken : AADSTS50076: You must use multi-factor authentication.\nAt line:17 char:20\n+           $token = Get-AzAccessToken @params\n+ CategoryInfo          : CloseError: (:) [Get-AzAccessToken]\n",
    ],
  ])("PowerShell %s", async (_, pwsh, told) => {
    expect(await explanation(await toolsError({ pwsh }))).toContain(
      `\n${told}Azure Developer CLI couldn't be found.\n`,
    );
  });

  test("What follows the SDK's advice stays, and so does all that looks like it elsewhere", async () => {
    const ways = [
      "A way failed. To mitigate this issue, see https://aka.ms/a.b/c. The reason came later.",
      "Please visit https://aka.ms/x for more. AADSTS50057: The user account is disabled.\nEnsure you are online.\nReally.",
      "Ensure the secret being sent in the request is the client secret value.",
    ].map((message) => new CredentialUnavailableError(message));
    expect(await explanation(new AggregateAuthenticationError(ways, "Failed.")))
      .toBe(`A way failed.  The reason came later.
AADSTS50057: The user account is disabled.
Really.
Ensure the secret being sent in the request is the client secret value.
${signIn}`);
    const elsewhere = "To troubleshoot, visit us. Ensure that you do.";
    expect(await explanation(new Error(elsewhere))).toBe(`${elsewhere}\n${seeReadme}`);
  });

  test("Nobody who is signed in, and the tools not installed", async () => {
    expect(await explanation(await toolsError({ az: notSignedIn })))
      .toBe(`EnvironmentCredential is unavailable. No underlying credential could be used.
ManagedIdentityCredential: Authentication failed. Message Attempted to use the IMDS endpoint, but it is not available.
Visual Studio Code Authentication is not available.
Please run 'az login' from a command prompt to authenticate before using this credential.
Error: Unable to execute PowerShell.
Azure Developer CLI couldn't be found.
${signIn}`);
  });
});

describe("A cure is given where the code makes it certain", () => {
  const role = `The caller needs this role, which takes some minutes to have effect:
  az role assignment create --role "Key Vault Certificates Officer" --assignee ${oid} --scope "$(az keyvault show --name demo-vault --query id --output tsv)"
`;
  const permissions = `The caller needs these permissions:
  az keyvault set-policy --name demo-vault --object-id ${oid} --certificate-permissions delete get list create
`;

  test.each([
    ["ForbiddenByRbac", role],
    ["AccessDenied", permissions],
    ["ForbiddenByPolicy", permissions],
  ])("%s names the refused caller, whoever's variables are set", async (innererror, cure) => {
    const error = await sdkError(403, errorBody("Forbidden", `Caller: name=J. Doe;${caller}`, innererror));
    const env = { AZURE_CLIENT_ID: "another", AZURE_CLIENT_SECRET: "a-secret" };
    expect(await explanation(error, env)).toBe(`Caller: name=…;appid=…;oid=…;iss=https://sts.windows.net/…/\n${cure}`);
  });

  test.each(["ForbiddenByRbac", "AccessDenied", "ForbiddenByPolicy"])(
    "%s without a caller has no certain cure",
    async (innererror) => {
      const words = "Certificate 'my-cert' was disallowed by policy.";
      expect(await refused(403, words, innererror)).toBe(`${words}\n${seeReadme}`);
      expect(await refused(403, "Caller: oid=$(reboot)", innererror)).toBe(`Caller: oid=$(reboot)\n${seeReadme}`);
    },
  );

  test.each([
    ["ENOTFOUND", "getaddrinfo ENOTFOUND proxy.contoso.com"],
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN demo-vault.vault.azure.net"],
  ])("%s names the host, and both what may be wrong with it", async (code, message) => {
    const error = Object.assign(new Error(message), { name: "RestError", code });
    expect(await explanation(error)).toBe(`${message}
Check your network and HTTPS_PROXY, and that demo-vault is in this list of your vaults:
  az keyvault list --query "[].name" --output tsv
`);
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
    const shown = message
      .trim()
      .replaceAll("\r", "")
      .replaceAll(/[0-9-]{36}/g, "…");
    expect(await refused(status, message, innererror)).toBe(`${shown}\n${seeReadme}`);
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

describe("Nothing secret is shown to the room", () => {
  const id = "11111111-aaaa-1111-AAAA-111111111111";
  test.each([
    [`Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln-_ was refused`, "Bearer … was refused"],
    [
      `the user 'appid=${id};oid=${id};iss=https://sts/${id}/' does`,
      "the user 'appid=…;oid=…;iss=https://sts/…/' does",
    ],
    [`the user 'name=J. Doe;appid=1;oid=2;iss=3' does not`, "the user 'name=…;appid=1;oid=2;iss=3' does not"],
    [`the user 'name=Pat O'Brien;appid=1;oid=2' does not`, "the user 'name=…;appid=1;oid=2' does not"],
    ["x_eyJhbGciOi.a+b/c== and Bearer%20eyJhbGciOi", "x_… and Bearer%20…"],
    ["token%3DeyJhbGciOi.a", "token%3D…"],
    ["jane%40contoso.com", "…"],
    [`proxy http://user:${"p".repeat(200)}@proxy.contoso.com`, "proxy …"],
    [`/subscriptions/${id.replaceAll("-", "")}/x_${id}/vault`, "/subscriptions/…/x_…/vault"],
    [`'jane.doe+x@mail.contoso.com' and jane_outlook.com#EXT#@contoso.onmicrosoft.com`, "'…' and …"],
    [`proxy http://user:password@proxy.contoso.com:8080/`, "proxy …"],
    ["a\u202eb\x1b[2Jc\u2028d\te\u00adf\u200bg", "a bc d e f g"],
    [`eyJhbGci${"x".repeat(600)}`, "…"],
  ])("%j", async (message, printed) => {
    expect(await explanation(new Error(message))).toBe(`${printed}\n${seeReadme}`);
  });

  // Each of these takes minutes where a pattern looks on to the end from each place anew.
  test.each(["name= ", "Ensure you "])("A message of a million characters, all '%s', is told at once", async (part) => {
    const way = new CredentialUnavailableError(part.repeat(Math.ceil(1_000_000 / part.length)));
    expect(await explanation(new AggregateAuthenticationError([way], ""))).toContain(signIn);
  });

  test("A name that only looks like a secret stays", async () => {
    const message = "getaddrinfo ENOTFOUND keyjoin-kv.vault.azure.net";
    const error = Object.assign(new Error(message), { code: "ENOTFOUND" });
    const printed = await explanation(error, { KEY_VAULT_NAME: "keyjoin-kv" });
    expect(printed).toMatch(/^getaddrinfo ENOTFOUND keyjoin-kv\.vault\.azure\.net\n.+ keyjoin-kv is in this list/);
    const words = "No access to KeyJoin-kv and deadbeef-cafe, see the @azure/identity-vscode package.";
    expect(await explanation(new Error(words))).toBe(`${words}\n${seeReadme}`);
  });
});

describe("A certificate that may be left is told, with the command that deletes it", () => {
  test.each([
    ["the certificate is created", "created"],
    ["the certificate is retrieved", "retrieved"],
    ["the deletion has begun", "deletionBegun"],
    ["the certificate is deleted", "deleted"],
  ])("before %s", async (_, step) => {
    const printed = await failureWithMockedClient({ [step]: Promise.reject(new Error("It broke.")) });
    expect(printed).toBe(`It broke.\n${seeReadme}${leftBehind()}`);
  });

  test.each([
    ["a request that carried the token and was not refused", "POST", true, 500, true],
    ["a request that carried the token and was not answered", "POST", true, undefined, true],
    ["a question about the creation that was refused", "GET", true, 403, true],
    ["a request that was refused with 400", "POST", true, 400, false],
    ["a request that was refused with 499", "POST", true, 499, false],
    ["a request that was refused with 501", "POST", true, 501, false],
    ["a request without a token", "POST", false, 500, false],
    ["a request without a token that was not answered", "POST", false, undefined, false],
  ])("after %s", async (_, method, hasToken, statusCode, isLeft) => {
    const headers = new Map(hasToken ? [["authorization", "Bearer x"]] : []);
    const error = Object.assign(new Error("It broke."), {
      name: "RestError",
      statusCode,
      request: { method, headers },
    });
    expect(await explanation(error)).toBe(`It broke.\n${seeReadme}${isLeft ? leftBehind() : ""}`);
  });

  test("but not after a sign-in that fails first", async () => {
    const notSignedIn = () =>
      Promise.reject(new AggregateAuthenticationError([new CredentialUnavailableError("Not signed in.")], ""));
    expect(await failureWithMockedClient({ begun: notSignedIn() })).toBe(`Not signed in.\n${signIn}`);
    expect(await failureWithMockedClient({ retrieved: notSignedIn() })).toBe(
      `Not signed in.\n${signIn}${leftBehind()}`,
    );
  });
});

describe("Whatever is thrown, wherever", () => {
  const outside = fc.oneof(
    fc.string({ unit: "binary" }),
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
        expect(lines.length).toBeLessThanOrEqual(12 * ways + 3 + 2); // with the longest cure, and how to delete
        for (const line of lines) expect(line).toMatch(/^(?=.*\S)\P{C}{1,500}$/u);
        expect(stderr()).not.toMatch(/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}|\beyJ|\w@\w/i);
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
