import { expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { environment } from "./helpers/environment.ts";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { codeBlocks, exercises } from "./helpers/pages.ts";
import { rehearseInThisProcess } from "./helpers/rehearsal.ts";
import { scratchFolder } from "./helpers/scratch.ts";

const script = readFileSync("kv_certificates.ts", "utf8");
const own = codeBlocks().filter(({ language }) => language === "ts own");

/** The script with the changes of an exercise; of lines that stand in it more than once, the last is meant. */
function changed(changes: { place: string; line: string; text: string }[]) {
  return changes.reduce((before, { place, line, text }) => {
    const at = before.lastIndexOf(`\n${line}\n`);
    if (at < 0) throw new Error(`The script has no line '${line}'.`);
    const kept = place === "After" ? `\n${line}` : "";
    return `${before.slice(0, at)}${kept}\n${text}${before.slice(at + line.length + 1)}`;
  }, script);
}

/** Each line of the README, in which "…" stands for any words, as a pattern for a line of the terminal. */
const patterns = (shown: string) =>
  shown.split("\n").map((line) => new RegExp(`^${line.split("…").map(escaped).join(".*")}$`, "m"));
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const files = new Map([
  ...exercises().map(({ changes }, index) => [`exercise-${index + 1}.ts`, changed(changes)] as const),
  ...own.map(({ text }) => ["own.ts", text] as const),
]);
const tsconfig = JSON.stringify({ extends: resolve("tsconfig.json"), include: ["*.ts"] });
const folder = scratchFolder({ ...Object.fromEntries(files), "tsconfig.json": tsconfig });
const scriptIn = (file: string) => pathToFileURL(join(folder, file)).href;

test("Each exercise shows in the demo what the README says", async () => {
  expect(new Set(exercises().map(({ title }) => title)).size).toBe(6);
  for (const [index, { shown }] of exercises().entries()) {
    const { stdout, stderr } = await rehearseInThisProcess("my-cert", { script: scriptIn(`exercise-${index + 1}.ts`) });
    const isShown = patterns(
      shown
        .filter(({ by }) => by === "demo")
        .map(({ text }) => text)
        .join("\n"),
    );
    for (const pattern of isShown) expect(stdout + stderr).toMatch(pattern);
  }
});

test("npx tsc finds the mistake that it is said to find, and no other", async () => {
  const tsc = ["node_modules/typescript/bin/tsc", "-p", folder];
  const output = await new Promise<string>((done) =>
    execFile(process.execPath, tsc, { env: environment }, (_, stdout) => done(stdout)),
  );
  const expected = exercises().flatMap(({ shown }) => shown.filter(({ by }) => by === "tsc").map(({ text }) => text));
  expect(output.match(/^.*error.*$/gm)).toHaveLength(expected.length);
  for (const pattern of patterns(expected.join("\n"))) expect(output).toMatch(pattern);
});

test("The lines for a project of one's own run as they are", async () => {
  expect(own).toHaveLength(1);
  const { exitCode, stdout, isLeft } = await rehearseInThisProcess("", { script: scriptIn("own.ts") });
  expect(stdout).toMatch(/^Certificate with name 'my-cert-\d+' was found\.\n$/);
  expect([exitCode, isLeft]).toEqual([0, false]);
});

test("A program of one's own runs against the demo's vault, as the README says", async () => {
  const [, preload = ""] = /`npx tsx --import (\S+) my-program\.ts`/.exec(readFileSync("README.md", "utf8")) ?? [];
  const run = await runInOwnProcess({ preloads: [preload], program: [join(folder, "own.ts")] });
  const stdout = expect.stringMatching(/^Certificate with name 'my-cert-\d+' was found\.\n$/);
  expect(run).toEqual({ exitCode: 0, stdout, stderr: "" });
});
