import { expect, test } from "@jest/globals";
import { execFile, exec } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { environment } from "./helpers/environment.ts";
import { mostMilliseconds, runsTypeScript } from "./helpers/own-process.ts";
import { codeBlocks, tableOf, textOf } from "./helpers/pages.ts";
import { grantPermission, grantRole } from "./helpers/transcript.ts";

const read = (file: string) => readFileSync(file, "utf8");
const readme = textOf("README.md");
const script = read("kv_certificates.ts");
const { engines, dependencies } = JSON.parse(read("package.json"));

const blocks = codeBlocks("README.md");
const bash = blocks.filter(({ language }) => language === "bash").map(({ text }) => text.replaceAll(/ \\\n */g, " "));

const end = 'await deletePoller.pollUntilDone();\nconsole.log(" done.");';
const flow = script.slice(0, script.indexOf(end) + end.length);
const typescript = blocks.filter(({ language }) => language === "ts").map(({ text }) => text);

test("README.md's listing is the whole flow of the script: copy it from kv_certificates.ts", () => {
  expect({ listing: typescript[0] }).toEqual({ listing: flow });
});

test("The blocks of README.md's Code details are lines of the script", () => {
  const [, ...details] = typescript;
  expect(details).not.toEqual([]);
  expect(details.filter((text) => !flow.includes(`\n${text}\n`))).toEqual([]);
});

test("No line of code is wider than GitHub shows", () => {
  const pages = [...blocks, ...codeBlocks(".github/EXERCISES.md")];
  expect(pages.flatMap(({ text }) => text.split("\n")).filter((line) => line.length > 96)).toEqual([]);
});

test("README.md's transcript is what the demo shows", async () => {
  const env = { ...environment, OFFLINE_CREATION_TIME: "0", OFFLINE_DELETION_TIME: "0" };
  const demo = promisify(exec)("npm run --silent demo", { env, timeout: mostMilliseconds });
  demo.child.stdin?.end("my-cert\n");
  const { stdout, stderr } = await demo;
  const typed = stdout.replace(/(?<=^Input .* > )/, "my-cert\n");
  expect(`${blocks.find(({ language }) => language === "text")?.text}\n`).toBe(stderr + typed);
  for (const line of (stderr + typed).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("What stands for the Python calls stands in the script", () => {
  const calls = tableOf("README.md", "Python").map(([, call]) => call);
  expect(calls).not.toEqual([]);
  expect(calls.filter((call) => !script.includes(`${call}`))).toEqual([]);
});

test("The sections that the script names are there", () => {
  const named = [...`${grantRole}${grantPermission}`.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
  expect(named).not.toEqual([]);
  expect(named.filter((name) => !readme.includes(name))).toEqual([]);
});

const commands = bash.flatMap((text) => text.split(/\n| && /));

test("What a project of one's own installs is what the script needs", () => {
  const installed = commands.flatMap(
    (command) => /^npm install (?:--save-dev )?(.+)/.exec(command)?.[1]?.split(" ") ?? [],
  );
  expect(installed).toEqual([...Object.keys(dependencies), "@types/node"]);
});

test("Without tsx, the script starts from the version of Node.js on that runs TypeScript", async () => {
  const running = promisify(execFile)(process.execPath, ["kv_certificates.ts"], {
    env: environment,
    timeout: mostMilliseconds,
  });
  const stderr = runsTypeScript ? /^KEY_VAULT_NAME is not set\.\n(.+\n){5}$/m : /Unknown file extension/;
  await expect(running).rejects.toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(stderr) });
});

test("The figures are those of the settings and of the code", () => {
  const [, newest, second, oldest] =
    /(\d+) or later\. \((\d+) works too, and so does (\S+) or later/.exec(readme) ?? [];
  expect(engines.node).toBe(`^${oldest}.0 || ^${second}.0.0 || >=${newest}.0.0`);

  expect(readme).toContain("asks Key Vault every half second");
  expect(/intervalInMs: \d+/.exec(script)?.[0]).toBe("intervalInMs: 500");
});
