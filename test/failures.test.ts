import { expect, test } from "@jest/globals";
import { failures, type Failure } from "./offline/failures.ts";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { entriesOf, section } from "./helpers/pages.ts";
import { rehearseInThisProcess } from "./helpers/rehearsal.ts";
import { failingTool, scratchFolder } from "./helpers/scratch.ts";
import {
  checkNetwork,
  creating,
  deleting,
  grantPermissions,
  grantRole,
  leftBehind,
  noCertificate,
  retrieving,
  seeReadme,
  signIn,
  transcript,
} from "./helpers/transcript.ts";

const caller = "33333333-3333-3333-3333-333333333333";
const vaultId =
  "/subscriptions/44444444-4444-4444-4444-444444444444/resourcegroups/myresourcegroup/providers/microsoft.keyvault/vaults/demo-vault";

/** What the script prints of a failure: all the words that the service says, and then what to do. */
function printed(name: string, cure: string) {
  const { body, connection, operation } = (failures as Record<string, Failure>)[name] ?? {};
  const { message } = connection ?? Object(operation ?? body).error;
  const words = message.replaceAll("VAULT", "demo-vault").replaceAll("NAME", name);
  return `${words.trim().replaceAll("\r\n", "\n")}\n${cure}`;
}

const refused: [name: string, stderr: string][] = [
  ["ForbiddenByRbac", printed("ForbiddenByRbac", grantRole(caller, vaultId))],
  ["AccessDenied", printed("AccessDenied", grantPermissions(caller))],
  ["ForbiddenByPolicy", printed("ForbiddenByPolicy", grantPermissions(caller))],
  ["ForbiddenByFirewall", printed("ForbiddenByFirewall", seeReadme)],
  ["ForbiddenByConnection", printed("ForbiddenByConnection", seeReadme)],
  ["ObjectIsDeletedButRecoverable", printed("ObjectIsDeletedButRecoverable", "Use a different certificate name.\n")],
  ["ObjectIsBeingDeleted", printed("ObjectIsBeingDeleted", seeReadme)],
  ["ObjectIsBeingRecovered", printed("ObjectIsBeingRecovered", seeReadme)],
  ["Conflict", printed("Conflict", seeReadme)],
  ["Throttled", printed("Throttled", seeReadme)],
  [
    "InvalidClientSecret",
    `EnvironmentCredential authentication failed. To troubleshoot, visit https://aka.ms/azsdk/js/identity/environmentcredential/troubleshoot. Status code: 400
More details:
invalid_client: Error(s): 7000215 - Timestamp: Not Available - Description: ${failures.InvalidClientSecret.body.error_description} - Correlation ID: Not Available - Trace ID: Not Available,
${seeReadme}`,
  ],
  ["HostNotFound", printed("HostNotFound", checkNetwork)],
  ["ConnectionRefused", printed("ConnectionRefused", seeReadme)],
  ["ConnectionReset", printed("ConnectionReset", seeReadme)],
  ["ProxyBlocked", `Unexpected status code: 403\n${seeReadme}`],
];

const created: [name: string, isLeft: boolean, stderr: string][] = [
  ["InternalError", false, printed("InternalError", seeReadme)],
  ["ConnectionLost", true, printed("ConnectionLost", seeReadme)],
  ["GetForbidden", true, printed("GetForbidden", grantPermissions(caller))],
  ["IssuerRefused", true, printed("IssuerRefused", seeReadme)],
  ["Cancelled", true, noCertificate + seeReadme],
];

const notDeleted: [name: string, stderr: string][] = [
  ["DeleteForbidden", printed("DeleteForbidden", grantPermissions(caller))],
];

const healed = ["ThrottledOnce", "InternalErrorOnce", "ConnectionResetOnce", "DeletedForbidden"];

test("Every failure that can be rehearsed is tested here", () => {
  const tested = [...refused, ...created, ...notDeleted].map(([name]) => name);
  expect([...tested, ...healed].sort()).toEqual(Object.keys(failures).sort());
});

test("The README says which names show no failure", () => {
  const list = section("Rehearse a failure").find((token) => token.type === "list")?.raw ?? "";
  const names = [...list.matchAll(/^- No failure: .*$/gm)].flatMap(([line]) => [...line.matchAll(/`(\w+)`/g)]);
  expect(names.map(([, name]) => name)).toEqual(healed);
});

test("Every message that leads to Troubleshooting is found there by its words", () => {
  const rows = entriesOf(".github/TROUBLESHOOTING.md").flatMap(({ words }) => words);
  const all = [...refused, ...created.map(([name, , stderr]) => [name, stderr] as const), ...notDeleted];
  for (const [name, stderr] of all.filter(([, stderr]) => stderr.includes(seeReadme)))
    expect([name, rows.filter((words) => stderr.includes(words))]).not.toEqual([name, []]);
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

const tools = ["az", "azd", "pwsh"].map((tool) => failingTool(tool, "A tool was started."));
const PATH = scratchFolder(Object.assign({}, ...tools));

test("A person who is not signed in reads why each way of signing in failed, and how to sign in", async () => {
  // MSI_ENDPOINT is set in Azure Cloud Shell.
  const env = {
    PATH,
    MSI_ENDPOINT: "http://localhost",
    IDENTITY_ENDPOINT: "http://localhost",
    IDENTITY_HEADER: "x",
    OFFLINE_SIGN_IN: "none",
  };
  const { exitCode, stdout, stderr } = await runInOwnProcess({ env });
  const ways = [
    "EnvironmentCredential is unavailable. No underlying credential could be used.",
    "ManagedIdentityCredential: Authentication failed. Message Attempted to use the IMDS endpoint, but it is not available.",
    "Visual Studio Code Authentication is not available.",
    "Azure CLI could not be found.",
    "Unable to execute PowerShell. Ensure that it is installed in your system.",
    "Azure Developer CLI couldn't be found.",
  ];
  const found = ways.filter((way) => stderr.includes(way));
  expect(found).toEqual(ways);
  expect(stderr.endsWith(signIn)).toBe(true);
  expect(stdout).toBe(creating());
  expect(exitCode).toBe(1);
});

test("Where nobody is signed in, a shell finds no tool, not even in the folder in which it is started", async () => {
  const asking = `
    import { exec } from "node:child_process";
    exec("az", { cwd: ${JSON.stringify(PATH)} }, (error, stdout, stderr) => console.log(stderr));
  `;
  const program = ["--input-type=module", "--eval", asking];
  // On Windows, a shell looks there in any case, unless this is set.
  const env = { PATH, NoDefaultCurrentDirectoryInExePath: "1" };
  const signedIn = await runInOwnProcess({ program, env });
  const notSignedIn = await runInOwnProcess({ program, env: { ...env, OFFLINE_SIGN_IN: "none" } });
  expect(signedIn.stdout).toContain("A tool was started.");
  expect(notSignedIn.stdout).toMatch(/az/);
  expect(notSignedIn.stdout).not.toContain("started");
});
