import { expect, test } from "@jest/globals";
import { failures } from "./offline/failures.ts";
import { readmeTable } from "./helpers/readme.ts";
import { rehearseInThisProcess } from "./helpers/rehearsal.ts";
import { creating, deleting, leftBehind, retrieving, seeReadme, transcript } from "./helpers/transcript.ts";

// The demo signs in as a service principal.
const permissions = `The signed-in account needs these permissions:
  az keyvault set-policy --name demo-vault --spn "$AZURE_CLIENT_ID" --certificate-permissions delete get list create
`;
const notPermitted = (permission: string) =>
  `The user, group or application '…' does not have certificates ${permission} permission on key vault 'demo-vault;location=westeurope'.\n${permissions}`;

const refused: [name: string, stderr: string][] = [
  [
    "ForbiddenByRbac",
    `Caller is not authorized to perform action on resource.
The signed-in account needs this role, which takes some minutes to have effect:
  az role assignment create --role "Key Vault Certificates Officer" --assignee "$AZURE_CLIENT_ID" --scope "$(az keyvault show --name demo-vault --query id --output tsv)"
`,
  ],
  ["AccessDenied", notPermitted("create")],
  ["ForbiddenByPolicy", notPermitted("create")],
  [
    "ForbiddenByFirewall",
    `Client address is not authorized and caller is not a trusted service.
Client address: 203.0.113.7
Caller: …
Vault: demo-vault;location=westeurope
${seeReadme}`,
  ],
  [
    "ForbiddenByConnection",
    `Public network access is disabled and request is not from a trusted service nor via an approved private link.
Client address: 203.0.113.7
Caller: …
Vault: demo-vault;location=westeurope
${seeReadme}`,
  ],
  [
    "ObjectIsBeingDeleted",
    `Certificate ObjectIsBeingDeleted is currently being deleted and cannot be re-created; retry later.\n${seeReadme}`,
  ],
  [
    "ObjectIsDeletedButRecoverable",
    `Certificate ObjectIsDeletedButRecoverable is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the certificate can only be recovered or purged.
Use a different certificate name.
`,
  ],
  [
    "Conflict",
    `A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.\n${seeReadme}`,
  ],
  [
    "Throttled",
    `Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached\n${seeReadme}`,
  ],
  [
    "InvalidClientSecret",
    `EnvironmentCredential authentication failed. To troubleshoot, visit https://aka.ms/azsdk/js/identity/environmentcredential/troubleshoot. Status code: 400
More details:
invalid_client: Error(s): 7000215 - Timestamp: Not Available - Description: AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '…'. Trace ID: … Correlation ID: … Timestamp: 2030-01-01 00:00:00Z - Correlation ID: Not Available - Trace ID: Not Available,
${seeReadme}`,
  ],
  [
    "HostNotFound",
    `getaddrinfo ENOTFOUND demo-vault.vault.azure.net
Check your network and HTTPS_PROXY, and that demo-vault is in this list of your vaults:
  az keyvault list --query "[].name" --output tsv
`,
  ],
  ["ConnectionRefused", `connect ECONNREFUSED 203.0.113.1:443\n${seeReadme}`],
  ["ConnectionReset", `read ECONNRESET\n${seeReadme}`],
  ["ProxyBlocked", `Unexpected status code: 403\n${seeReadme}`],
];

const created: [name: string, isLeft: boolean, stderr: string][] = [
  ["InternalError", false, `An internal error has occurred.\n${seeReadme}`],
  ["ConnectionLost", true, `read ECONNRESET\n${seeReadme}`],
  ["GetForbidden", true, notPermitted("get")],
  [
    "IssuerRefused",
    true,
    `The call to DigiCert failed with Error code access_denied and Message Access denied..\n${seeReadme}`,
  ],
  ["Cancelled", true, `The creation of 'Cancelled' was cancelled.\n${seeReadme}`],
];

const notDeleted: [name: string, stderr: string][] = [["DeleteForbidden", notPermitted("delete")]];

const healed = ["ThrottledOnce", "InternalErrorOnce", "ConnectionResetOnce", "DeletedForbidden"];

test("Every failure that can be rehearsed is tested here", () => {
  const tested = [...refused, ...created, ...notDeleted].map(([name]) => name);
  expect([...tested, ...healed].sort()).toEqual(Object.keys(failures).sort());
});

test("The README says of every failure's name what the script says then", () => {
  const says = new Map([...refused, ...created.map(([name, , stderr]) => [name, stderr] as const), ...notDeleted]);
  for (const [name = "", cell = ""] of readmeTable("name").filter(([name = ""]) => !healed.includes(name))) {
    const parts = cell.split("…").map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    expect(says.get(name)?.split("\n")[0]).toMatch(new RegExp(`^${parts.join(".*")}$`));
  }
  expect(
    readmeTable("name")
      .filter(([, cell]) => cell?.startsWith("nothing: "))
      .map(([name]) => name),
  ).toEqual(healed);
});

test.each(refused)("%s ends the script before anything is created", async (name, message) => {
  const { exitCode, stdout, stderr, isLeft } = await rehearseInThisProcess(name);
  expect(stderr).toBe(message);
  expect(stdout).toBe(creating(name));
  expect(isLeft).toBe(false);
  expect(exitCode).toBe(1);
});

test.each(created)("%s ends the script, which says what may be left behind", async (name, mayBeLeft, message) => {
  const { exitCode, stdout, stderr, isLeft } = await rehearseInThisProcess(name);
  expect(stderr).toBe(message + leftBehind(name));
  expect(stdout).toBe(creating(name));
  expect(isLeft).toBe(mayBeLeft);
  expect(exitCode).toBe(1);
});

test.each(notDeleted)("%s leaves the certificate behind, and says so", async (name, message) => {
  const { exitCode, stdout, stderr, isLeft } = await rehearseInThisProcess(name);
  expect(stderr).toBe(message + leftBehind(name));
  expect(stdout).toBe(creating(name) + retrieving + deleting(name));
  expect(isLeft).toBe(true);
  expect(exitCode).toBe(1);
});

test.each(healed)("%s passes as if nothing had been", async (name) => {
  const { exitCode, stdout, stderr, isLeft } = await rehearseInThisProcess(name);
  expect(stdout).toBe(transcript(name));
  expect(stderr).toBe("");
  expect(isLeft).toBe(false);
  expect(exitCode).toBe(0);
});

test("A person who is not signed in reads why each way of signing in failed, and how to sign in", async () => {
  const { exitCode, stdout, stderr } = await rehearseInThisProcess("my-cert", { env: { OFFLINE_SIGN_IN: "none" } });
  expect(stderr).toBe(`EnvironmentCredential is unavailable.
ManagedIdentityCredential: Authentication failed.
Sign in. If you are signed in, see Troubleshooting in README.md:
  az login
  Connect-AzAccount
`);
  expect(stdout).toBe(creating());
  expect(exitCode).toBe(1);
});
