import { describe, expect, test } from "@jest/globals";
import { explanation } from "./helpers/mocked-client.ts";
import { refusal, sdkError } from "./helpers/sdk-errors.ts";
import { checkNetwork, grantPermissions, grantRole, seeReadme } from "./helpers/transcript.ts";

const oid = "33333333-3333-3333-3333-333333333333";
const caller = `appid=22222222-2222-2222-2222-222222222222;oid=${oid};iss=https://sts.windows.net/11111111-1111-1111-1111-111111111111/`;

/** What the script prints of a creation that Key Vault refuses so. */
const refused = async (...answer: Parameters<typeof refusal>) => explanation(await refusal(...answer));

const vaultId = (group = "a-group", vault = "demo-vault") =>
  `/subscriptions/44444444-4444-4444-4444-444444444444/resourcegroups/${group}/providers/microsoft.keyvault/vaults/${vault}`;

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

describe("A cure is given where the code makes it certain", () => {
  test.each(["a-group", "My_Group.(test)-1", "größe"])(
    "ForbiddenByRbac is cured by a role on the vault that it names, in the resource group %s",
    async (group) => {
      const message = notAllowed(`${vaultId(group)}/certificates/my-cert`);
      expect(await refused(403, message, "ForbiddenByRbac")).toBe(`${message}\n${grantRole(oid, vaultId(group))}`);
    },
  );

  test("The vault's id may be in capitals", async () => {
    const resource = `${vaultId().toUpperCase()}/CERTIFICATES/my-cert`;
    const told = await refused(403, notAllowed(resource), "ForbiddenByRbac");
    expect(told).toMatch(grantRole(oid, vaultId().toUpperCase()));
  });

  test("A refusal of the time before deny assignments were told is cured, too", async () => {
    const message = notAllowed(`${vaultId()}/certificates/my-cert`).replace("DenyAssignmentId: null\n", "");
    expect(await refused(403, message, "ForbiddenByRbac")).toBe(`${message}\n${grantRole(oid, vaultId())}`);
  });

  test.each([
    ["AccessDenied", "create"],
    ["AccessDenied", "get"],
    ["AccessDenied", "list"],
    ["ForbiddenByPolicy", "delete"],
  ])("%s of '%s' is cured by the permissions of the quickstart", async (innererror, permission) => {
    const message = notPermitted(`certificates ${permission}`);
    expect(await refused(403, message, innererror)).toBe(`${message}\n${grantPermissions(oid)}`);
  });

  test.each(["recover", "purge", "update", "import"])(
    "A permission that an exercise needs is added to these: %s",
    async (permission) => {
      const message = notPermitted(`certificates ${permission}`);
      const told = await refused(403, message, "AccessDenied");
      expect(told).toBe(`${message}\n${grantPermissions(oid, permission)}`);
    },
  );

  test("The refused caller is named, whoever's variables are set", async () => {
    const error = await refusal(403, notPermitted("certificates get"), "AccessDenied");
    const env = { AZURE_CLIENT_ID: "another", AZURE_CLIENT_SECRET: "a-secret" };
    expect(await explanation(error, env)).toMatch(grantPermissions(oid));
  });

  test("The caller's id may be in capitals", async () => {
    const inCapitals = "ABCDEF12-3333-3333-3333-333333333333";
    const message = notPermitted("certificates create").replace(`oid=${oid}`, `OID=${inCapitals}`);
    expect(await refused(403, message, "AccessDenied")).toMatch(grantPermissions(inCapitals));
  });

  test.each([
    ["a resource of another kind", notAllowed(`${vaultId()}/secrets/my-cert`)],
    ["no resource", notAllowed(`${vaultId()}/certificates/my-cert`).replace(/Resource: .*\n/, "")],
    ["no subscription", notAllowed("/providers/microsoft.keyvault/vaults/demo-vault/certificates/my-cert")],
    ["an unquoted deny assignment", notAllowed(`${vaultId()}/certificates/my-cert`, "5")],
    ["a deny assignment", notAllowed(`${vaultId()}/certificates/my-cert`, "'/subscriptions/4/denyAssignments/5'")],
    ["no caller", notAllowed(`${vaultId()}/certificates/my-cert`).replace(oid, "unknown")],
  ])("ForbiddenByRbac with %s has no certain cure", async (_, message) => {
    expect(await refused(403, message, "ForbiddenByRbac")).toBe(`${message}\n${seeReadme}`);
  });

  test.each([
    ["a permission of another kind", notPermitted("secrets get")],
    ["a caller's id of another form", notPermitted("certificates get").replace(oid, `${oid}3333`)],
    ["another id than the caller's", notPermitted("certificates get").replace(";oid=", ";groupoid=")],
    ["no caller", notPermitted("certificates create").replace(oid, "unknown")],
  ])("AccessDenied with %s has no certain cure", async (_, message) => {
    expect(await refused(403, message, "AccessDenied")).toBe(`${message}\n${seeReadme}`);
  });

  test.each([
    '"',
    "'",
    "`",
    "$(reboot)",
    "$reboot",
    "%reboot%",
    "!reboot!",
    "\n reboot",
    ";reboot",
    "&reboot",
    "|reboot",
    "<",
    "“",
    " reboot",
    "^",
    "{",
    "*",
    "~",
    "#",
    "=",
    ",",
    "@",
  ])("A message can add nothing to a command: %j", async (added) => {
    const commands = async (message: string, innererror: string) =>
      (await refused(403, message, innererror)).split("\n").filter((line) => /^ {2}az /.test(line));
    for (const id of [vaultId(`a${added}b`), vaultId("a-group", `a${added}b`)])
      expect(await commands(notAllowed(`${id}/certificates/my-cert`), "ForbiddenByRbac")).toEqual([]);
    expect(await commands(notPermitted(`certificates get${added}`), "AccessDenied")).toEqual([]);
    const [command] = await commands(notPermitted("certificates get").replace(oid, `${oid}${added}`), "AccessDenied");
    expect(`${command}\n`).toBe(grantPermissions(oid).split(/(?<=\n)/)[1]);
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
    [
      "a closed network",
      403,
      "ForbiddenByConnection",
      `Public network access is disabled.\r\nCaller: ${caller}\r\nVault: demo-vault`,
    ],
    [
      "a firewall",
      403,
      "ForbiddenByFirewall",
      `Client address is not authorized.\r\nClient address: 203.0.113.7\r\nCaller: ${caller}`,
    ],
    [
      "a name that is being deleted",
      409,
      "ObjectIsBeingDeleted",
      "Certificate my-cert is currently being deleted; retry later.",
    ],
    [
      "a name that is being recovered",
      409,
      "ObjectIsBeingRecovered",
      "Certificate my-cert is currently being recovered. Retry later.",
    ],
    ["a name that a key has", 409, undefined, "A key with that name exists. Choose another."],
    [
      "another tenant",
      401,
      undefined,
      "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/a/, found others.",
    ],
    ["a wrong policy", 400, undefined, "Property policy has invalid value\r\n\r\n"],
  ])("%s", async (_, status, innererror, message) => {
    expect(await refused(status, message, innererror)).toBe(`${message.replaceAll("\r", "").trim()}\n${seeReadme}`);
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
