import { describe, expect, test } from "@jest/globals";
import { AggregateAuthenticationError, AuthenticationError, AuthenticationRequiredError, CredentialUnavailableError } from "@azure/identity";
import fc from "fast-check";
import { failures } from "./failures.ts";
import { creating, deleting, done, readmeTable, retrieving, run, start } from "./helpers.ts";

const refused: [name: string, stderr: string][] = [
  ["ForbiddenByRbac", `Caller is not authorized to perform action on resource.
You need a role on my-vault. Once given, it takes minutes to spread:
  az role assignment create --role "Key Vault Certificates Officer" --assignee "$(az ad signed-in-user show --query id --output tsv)" --scope "$(az keyvault show --name my-vault --query id --output tsv)"
`],
  ["AccessDenied", `The user, group or application '…' does not have certificates create permission on key vault 'my-vault;location=westeurope'.
You need permissions in the access policies of my-vault:
  az keyvault set-policy --name my-vault --object-id "$(az ad signed-in-user show --query id --output tsv)" --certificate-permissions delete get list create
`],
  ["ForbiddenByPolicy", `The user, group or application '…' does not have certificates create permission on key vault 'my-vault;location=westeurope'.
You need permissions in the access policies of my-vault:
  az keyvault set-policy --name my-vault --object-id "$(az ad signed-in-user show --query id --output tsv)" --certificate-permissions delete get list create
`],
  ["ForbiddenByFirewall", `Client address is not authorized and caller is not a trusted service.
Let your address in, with this or in the vault's networking settings:
  az keyvault network-rule add --name my-vault --ip-address <your-ip-address>
`],
  ["ObjectIsDeletedButRecoverable", `Certificate ObjectIsDeletedButRecoverable is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.
Choose another name, or recover the deleted certificate, or purge it for good:
  az keyvault certificate recover --vault-name my-vault --name ObjectIsDeletedButRecoverable
  az keyvault certificate purge --vault-name my-vault --name ObjectIsDeletedButRecoverable
`],
  ["Conflict", `A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.
An earlier creation under this name may still be going on. Choose another name, or wait until it has ended:
  az keyvault certificate pending show --vault-name my-vault --name Conflict
`],
  ["Throttled", `Request was not processed because too many requests were received.
Key Vault is too busy, or has a problem of its own. Wait a minute, then run again:
  npx tsx kv_certificates.ts
`],
  ["InvalidClientSecret", `AADSTS7000215: Invalid client secret provided.
Correct AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or remove them and sign in yourself:
  unset AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET && az login
`],
  ["HostNotFound", `getaddrinfo ENOTFOUND my-vault.vault.azure.net
There is no vault named my-vault, or no network. The names of your vaults:
  az keyvault list --query "[].name" --output tsv
`],
  ["ConnectionRefused", `connect ECONNREFUSED 203.0.113.1:443
The connection failed. Check your network and HTTPS_PROXY, then run again:
  npx tsx kv_certificates.ts
`],
  ["ConnectionReset", `read ECONNRESET
The connection failed. Check your network and HTTPS_PROXY, then run again:
  npx tsx kv_certificates.ts
`],
  ["ProxyBlocked", `Unexpected status code: 403
This is not an answer of Key Vault, but perhaps of a proxy. Check your network and HTTPS_PROXY, then run again:
  npx tsx kv_certificates.ts
`],
];

const leftBehind: [name: string, left: string[], stderr: string][] = [
  ["InternalError", [], `An internal error has occurred.
Key Vault is too busy, or has a problem of its own. Wait a minute, then run again:
  npx tsx kv_certificates.ts
The certificate 'InternalError' may still be in my-vault. To delete it:
  az keyvault certificate delete --vault-name my-vault --name InternalError
`],
  ["ConnectionLost", ["ConnectionLost"], `read ECONNRESET
The connection failed. Check your network and HTTPS_PROXY, then run again:
  npx tsx kv_certificates.ts
The certificate 'ConnectionLost' may still be in my-vault. To delete it:
  az keyvault certificate delete --vault-name my-vault --name ConnectionLost
`],
  ["GetForbidden", ["GetForbidden"], `The user, group or application '…' does not have certificates get permission on key vault 'my-vault;location=westeurope'.
You need permissions in the access policies of my-vault:
  az keyvault set-policy --name my-vault --object-id "$(az ad signed-in-user show --query id --output tsv)" --certificate-permissions delete get list create
The certificate 'GetForbidden' may still be in my-vault. To delete it:
  az keyvault certificate delete --vault-name my-vault --name GetForbidden
`],
  ["IssuerRefused", ["IssuerRefused"], `An internal error has occurred.
To see more, run again with the SDK's log:
  AZURE_LOG_LEVEL=info npx tsx kv_certificates.ts
The certificate 'IssuerRefused' may still be in my-vault. To delete it:
  az keyvault certificate delete --vault-name my-vault --name IssuerRefused
`],
  ["Cancelled", ["Cancelled"], `The creation of 'Cancelled' was cancelled.
To see more, run again with the SDK's log:
  AZURE_LOG_LEVEL=info npx tsx kv_certificates.ts
The certificate 'Cancelled' may still be in my-vault. To delete it:
  az keyvault certificate delete --vault-name my-vault --name Cancelled
`],
];

const deletionFailed: [name: string, stderr: string][] = [
  ["DeleteForbidden", `The user, group or application '…' does not have certificates delete permission on key vault 'my-vault;location=westeurope'.
You need permissions in the access policies of my-vault:
  az keyvault set-policy --name my-vault --object-id "$(az ad signed-in-user show --query id --output tsv)" --certificate-permissions delete get list create
The certificate 'DeleteForbidden' may still be in my-vault. To delete it:
  az keyvault certificate delete --vault-name my-vault --name DeleteForbidden
`],
];

const healed = ["ThrottledOnce", "InternalErrorOnce", "ConnectionResetOnce", "DeletedForbidden"];

test("Every failure that can be rehearsed is tested here", () => {
  const tested = [...refused, ...leftBehind, ...deletionFailed].map(([name]) => name);
  expect([...tested, ...healed].sort()).toEqual(Object.keys(failures).sort());
});

test("The README says of every failure's name what the script says then", () => {
  const says = [...refused, ...leftBehind.map(([name, , stderr]) => [name, stderr]), ...deletionFailed]
    .map(([name, stderr]) => [name, stderr?.split("\n")[0]?.replace("my-vault", "demo-vault")]);
  const table = readmeTable("name").map(([name, message]) => [name, message]);
  expect(table).toEqual(expect.arrayContaining([...says, ...healed.map((name) => [name, "nothing"])]));
});

test.concurrent.each(refused)("%s ends the script before anything is created", async (name, message) => {
  const { exitCode, stdout, stderr, left } = await run({ input: name });
  expect(stderr).toBe(message);
  expect(stdout).toBe(creating(name));
  expect(left).toEqual([]);
  expect(exitCode).toBe(1);
});

test.concurrent.each(leftBehind)("%s ends the script, which says what may be left behind", async (name, names, message) => {
  const { exitCode, stdout, stderr, left } = await run({ input: name, env: { OFFLINE_CREATION_TIME: "300" } });
  expect(stderr).toBe(message);
  expect(stdout).toBe(creating(name));
  expect(left).toEqual(names);
  expect(exitCode).toBe(1);
});

test.concurrent.each(deletionFailed)("%s leaves the certificate behind, and says so", async (name, message) => {
  const { exitCode, stdout, stderr, left } = await run({ input: name });
  expect(stderr).toBe(message);
  expect(stdout).toBe(creating(name) + retrieving + deleting(name));
  expect(left).toEqual([name]);
  expect(exitCode).toBe(1);
});

test.concurrent.each(healed)("%s passes as if nothing had been", async (name) => {
  const { exitCode, stdout, stderr, left } = await run({ input: name });
  expect(stdout).toBe(creating(name) + retrieving + deleting(name) + done);
  expect(stderr).toBe("");
  expect(left).toEqual([]);
  expect(exitCode).toBe(0);
});

test.concurrent("A person who is not signed in is told how to", async () => {
  const { exitCode, stdout, stderr } = await run({ env: { OFFLINE_SIGN_IN: "none" } });
  expect(stderr).toBe(`ChainedTokenCredential authentication failed.
You are not signed in to Azure. Sign in, with the Azure CLI or Azure PowerShell, and run again:
  az login
  Connect-AzAccount
`);
  expect(stdout).toBe(creating());
  expect(exitCode).toBe(1);
});

describe("Before any request", () => {
  const vaultNameRule = (name: string) => `Set it to a name of 3 to 24 letters, digits and single hyphens that begins with a letter, in bash or in PowerShell:
  export KEY_VAULT_NAME=${name}
  $Env:KEY_VAULT_NAME = "${name}"
Or rehearse with no Azure at all:
  npm run demo
`;

  test.concurrent("A KEY_VAULT_NAME that is missing is asked for", async () => {
    const { exitCode, stdout, stderr } = await run({ env: { KEY_VAULT_NAME: undefined }, preload: [] });
    expect(stderr).toBe(`KEY_VAULT_NAME is not set.\n${vaultNameRule("<your-unique-keyvault-name>")}`);
    expect(stdout).toBe("");
    expect(exitCode).toBe(1);
  });

  test("A KEY_VAULT_NAME that is empty is asked for", async () => {
    const { stderr, ended } = await start({}, { vaultName: "" });
    expect(await ended).toBe(1);
    expect(stderr()).toBe(`KEY_VAULT_NAME is not set.\n${vaultNameRule("<your-unique-keyvault-name>")}`);
  });

  test.each([
    ["https://contoso.vault.azure.net/", "contoso"],
    ["contoso.vault.azure.net", "contoso"],
    ["my_vault", "<your-unique-keyvault-name>"],
    ["kv", "<your-unique-keyvault-name>"],
    ["1vault", "<your-unique-keyvault-name>"],
    ["my--vault", "<your-unique-keyvault-name>"],
    ["vault-", "<your-unique-keyvault-name>"],
    ["a-vault-with-25-characters", "<your-unique-keyvault-name>"],
  ])("The KEY_VAULT_NAME %s is refused", async (vaultName, advised) => {
    const { calls, stdout, stderr, ended } = await start({}, { vaultName });
    expect(await ended).toBe(1);
    expect(stderr()).toBe(`KEY_VAULT_NAME is not the name of a vault: '${vaultName}'\n${vaultNameRule(advised)}`);
    expect(stdout()).toBe("");
    expect(calls).toEqual([]);
  });

  test.each(["kv1", "a-vault-with-24-characte"])("The KEY_VAULT_NAME %s is accepted", async (vaultName) => {
    const { calls, ended } = await start({}, { vaultName });
    expect(await ended).toBe(0);
    expect(calls[0]?.[1]).toBe(`https://${vaultName}.vault.azure.net`);
  });

  test.each(["", "my_cert", "a b", "café", "a".repeat(128)])("The certificate's name '%s' is refused", async (name) => {
    const { calls, stdout, stderr, ended } = await start({}, { input: `${name}\n` });
    expect(await ended).toBe(1);
    expect(stderr()).toBe(`This is not the name of a certificate: '${name}'
A name has 1 to 127 letters (a to z), digits and hyphens. Run again:
  npx tsx kv_certificates.ts
`);
    expect(stdout()).toBe("Input a name for your certificate > ");
    expect(calls.map(([call]) => call)).toEqual(["new CertificateClient"]);
  });

  test.concurrent("At the end of input the script ends quietly", async () => {
    const { exitCode, stdout, stderr, requests } = await run({ input: "" });
    expect(stdout).toBe("Input a name for your certificate > ");
    expect(stderr).toBe("");
    expect(requests).toEqual([]);
    expect(exitCode).toBe(1);
  });

  test("At a terminal, the end of input ends the line of the prompt as well", async () => {
    const { stderr, ended } = await start({}, { input: "\x04", terminals: ["stdin", "stdout"] });
    expect(await ended).toBe(1);
    expect(stderr()).toBe("\n");
  });
});

test.each([
  ["the creation has begun", "begun"],
  ["the certificate is created", "created"],
  ["the certificate is retrieved", "retrieved"],
  ["the deletion has begun", "deletionBegun"],
  ["the certificate is deleted", "deleted"],
])("An error before %s is told, with the certificate that may be left behind", async (_, step) => {
  const { stderr, ended } = await start({ [step]: Promise.reject(new Error("It broke.")) });
  expect(await ended).toBe(1);
  expect(stderr()).toBe(`It broke.
To see more, run again with the SDK's log:
  AZURE_LOG_LEVEL=info npx tsx kv_certificates.ts
The certificate 'my-cert' may still be in my-vault. To delete it:
  az keyvault certificate delete --vault-name my-vault --name my-cert
`);
});

test.concurrent("An output that nobody reads ends the script before anything is created", async () => {
  const { exitCode, stderr, requests } = await run({ unread: true });
  expect(stderr).toMatch(/^write .+\n.+\n.+\n$/);
  expect(requests).toEqual([]);
  expect(exitCode).toBe(1);
});

test("A sign-in that fails first leaves nothing behind; one that fails later does", async () => {
  const first = await start({ begun: Promise.reject(new CredentialUnavailableError("Not signed in.")) });
  await first.ended;
  expect(first.stderr()).toMatch(/^Not signed in\.\nYou are not signed in to Azure\./);
  expect(first.stderr()).not.toContain("may still be");
  const later = await start({ retrieved: Promise.reject(new CredentialUnavailableError("Not signed in.")) });
  await later.ended;
  expect(later.stderr()).toContain("may still be");
});

test("A page in place of JSON is not called an answer of Key Vault", async () => {
  const message = `Error "SyntaxError: Unexpected token '<'" occurred while parsing the response body - <html>.`;
  const error = Object.assign(new Error(message), { name: "RestError", code: "PARSE_ERROR", statusCode: 200 });
  const { stderr, ended } = await start({ begun: Promise.reject(error) });
  await ended;
  expect(stderr()).toContain("This is not an answer of Key Vault, but perhaps of a proxy.");
});

test("A creation that was cancelled is never called done", async () => {
  const { calls, stdout, stderr, ended } = await start({ created: Promise.resolve({ properties: { enabled: false } }) });
  expect(await ended).toBe(1);
  expect(stderr()).toMatch(/^The creation of 'my-cert' was cancelled\.\n/);
  expect(stdout()).toBe(creating());
  expect(calls.at(-1)).toEqual(["createPoller.pollUntilDone"]);
});

test("An application that does not exist is told without its id", async () => {
  const error_description = "AADSTS700016: Application with identifier '22222222-2222-2222-2222-222222222222' was not found in the directory 'Contoso'. This can happen.";
  const { stderr, ended } = await start({ begun: Promise.reject(new AuthenticationError(400, { error: "unauthorized_client", error_description })) });
  await ended;
  expect(stderr()).toMatch(/^AADSTS700016: Application with identifier '…' was not found in the directory 'Contoso'\.\n/);
});

describe("Whatever is thrown, wherever", () => {
  const outside = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\x1b[2J\x1b]0;title\x07", "one\r\ntwo\nthree", "x".repeat(10_000), "😀".repeat(5_000), "a\u202eb\u200bc\u2028d\x85e", ""),
    fc.uuid().map((id) => `No access for '${id}' to /subscriptions/${id.replaceAll("-", "")}/vault`),
    fc.base64String({ minLength: 20 }).map((text) => `Bearer eyJ${text.replaceAll(/\W/g, "_")}.eyJ0.sig was refused.`),
  );
  const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
  const restError = fc.record({
    message: outside,
    code: maybe(fc.oneof(outside, fc.constantFrom("ECONNRESET", "Forbidden", "PARSE_ERROR"), fc.integer())),
    statusCode: maybe(fc.constantFrom(200, 400, 401, 403, 404, 409, 429, 500, 503)),
    innerError: maybe(fc.record({ code: maybe(fc.oneof(outside, fc.constantFrom("ForbiddenByRbac", "AccessDenied"))) })),
    method: fc.constantFrom("POST", "GET", "DELETE"),
    authorized: fc.boolean(),
  }).map(({ message, innerError, method, authorized, ...rest }) =>
    Object.assign(new Error(message), { ...rest, name: "RestError", details: { error: { innerError } }, request: { method, headers: { has: () => authorized } } }),
  );
  const cyclic = outside.map((message) => {
    const error = new Error(message);
    error.cause = error;
    return error;
  });
  const thrown = fc.oneof(
    restError,
    cyclic,
    outside,
    outside.map((message) => new CredentialUnavailableError(message)),
    outside.map((message) => new AggregateAuthenticationError([new Error(message)], message)),
    outside.map((message) => new AuthenticationError(400, { error: "invalid_client", error_description: message })),
    outside.map((message) => new AuthenticationRequiredError({ scopes: [], message })),
    fc.constantFrom(undefined, null, 0, Symbol("thrown"), {}, Object.create(null)),
  );
  const step = fc.constantFrom("begun", "created", "retrieved", "deletionBegun", "deleted");

  test("It is told in at most 8 lines of printable text, without an id or a token, and the exit code is 1", async () => {
    await fc.assert(
      fc.asyncProperty(thrown, step, async (error, step) => {
        const { stdout, stderr, ended } = await start({ [step]: Promise.reject(error) });
        expect(await ended).toBe(1);
        const lines = stderr().replace(/\n$/, "").split("\n");
        expect(lines.length).toBeLessThanOrEqual(8);
        for (const line of lines) expect(line).toMatch(/^(?=.*\S)\P{C}{1,400}$/u);
        expect(stderr()).not.toMatch(/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}|eyJ/i);
        expect((creating() + retrieving + deleting()).startsWith(stdout())).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  const line = outside.map((text) => text.replaceAll(/[\r\n\u2028\u2029]/g, ""));

  test("No name from outside brings control characters to the terminal", async () => {
    await fc.assert(
      fc.asyncProperty(line.filter((name) => !/^[0-9a-z-]{1,127}$/i.test(name.trim())), async (name) => {
        const { stdout, stderr, ended } = await start({}, { input: `${name}\n` });
        expect(await ended).toBe(1);
        expect(stdout()).toBe("Input a name for your certificate > ");
        expect(stderr()).toMatch(/^\P{C}+\n/u);
        for (const line of stderr().trimEnd().split("\n")) expect(line).toMatch(/^\P{C}+$/u);
      }),
      { numRuns: 100 },
    );
  });
});
