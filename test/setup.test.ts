import { expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { environment } from "./helpers/environment.ts";
import { scratchFolder } from "./helpers/scratch.ts";

interface Results {
  testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
}

/** Runs these test files with the project's settings in one process, with these variables; returns the results. */
async function results(files: Record<string, string>, variables: Record<string, string> = {}) {
  const { jest: settings } = JSON.parse(readFileSync("package.json", "utf8"));
  const config = {
    ...settings,
    rootDir: scratchFolder(files),
    setupFilesAfterEnv: [resolve("test/setup.ts")],
    roots: ["<rootDir>"],
  };
  const jest = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js"];
  const args = [...jest, "--runInBand", "--json", "--config", JSON.stringify(config)];
  const env = { ...environment, ...variables };
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, args, { env }, (_, stdout) => resolve(stdout)),
  );
  const { testResults }: Results = JSON.parse(output);
  return testResults.map(({ assertionResults }) => assertionResults);
}

const swallowing = `
import { CertificateClient } from "@azure/keyvault-certificates";
import { test } from "@jest/globals";
import { exec, execFile } from "node:child_process";
import https, { get } from "node:https";

const url = "https://example.com";
const credential = { getToken: async () => null };
const options = { retryOptions: { maxRetries: 0 } };

test("fetch", () => fetch(url).catch(() => {}));
test("fetch, and does not wait", () => void fetch(url).catch(() => {}));
test("https.get", () => void https.get(url).on("error", () => {}));
test("get by name", () => void get(url).on("error", () => {}));
test("a program of the shell's", () => void exec("example.com --version", () => {}));
test("a program", () => {
  try {
    execFile("example.com", () => {});
  } catch {}
});
test("a program of Node's that has all variables", () => {
  try {
    execFile(process.execPath, ["example.com"], () => {});
  } catch {}
});
test("the SDK", () => new CertificateClient(url, credential, options).getCertificate("my-cert").catch(() => {}));
`;

test("A request or a program that a test swallows fails this test, in each file of one process", async () => {
  const files = await results({ "1.test.ts": swallowing, "2.test.ts": swallowing });
  expect(files).toHaveLength(2);
  for (const tests of files) {
    expect(tests.map(({ status }) => status)).toEqual(Array(8).fill("failed"));
    for (const { failureMessages } of tests) expect(failureMessages.join()).toContain("example.com");
  }
});

const urlOf = (path: string) => JSON.stringify(pathToFileURL(path).href);
const program = join(scratchFolder({ "program.ts": "console.log(2048, process.env.OF_THE_PERSON);" }), "program.ts");
const running = `
import "@azure/identity";
import { expect, test } from "@jest/globals";
import { runInOwnProcess } from ${urlOf("test/helpers/own-process.ts")};
import { rehearseInThisProcess } from ${urlOf("test/helpers/rehearsal.ts")};
import { transcript } from ${urlOf("test/helpers/transcript.ts")};

test("the script in this process", async () => {
  expect(await rehearseInThisProcess()).toMatchObject({ stdout: transcript(), stderr: "" });
});
test("the script in a process of its own", async () => {
  expect(await runInOwnProcess()).toMatchObject({ stdout: transcript(), stderr: "" });
});
test("another program in this process", async () => {
  const run = await rehearseInThisProcess("", { script: ${urlOf(program)} });
  expect(run).toMatchObject({ stdout: "2048 undefined\\n" });
});
test("another program in a process of its own", async () => {
  const run = await runInOwnProcess({ program: [${JSON.stringify(program)}] });
  expect(run).toMatchObject({ stdout: "2048 undefined\\n" });
});
`;

test("Neither a terminal's colours nor any variable of whoever runs the tests reaches a run", async () => {
  const variables = {
    FORCE_COLOR: "3",
    NO_COLOR: "1",
    DEBUG: "azure*",
    AZURE_LOG_LEVEL: "verbose",
    // Node tells on stderr that it can make no folder there.
    NODE_V8_COVERAGE: resolve("package.json", "coverage"),
    OF_THE_PERSON: "1",
  };
  const [tests = []] = await results({ "1.test.ts": running }, variables);
  expect(tests.flatMap(({ failureMessages }) => failureMessages)).toEqual([]);
  expect(tests).toHaveLength(4);
});
