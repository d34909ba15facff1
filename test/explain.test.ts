import {
  AggregateAuthenticationError,
  AuthenticationError,
  AuthenticationRequiredError,
  CredentialUnavailableError,
} from "@azure/identity";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { explanation, failureWithMockedClient, startWithMockedClient } from "./helpers/mocked-client.ts";
import { sdkError, signInError } from "./helpers/sdk-errors.ts";
import { creating, deleting, leftBehind, retrieving, seeReadme } from "./helpers/transcript.ts";
import { errorBody } from "./offline/failures.ts";

describe("A failure with a cure is told by its first sentence and the cure", () => {
  const user = '"$(az ad signed-in-user show --query id --output tsv)"';
  const servicePrincipal = '"$AZURE_CLIENT_ID"';
  const forbiddenByRbac = errorBody(
    "Forbidden",
    "Caller is not authorized to perform action on resource.\r\nIf role assignments …",
    "ForbiddenByRbac",
  );
  const accessDenied = errorBody(
    "Forbidden",
    "The user does not have certificates create permission. For help …",
    "AccessDenied",
  );

  test.each([
    [{ AZURE_CLIENT_SECRET: "" }, user],
    [{ AZURE_CLIENT_SECRET: "a-secret" }, servicePrincipal],
    [{ AZURE_CLIENT_CERTIFICATE_PATH: "a.pem" }, servicePrincipal],
  ])("Where the environment has %j, the role goes to %s", async (env, assignee) => {
    expect(await explanation(await sdkError(403, forbiddenByRbac), env))
      .toBe(`Caller is not authorized to perform action on resource.
The signed-in account needs this role, which takes some minutes to have effect:
  az role assignment create --role "Key Vault Certificates Officer" --assignee ${assignee} --scope "$(az keyvault show --name demo-vault --query id --output tsv)"
`);
  });

  test.each([
    [{ AZURE_CLIENT_SECRET: "" }, `--object-id ${user}`],
    [{ AZURE_CLIENT_SECRET: "a-secret" }, `--spn ${servicePrincipal}`],
    [{ AZURE_CLIENT_CERTIFICATE_PATH: "a.pem" }, `--spn ${servicePrincipal}`],
  ])("Where the environment has %j, the access policy names %s", async (env, whoever) => {
    expect(await explanation(await sdkError(403, accessDenied), env))
      .toBe(`The user does not have certificates create permission.
The signed-in account needs these permissions:
  az keyvault set-policy --name demo-vault ${whoever} --certificate-permissions delete get list create
`);
  });

  test.each([
    ["ENOTFOUND", "getaddrinfo ENOTFOUND proxy.contoso.com"],
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN demo-vault.vault.azure.net"],
  ])("%s names the host, and both what may be wrong with it", async (code, message) => {
    expect(await explanation(Object.assign(new Error(message), { name: "RestError", code }))).toBe(`${message}
Check your network and HTTPS_PROXY, and that demo-vault is in this list of your vaults:
  az keyvault list --query "[].name" --output tsv
`);
  });

  test("A sign-in that fails says of each way why, so that the cause is on the screen", async () => {
    const errors = [
      "EnvironmentCredential is unavailable. No underlying credential could be used. To troubleshoot, visit https://aka.ms/x.",
      "WorkloadIdentityCredential: is unavailable. clientId is a required parameter. In …\n        See the troubleshooting guide.",
      "ERROR: AADSTS50020: User account 'jane@contoso.com' from identity provider 'live.com' does not exist in tenant 'Contoso'. The account …\r\nTrace ID: …",
      "Traceback (most recent call last):\n  File \"/usr/lib/az.py\", line 3, in <module>\nModuleNotFoundError: No module named 'azure'\n",
      `ERROR: The command failed with an unexpected error. Here is the traceback:\nERROR: [Errno 13]\n${"  File …\n".repeat(20)}PermissionError: [Errno 13] Permission denied\nTo check existing issues, please visit: https://…`,
      "/opt/az/lib/x.py:1: UserWarning: old. Please update.\nERROR: AADSTS50057: The user account is disabled. Trace ID: …",
      "ERROR: No subscription found",
    ].map((message) => new CredentialUnavailableError(message));
    expect(await explanation(new AggregateAuthenticationError(errors, "ChainedTokenCredential authentication failed.")))
      .toBe(`EnvironmentCredential is unavailable.
WorkloadIdentityCredential: is unavailable.
ERROR: AADSTS50020: User account '…' from identity provider 'live.com' does not exist in tenant 'Contoso'.
ModuleNotFoundError: No module named 'azure'
PermissionError: [Errno 13] Permission denied
ERROR: AADSTS50057: The user account is disabled.
ERROR: No subscription found
Sign in. If you are signed in, see Troubleshooting in README.md:
  az login
  Connect-AzAccount
`);
  });
});

describe("A failure without a certain cure is told whole, and leads to the README", () => {
  test.each([
    [
      403,
      "ForbiddenByConnection",
      "Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\nCaller: appid=1;oid=2;iss=3\r\nVault: demo-vault;location=westeurope",
      "Public network access is disabled and request is not from a trusted service nor via an approved private link.\nCaller: …\nVault: demo-vault;location=westeurope\n",
    ],
    [
      409,
      "ObjectIsBeingDeleted",
      "Certificate my-cert is currently being deleted and cannot be re-created; retry later.",
      "Certificate my-cert is currently being deleted and cannot be re-created; retry later.\n",
    ],
    [
      409,
      "ObjectIsBeingRecovered",
      "Certificate my-cert is currently being recovered. Retry later.",
      "Certificate my-cert is currently being recovered. Retry later.\n",
    ],
    [409, undefined, "A key with that name exists. Choose another.", "A key with that name exists. Choose another.\n"],
    [
      401,
      undefined,
      "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/11111111-1111-1111-1111-111111111111/, found https://sts.windows.net/22222222-2222-2222-2222-222222222222/.",
      "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/…/, found https://sts.windows.net/…/.\n",
    ],
    [400, undefined, "Property policy has invalid value\r\n\r\n", "Property policy has invalid value\n"],
  ])("%d %s", async (status, innererror, message, printed) => {
    expect(await explanation(await sdkError(status, errorBody("Code", message, innererror)))).toBe(printed + seeReadme);
  });

  test.each([403, 407, 502])("A proxy that refuses with %d and no body has let nothing be created", async (status) => {
    expect(await explanation(await sdkError(status, undefined, { isSignedIn: false }))).toBe(
      `Cannot read properties of undefined (reading 'error')\n${seeReadme}`,
    );
  });

  test("A vault of another cloud has let nothing be created", async () => {
    const challenge = await sdkError(200, {}, { resource: "https://vault.azure.cn" });
    expect(await explanation(challenge)).toMatch(
      /^The challenge resource 'vault\.azure\.cn' does not match the requested domain\..+\nSee Troubleshooting in README\.md\.\n$/,
    );
  });

  test("Of a page in place of JSON one line is told, and no page", async () => {
    const error = await sdkError(200, "<html>\n<title>Blocked</title>\n</html>", { isSignedIn: false });
    expect(await explanation(error)).toMatch(
      /^Error "SyntaxError: .+ is not valid JSON" occurred while parsing the response body …\nSee Troubleshooting in README\.md\.\n$/,
    );
  });

  test("A page that does not claim to be JSON is told by its status", async () => {
    expect(await explanation(await sdkError(200, "<html></html>", { type: "text/html", isSignedIn: false }))).toBe(
      `Unexpected status code: 200\n${seeReadme}`,
    );
  });

  test("A service principal's sign-in is told with the reason, and blames no variable", async () => {
    const unreachable = await explanation(await signInError(new Error("connect ECONNREFUSED 203.0.113.1:443")));
    expect(unreachable).toMatch(
      /^EnvironmentCredential authentication failed\..+\nMore details:\nnetwork_error: .+\nSee Troubleshooting in README\.md\.\n$/,
    );
    const error_description =
      "The current credential is not configured to acquire tokens for tenant 11111111-1111-1111-1111-111111111111. To enable …";
    const otherTenant = await explanation(
      new AuthenticationError(400, { error: "EnvironmentCredential authentication failed.", error_description }),
    );
    expect(otherTenant).toContain(
      "\nThe current credential is not configured to acquire tokens for tenant …. To enable …,\n",
    );
  });

  test("What the issuer says is told", async () => {
    const created = Promise.reject(
      new Error("The call to DigiCert failed with Error code access_denied and Message Access denied.."),
    );
    expect(await failureWithMockedClient({ created })).toBe(
      `The call to DigiCert failed with Error code access_denied and Message Access denied..\n${seeReadme}${leftBehind()}`,
    );
  });

  test("A message that is empty gives way to the code, and then to the name", async () => {
    expect(await explanation(Object.assign(new Error(""), { name: "RestError", code: "ETIMEDOUT" }))).toBe(
      `ETIMEDOUT\n${seeReadme}`,
    );
    expect(await explanation(new AggregateError([new Error("connect ETIMEDOUT 203.0.113.1:443")]))).toBe(
      `AggregateError\n${seeReadme}`,
    );
    expect(await explanation(new Error(" \r\n\x07"))).toBe(`Error\n${seeReadme}`);
  });

  test("What is cut off is marked", async () => {
    const lines = ["x".repeat(501), ..."23456789"];
    expect(await explanation(new Error(lines.join("\n")))).toBe(
      `${"x".repeat(499)}…\n2\n3\n4\n5\n6\n7\n…\n${seeReadme}`,
    );
    expect(await explanation(new Error("😀".repeat(501)))).toBe(`${"😀".repeat(499)}…\n${seeReadme}`);
    const whole = ["x".repeat(500), ..."2345678"].join("\n");
    expect(await explanation(new Error(whole))).toBe(`${whole}\n${seeReadme}`);
  });
});

describe("Nothing secret is shown to the room", () => {
  const id = "11111111-aaaa-1111-AAAA-111111111111";
  test.each([
    [`Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln-_ was refused`, "Bearer … was refused"],
    [`the user 'appid=${id};oid=${id};iss=https://sts.windows.net/${id}/' does not`, "the user '…' does not"],
    [`Caller: appid=1;oid=2;iss=3`, "Caller: …"],
    [`the user 'name=J. Doe;appid=1;oid=2;iss=3' does not`, "the user '…' does not"],
    [`the user 'name=Pat O'Brien;appid=1;oid=2;iss=3' does not`, "the user '…' does not"],
    ["x_eyJhbGciOi.a+b/c== and Bearer%20eyJhbGciOi", "x_… and Bearer%20…"],
    ["jane%40contoso.com", "…"],
    [`/subscriptions/${id.replaceAll("-", "")}/x_${id}/vault`, "/subscriptions/…/x_…/vault"],
    [`account 'jane.doe+x@mail.contoso.com' and jane_outlook.com#EXT#@contoso.onmicrosoft.com`, "account '…' and …"],
    [`proxy http://user:password@proxy.contoso.com:8080/`, "proxy …"],
    ["a\u202eb\x1b[2Jc\u2028d\te", "a b [2Jc d e"],
  ])("%j", async (message, printed) => {
    expect(await explanation(new Error(message))).toBe(`${printed}\n${seeReadme}`);
  });

  test("A long message is told at once", async () => {
    const before = performance.now();
    expect(await explanation(new Error("x".repeat(200_000)))).toContain("…");
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  test("A name that only looks like a secret stays", async () => {
    const message = "getaddrinfo ENOTFOUND keyjoin-kv.vault.azure.net";
    const printed = await explanation(Object.assign(new Error(message), { code: "ENOTFOUND" }), {
      KEY_VAULT_NAME: "keyjoin-kv",
    });
    expect(printed).toMatch(
      /^getaddrinfo ENOTFOUND keyjoin-kv\.vault\.azure\.net\n.+ keyjoin-kv is in this list of your vaults/,
    );
    expect(
      await explanation(
        new Error("No access to KeyJoin-kv and deadbeef-cafe, see the @azure/identity-vscode package."),
      ),
    ).toContain("KeyJoin-kv and deadbeef-cafe, see the @azure/identity-vscode package.\n");
  });
});

describe("A certificate that may be left is told, with the command that deletes it", () => {
  test.each([
    ["the certificate is created", "created"],
    ["the certificate is retrieved", "retrieved"],
    ["the deletion has begun", "deletionBegun"],
    ["the certificate is deleted", "deleted"],
  ])("before %s", async (_, step) => {
    expect(await failureWithMockedClient({ [step]: Promise.reject(new Error("It broke.")) })).toBe(
      `It broke.\n${seeReadme}${leftBehind()}`,
    );
  });

  test.each([
    ["a request that carried the token and was not refused", { method: "POST", token: true, statusCode: 500 }, true],
    [
      "a request that carried the token and was not answered",
      { method: "POST", token: true, statusCode: undefined },
      true,
    ],
    ["a question about the creation that was refused", { method: "GET", token: true, statusCode: 403 }, true],
    ["a request that was refused with 400", { method: "POST", token: true, statusCode: 400 }, false],
    ["a request that was refused with 499", { method: "POST", token: true, statusCode: 499 }, false],
    ["a request without a token", { method: "POST", token: false, statusCode: 500 }, false],
    ["a request without a token that was not answered", { method: "POST", token: false, statusCode: undefined }, false],
  ])("after %s", async (_, { method, token, statusCode }, left) => {
    const error = Object.assign(new Error("It broke."), {
      name: "RestError",
      statusCode,
      request: { method, headers: new Map(token ? [["authorization", "Bearer x"]] : []) },
    });
    expect(await explanation(error)).toBe(`It broke.\n${seeReadme}${left ? leftBehind() : ""}`);
  });

  test("but not after a sign-in that fails first", async () => {
    const notSignedIn = () =>
      Promise.reject(new AggregateAuthenticationError([new CredentialUnavailableError("Not signed in.")], ""));
    expect(await failureWithMockedClient({ begun: notSignedIn() })).not.toContain("may still be");
    expect(await failureWithMockedClient({ retrieved: notSignedIn() })).toContain(leftBehind());
  });
});

test("A creation that was cancelled is never called done", async () => {
  const { calls, stdout, stderr, end } = startWithMockedClient({
    created: Promise.resolve({ properties: { enabled: false } }),
  });
  expect(await end()).toBe(1);
  expect(stderr()).toBe(`The creation of 'my-cert' was cancelled.\n${seeReadme}${leftBehind()}`);
  expect(stdout()).toBe(creating());
  expect(calls.at(-1)).toEqual(["createPoller.pollUntilDone"]);
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
  const restError = fc
    .record({
      message: outside,
      code: maybe(
        fc.oneof(outside, fc.constantFrom("ECONNRESET", "Forbidden", "PARSE_ERROR", "ENOTFOUND"), fc.integer()),
      ),
      statusCode: maybe(fc.constantFrom(200, 400, 401, 403, 404, 409, 429, 500, 503)),
      innerError: maybe(
        fc.record({
          code: maybe(
            fc.oneof(outside, fc.constantFrom("ForbiddenByRbac", "AccessDenied", "ObjectIsDeletedButRecoverable")),
          ),
        }),
      ),
      method: fc.constantFrom("POST", "GET", "DELETE"),
      authorized: fc.boolean(),
    })
    .map(({ message, innerError, method, authorized, ...rest }) =>
      Object.assign(new Error(message), {
        ...rest,
        name: "RestError",
        details: { error: { innerError } },
        request: { method, headers: { has: () => authorized } },
      }),
    );
  const thrown = fc.oneof(
    restError,
    outside.map((message) => new Error(message)),
    outside.map((message) => new TypeError(message)),
    outside.map((message) => new CredentialUnavailableError(message)),
    fc.array(outside, { minLength: 1, maxLength: 8 }).map(
      (messages) =>
        new AggregateAuthenticationError(
          messages.map((message) => new CredentialUnavailableError(message)),
          "",
        ),
    ),
    outside.map((message) => new AuthenticationError(400, { error: "invalid_client", error_description: message })),
    outside.map((message) => new AuthenticationRequiredError({ scopes: [], message })),
  );
  const step = fc.constantFrom("begun", "created", "retrieved", "deletionBegun", "deleted");

  test("It is told in few lines of printable text, without an id, a token or an address, and the exit code is 1", async () => {
    await fc.assert(
      fc.asyncProperty(thrown, step, async (error, step) => {
        const { stdout, stderr, end } = startWithMockedClient({ [step]: Promise.reject(error) });
        expect(await end()).toBe(1);
        const lines = stderr().replace(/\n$/, "").split("\n");
        expect(lines.length).toBeLessThanOrEqual(8 + 3 + 2); // the message, the longest cure, and how to delete the certificate
        for (const line of lines) expect(line).toMatch(/^(?=.*\S)\P{C}{1,500}$/u);
        expect(stderr()).not.toMatch(/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}|\beyJ|\w@\w/i);
        expect((creating() + retrieving + deleting()).startsWith(stdout())).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("The first line of its message is told, apart from what is secret", async () => {
    const word = fc
      .stringMatching(/^[A-Za-z0-9'".,;:()/-]{1,12}$/)
      .filter((word) => !/eyJ|appid=|[0-9a-f]{8}/i.test(word));
    const line = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(" "));
    await fc.assert(
      fc.asyncProperty(line, line, async (first, second) => {
        expect((await explanation(new Error(`${first}\r\n${second}`))).split("\n").slice(0, 2)).toEqual([
          first,
          second,
        ]);
      }),
      { numRuns: 200 },
    );
  });
});
