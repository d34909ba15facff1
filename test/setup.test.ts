import { expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { scratchFolder } from "./helpers/scratch.ts";

interface Results {
  testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
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
test("the SDK", () => new CertificateClient(url, credential, options).getCertificate("my-cert").catch(() => {}));
`;

test("A request or a program that a test swallows fails this test, in each file of one process", async () => {
  const { jest: settings } = JSON.parse(readFileSync("package.json", "utf8"));
  const config = {
    ...settings,
    rootDir: scratchFolder({ "1.test.ts": swallowing, "2.test.ts": swallowing }),
    setupFilesAfterEnv: [resolve("test/setup.ts")],
    roots: ["<rootDir>"],
  };
  const args = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--runInBand", "--json"];
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, [...args, "--config", JSON.stringify(config)], (_, stdout) => resolve(stdout)),
  );
  const { testResults }: Results = JSON.parse(output);
  expect(testResults).toHaveLength(2);
  for (const { assertionResults } of testResults) {
    expect(assertionResults.map(({ status }) => status)).toEqual(Array(7).fill("failed"));
    for (const { failureMessages } of assertionResults) expect(failureMessages.join()).toContain("example.com");
  }
});
