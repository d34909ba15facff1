import { afterAll } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** Writes these files, by name, to a folder of their own, beside the project's packages; returns its path. */
export function scratchFolder(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "quickstart-"));
  folders.push(folder);
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o700 });
  return folder;
}

/** The files of a program that fails with these lines on stderr, for `scratchFolder`. */
export const failingTool = (name: string, ...lines: string[]) => ({
  [name]: ["#!/bin/sh", ...lines.map((line) => `echo '${line}' >&2`), "exit 1"].join("\n"),
  [`${name}.cmd`]: ["@echo off", ...lines.map((line) => `>&2 echo ${line}`), "exit /b 1"].join("\r\n"),
});

/** Writes the script with a change to a folder of its own; returns its path and URL, and the line of the change. */
export function alteredScript(from: string, to: string) {
  const text = readFileSync("kv_certificates.ts", "utf8");
  const [before] = text.split(from);
  if (before === undefined || before === text) throw new Error(`The script has no '${from}'.`);
  const folder = scratchFolder({ "kv_certificates.ts": text.replace(from, () => to) });
  const script = join(folder, "kv_certificates.ts");
  return { script, url: pathToFileURL(script).href, line: before.split("\n").length };
}
