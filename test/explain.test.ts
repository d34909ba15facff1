import { describe, expect, test } from "@jest/globals";
import { explanation, failureWithMockedClient, startWithMockedClient } from "./helpers/mocked-client.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { refusal, sdkError } from "./helpers/sdk-errors.ts";
import {
  checkNetwork,
  creating,
  grantPermissions,
  grantRole,
  leftBehind,
  noCertificate,
  seeReadme,
} from "./helpers/transcript.ts";

const id = "33333333-3333-3333-3333-333333333333";
const caller = `appid=22222222-2222-2222-2222-222222222222;oid=${id};iss=https://sts.windows.net/11111111-1111-1111-1111-111111111111/`;

describe("What happened is told whole", () => {
  test("A long message is told with all its lines, also the empty ones", async () => {
    const message = ["x".repeat(3_000), "", ...Array.from({ length: 40 }, (_, line) => `line ${line}`), "~~~", "z"];
    expect(await explanation(new Error(message.join("\r\n")))).toBe(`${message.join("\n")}\n${seeReadme}`);
  });

  test("Ids, accounts and paths are part of the reason, and so are the claims of a claims challenge", async () => {
    const message = [
      `the user 'name=J. Doe;${caller}' does not`,
      "User account 'jane.doe@contoso.com' from identity provider 'live.com' does not exist in tenant 'Contoso'",
      "Cannot find module '/home/jane@contoso.com/node_modules/@azure/identity/dist/index.js'",
      `az login --claims-challenge ${btoa('{"access_token":{"xms_caeerror":{"value":"10012"}}}')} --tenant ${id}`,
    ].join("\n");
    expect(await explanation(new Error(message))).toBe(`${message}\n${seeReadme}`);
  });

  test.each([
    ["Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln-_ was refused", "Bearer … was refused"],
    ["Bearer%20eyJhbGci.eyJh.", "Bearer%20…"],
    [`eyJ${"h".repeat(900)}.eyJ${"x".repeat(5_000)}`, "…"],
    ["eyJhbGci.\x1b[36meyJh.sig\x1b[0m", "…"],
  ])("but not a token: %j", async (message, printed) => {
    expect(await explanation(new Error(message))).toBe(`${printed}\n${seeReadme}`);
  });

  test("Colours, and what else a terminal would obey, are taken out", async () => {
    const message = "\x1b[31;1mGet-AzAccessToken:\x1b[0m no\x1b[2J token\x1b]0;title\x07";
    expect(await explanation(new Error(message))).toBe(`Get-AzAccessToken: no token\n${seeReadme}`);
  });

  test("An error without a message is told by its code, with the request's address, or by its name", async () => {
    const timeout = Object.assign(new Error(""), { name: "RestError", code: "ETIMEDOUT" });
    expect(await explanation(timeout)).toBe(`ETIMEDOUT\n${seeReadme}`);
    const request = { method: "GET", url: "https://demo-vault.vault.azure.net/certificates", headers: new Map() };
    expect(await explanation(Object.assign(timeout, { request }))).toBe(`ETIMEDOUT ${request.url}\n${seeReadme}`);
    expect(await explanation(new AggregateError([new Error("x")]))).toBe(`AggregateError\n${seeReadme}`);
  });

  test.each([
    ["'It broke.'", "It broke."],
    ["undefined", "undefined"],
  ])("What a changed script throws need not be an error: %s", async (thrown, told) => {
    const { url } = alteredScript('console.log(" done.");', `throw ${thrown};`);
    const printed = await failureWithMockedClient({}, { script: url });
    expect(printed).toBe(`${told}\n${seeReadme}${leftBehind()}`);
  });

  test("Of a page that calls itself JSON one line is told", async () => {
    const error = await sdkError(200, "<html>\n<title>Blocked</title>\n</html>", { isSignedIn: false });
    const [line, ...rest] = (await explanation(error)).split(/(?<=\n)/);
    expect(line).toMatch(/^Error "SyntaxError: .+ is not valid JSON" occurred while parsing the response body …\n$/);
    expect(rest.join("")).toBe(seeReadme);
  });

  test.each([
    ["TypeError", "undefined.length", "Cannot read properties of undefined (reading 'length')"],
    ["ReferenceError", "nam.length", "nam is not defined"],
    ["SyntaxError", "JSON.parse('')", "Unexpected end of JSON input"],
  ])("A mistake in a script that was changed keeps its place: %s", async (_, mistake, message) => {
    const { url, line } = alteredScript("new DefaultAzureCredential()", mistake);
    const told = await failureWithMockedClient({}, { script: url });
    expect(told).toMatch(`${message}\nkv_certificates.ts:${line}:`);
    expect(told.endsWith(`\n${seeReadme}`)).toBe(true);
  });

  test("A creation that ends without a certificate is never called done", async () => {
    const { calls, stdout, stderr, end } = startWithMockedClient({ created: Promise.resolve({ properties: {} }) });
    expect(await end()).toBe(1);
    expect(stderr()).toBe(`${noCertificate}${seeReadme}${leftBehind()}`);
    expect(stdout()).toBe(creating());
    expect(calls.at(-1)).toEqual(["createPoller.pollUntilDone"]);
  });
});

/** What the script prints of a creation that Key Vault refuses so. */
const refused = async (...answer: Parameters<typeof refusal>) => explanation(await refusal(...answer));

const vaultId =
  "/subscriptions/44444444-4444-4444-4444-444444444444/resourcegroups/a-group/providers/microsoft.keyvault/vaults/demo-vault";

/** What Key Vault says where Azure RBAC does not allow an action on this resource. */
const notAllowed = (resource: string, denyAssignment = "null") =>
  [
    "Caller is not authorized to perform action on resource.",
    `Caller: ${caller}`,
    "Action: 'Microsoft.KeyVault/vaults/certificates/create/action'",
    `Resource: '${resource}'`,
    "Assignment: (not found)",
    `DenyAssignmentId: ${denyAssignment}`,
    "Vault: demo-vault;location=westeurope",
  ].join("\n");

/** What it says where an access policy does not have a permission. */
const notPermitted = (permission: string) =>
  `The user, group or application '${caller}' does not have ${permission} permission on key vault 'demo-vault'.`;

describe("What to do is told where the code makes it certain", () => {
  test("ForbiddenByRbac is cured by a role on the vault that it names", async () => {
    const message = notAllowed(`${vaultId}/certificates/my-cert`);
    expect(await refused(403, message, "ForbiddenByRbac")).toBe(`${message}\n${grantRole(id, vaultId)}`);
  });

  test.each([
    ["AccessDenied", "create", ""],
    ["ForbiddenByPolicy", "delete", ""],
    ["AccessDenied", "purge", "purge"],
  ])("%s of '%s' is cured by the permissions of the quickstart, and by this one", async (code, permission, more) => {
    const message = notPermitted(`certificates ${permission}`);
    expect(await refused(403, message, code)).toBe(`${message}\n${grantPermissions(id, more)}`);
  });

  test.each([
    ["ForbiddenByRbac", "a deny assignment", notAllowed(`${vaultId}/certificates/my-cert`, "'5'")],
    ["ForbiddenByRbac", "no caller", notAllowed(`${vaultId}/certificates/my-cert`).replace(id, "unknown")],
    ["AccessDenied", "a permission of another kind", notPermitted("secrets get")],
  ])("%s with %s has no certain cure", async (code, _, message) => {
    expect(await refused(403, message, code)).toBe(`${message}\n${seeReadme}`);
  });

  test.each(['"', "$(reboot)", "\n reboot", ";reboot"])("A message can add nothing to a command: %j", async (added) => {
    const message = notAllowed(`${vaultId}${added}b/certificates/my-cert`);
    expect(await refused(403, message, "ForbiddenByRbac")).not.toMatch(/^ {2}az /m);
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
    expect(await refused(401, message)).toBe(`${message}\n${seeReadme}`);
  });
});

describe("Where nothing was created, nothing is said to be left", () => {
  test.each([403, 407, 502])("A proxy that refuses with %d and no body", async (status) => {
    const error = await sdkError(status, undefined, { isSignedIn: false });
    expect(await explanation(error)).toBe(`Cannot read properties of undefined (reading 'error')\n${seeReadme}`);
  });

  test("A vault of another cloud", async () => {
    const printed = await explanation(await sdkError(200, {}, { resource: "https://vault.azure.cn" }));
    expect(printed).toMatch(/^The challenge resource 'vault\.azure\.cn' does not match the requested domain\..+\n/);
    expect(printed.endsWith(`\n${seeReadme}`)).toBe(true);
  });
});
