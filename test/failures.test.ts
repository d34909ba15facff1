import { expect, test } from "@jest/globals";
import { failures, type Failure } from "./offline/failures.ts";
import { createRoutes } from "./offline/routes.ts";
import { cureFor } from "./helpers/entries.ts";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { listedFailures } from "./helpers/pages.ts";
import { rehearseInThisProcess } from "./helpers/rehearsal.ts";
import { failingTool, scratchFolder } from "./helpers/scratch.ts";
import { creating, leftBehind, noCertificate, searchPage, signIn, transcript } from "./helpers/transcript.ts";

const listed = listedFailures();

/** What the service, the sign-in or the connection says, as its failure has it. */
function wordsOf({ body, connection, operation }: Failure, name: string): string {
  if (typeof body === "string") return "Unexpected status code: 403"; // of a page the SDK says only this
  if (operation?.status === "cancelled") return noCertificate; // of a cancelled creation it says nothing
  const { error, error_description } = Object(operation ?? body);
  const words: string = connection?.message ?? error_description ?? error.message;
  return words.replaceAll("VAULT", "demo-vault").replaceAll("NAME", name).replaceAll("\r", "").trim();
}

const all = Object.entries<Failure>(failures);
const failing = all.filter(([name]) => !listed.passing.includes(name));

test("EXERCISES.md lists each failure of the demo once, under 'Rehearse a failure', and no other name", () => {
  const [names, onPage] = [Object.keys(failures), [...listed.failing, ...listed.passing]];
  expect({
    missingOnPage: names.filter((name) => !onPage.includes(name)),
    unknownToDemo: onPage.filter((name) => !names.includes(name)),
    listedTwice: onPage.filter((name, index) => onPage.indexOf(name) !== index),
  }).toEqual({ missingOnPage: [], unknownToDemo: [], listedTwice: [] });
});

test("Each failure strikes at a request that the demo knows", () => {
  const known = ["connect", "sign in", ...Object.keys(createRoutes({} as never))];
  expect(all.filter(([, { at }]) => at && !known.includes(at)).map(([name, { at }]) => `${name}: ${at}`)).toEqual([]);
});

test.each(failing)("%s is told in the words that it has, with a cure, and with what may be left", async (...of) => {
  const [name, failure] = of;
  const { exitCode, stdout, stderr, isLeft } = await rehearseInThisProcess(name);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(wordsOf(failure, name));
  expect(stdout).toMatch(creating(name));
  expect(transcript(name).startsWith(stdout)).toBe(true);
  // What comes after a fault of the service is not known.
  const mayBeLeft = isLeft || failure.status === 500;
  expect(stderr.includes(leftBehind(name))).toBe(mayBeLeft);
  if (stderr.includes(searchPage)) cureFor(stderr);
});

test.each(listed.passing)("%s, of EXERCISES.md's second list, passes as if nothing had been", async (name) => {
  const { exitCode, stdout, stderr, isLeft } = await rehearseInThisProcess(name);
  expect({ exitCode, stdout, stderr, isLeft }).toEqual({
    exitCode: 0,
    stdout: transcript(name),
    stderr: "",
    isLeft: false,
  });
});

const tools = ["az", "azd", "pwsh"].map((tool) => failingTool(tool, "A tool was started."));
const PATH = scratchFolder(Object.assign({}, ...tools));

test("With nobody signed in, each way to sign in says why it failed, and none of your tools is started", async () => {
  // MSI_ENDPOINT and IDENTITY_ENDPOINT are set in Azure Cloud Shell.
  const cloudShell = { MSI_ENDPOINT: "http://localhost", IDENTITY_ENDPOINT: "http://localhost", IDENTITY_HEADER: "x" };
  const env = { PATH, ...cloudShell, OFFLINE_SIGN_IN: "none" };
  const { exitCode, stdout, stderr } = await runInOwnProcess({ env });
  const ways = [
    "EnvironmentCredential is unavailable. No underlying credential could be used.",
    "ManagedIdentityCredential: Authentication failed. Message Attempted to use the IMDS endpoint, but it is not available.",
    "Visual Studio Code Authentication is not available.",
    "Azure CLI could not be found.",
    "Unable to execute PowerShell. Ensure that it is installed in your system.",
    "Azure Developer CLI couldn't be found.",
  ];
  expect(ways.filter((way) => stderr.includes(way))).toEqual(ways);
  expect(stderr.endsWith(signIn)).toBe(true);
  expect(stdout).toBe(creating());
  expect(exitCode).toBe(1);
});
