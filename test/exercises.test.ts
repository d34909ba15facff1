import { expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { environment } from "./helpers/environment.ts";
import { changedBy, exercises } from "./helpers/exercises.ts";
import { codeBlocks, codeOf, textOf } from "./helpers/pages.ts";
import { failures } from "./offline/failures.ts";
import { rehearseInThisProcess } from "./helpers/rehearsal.ts";
import { scratchFolder } from "./helpers/scratch.ts";

const all = exercises().map((exercise, index) => ({ ...exercise, file: `change-${index + 1}.ts` }));
const page = ".github/EXERCISES.md";
const [own] = codeBlocks(page).filter(({ language }) => language === "ts own");

const folder = scratchFolder({
  ...Object.fromEntries(all.map((exercise) => [exercise.file, changedBy(exercise)])),
  "own.ts": `${own?.text}`,
  "tsconfig.json": JSON.stringify({ extends: resolve("tsconfig.json"), include: ["*.ts"] }),
});

/** What is shown, in which "…" stands for any words, as a pattern for each line of the terminal. */
const patterns = (shown: string) =>
  shown.split("\n").map((line) => new RegExp(`^${line.split("…").map(escaped).join(".*")}$`, "m"));
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

test("Each exercise stands under 'Change the script', and says what is then shown", () => {
  const written = codeBlocks(page).filter(({ language }) => language === "ts exercise").length;
  expect(all.flatMap(({ changes }) => changes)).toHaveLength(written);
  expect(all.filter(({ shown }) => shown.length === 0).map(({ title }) => title)).toEqual([]);
});

const shownBy = (command: "demo" | "tsc", { shown }: (typeof all)[number]) =>
  shown.flatMap(({ by, text }) => (by === command ? patterns(text) : []));

test.each(all.filter((exercise) => shownBy("demo", exercise).length > 0))(
  "The demo shows what is said of exercise $title",
  async (exercise) => {
    const script = pathToFileURL(join(folder, exercise.file)).href;
    const { stdout, stderr } = await rehearseInThisProcess("my-cert", { script });
    for (const pattern of shownBy("demo", exercise)) expect(stdout + stderr).toMatch(pattern);
  },
);

test("npx tsc finds the mistakes that it is said to find, and no other", async () => {
  const tsc = ["node_modules/typescript/bin/tsc", "-p", folder];
  const output = await new Promise<string>((done) =>
    execFile(process.execPath, tsc, { env: environment }, (_, stdout) => done(stdout)),
  );
  const expected = all.flatMap((exercise) => shownBy("tsc", exercise));
  for (const pattern of expected) expect(output).toMatch(pattern);
  const errors: string[] = output.match(/^.*error.*$/gm) ?? [];
  const told = errors.map((error) => error.replace(/^.*change-(\d+)\.ts/, (_, n) => `${all[n - 1]?.title}`));
  expect(told.filter((_, index) => !expected.some((pattern) => pattern.test(errors[index] ?? "")))).toEqual([]);
  expect(errors).toHaveLength(expected.length);
});

test("A program of one's own runs against the demo's vault, as it is said", async () => {
  const script = pathToFileURL(join(folder, "own.ts")).href;
  const { exitCode, stdout, stderr, isLeft } = await rehearseInThisProcess("", { script });
  expect(stdout).toMatch(/^Certificate with name 'my-cert-\d+' was found\.\n$/);
  expect({ exitCode, stderr, isLeft }).toEqual({ exitCode: 0, stderr: "", isLeft: false });
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(codeOf(page)).toContain(`npx ${scripts.demo.replace("kv_certificates.ts", "my-program.ts")}`);
});

test("The demo's creation and deletion take as long as it is said, and are set by variables that it reads", async () => {
  const words = textOf(page);
  const [, creation, deletion] = /A creation takes (\d) seconds and a deletion takes (\d) second\b/.exec(words) ?? [];
  const lastAsked = new Map<string, number>();
  await rehearseInThisProcess("my-cert", {}, async (request, vault) => {
    lastAsked.set(`${request.method} ${new URL(request.url).pathname}`, Date.now());
    return vault(request);
  });
  const seconds = (from: string, to: string) => (Number(lastAsked.get(to)) - Number(lastAsked.get(from))) / 1000;
  expect(seconds("POST /certificates/my-cert/create", "GET /certificates/my-cert/pending")).toBe(Number(creation));
  expect(seconds("DELETE /certificates/my-cert", "GET /deletedcertificates/my-cert")).toBe(Number(deletion));
  const demo = readFileSync("test/offline/demo.ts", "utf8");
  expect((words.match(/OFFLINE_\w+/g) ?? []).filter((variable) => !demo.includes(variable))).toEqual([]);
});

test("The names to type are the demo's, and so is what stands for nobody signed in", () => {
  const names = [...textOf(page).matchAll(/type the name `(\w+)`/g)].map(([, name = ""]) => name);
  expect(Object.keys(failures)).toEqual(expect.arrayContaining(names));
  expect([...textOf(page).matchAll(/OFFLINE_SIGN_IN ?= ?"?(\w+)/g)].map(([, value]) => value)).toEqual([
    "none",
    "none",
  ]);
});
