import { expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { environment } from "./helpers/environment.ts";
import { scratchFolder } from "./helpers/scratch.ts";

const swallowing = `
import { expect, test } from "@jest/globals";
import { exec } from "node:child_process";
import { get } from "node:https";

test("a request", () => fetch("https://example.com").catch(() => {}));
test("a request that nobody waits for", () => void get("https://example.com").on("error", () => {}));
test("a program", () => void exec("example.com --version", () => {}));
test("the variables", () => expect(process.env).not.toHaveProperty("OF_THE_PERSON"));
`;

test("A test that makes a request or starts a program fails, and none sees your variables", async () => {
  const { jest } = JSON.parse(readFileSync("package.json", "utf8"));
  const rootDir = scratchFolder({ "one.test.ts": swallowing, "two.test.ts": swallowing });
  const own = { rootDir, roots: ["<rootDir>"], runner: resolve(jest.runner) };
  const config = JSON.stringify({ ...jest, ...own, setupFilesAfterEnv: [resolve("test/setup.ts")] });
  // In one process: the second file finds it as the first one has left it.
  const args = ["node_modules/jest/bin/jest.js", "--maxWorkers", "1", "--json", "--config", config];
  const env = { ...environment, OF_THE_PERSON: "1" };
  const output = await new Promise<string>((done) =>
    execFile(process.execPath, args, { env }, (_, stdout) => done(stdout)),
  );
  const { testResults }: { testResults: { assertionResults: { title: string; status: string }[] }[] } =
    JSON.parse(output);
  const outcomes = testResults.map(({ assertionResults }) =>
    assertionResults.map(({ title, status }) => `${title}: ${status}`),
  );
  const expected = [
    "a request: failed",
    "a request that nobody waits for: failed",
    "a program: failed",
    "the variables: passed",
  ];
  expect(outcomes).toEqual([expected, expected]);
});
