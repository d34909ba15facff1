import { describe, expect, test } from "@jest/globals";
import GithubSlugger from "github-slugger";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { codeBlocks, codeOf, codeSpans, pages, textOf, tokensOf, type Page } from "./helpers/pages.ts";
import { signIn } from "./helpers/transcript.ts";

const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));

const npmsOwn = ["ci", "cit", "config", "init", "install", "login", "ping", "pkg"];

/** The commands of npm's on a page. */
const commandsOf = (page: Page) =>
  [
    ...codeBlocks(page)
      .filter(({ language }) => language === "bash")
      .flatMap(({ text }) => text.split(/\n| && /)),
    ...codeSpans(page),
  ].filter((command) => command.startsWith("npm "));

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(page: Page) {
  const slugger = new GithubSlugger();
  return tokensOf(page).flatMap((token) => (token.type === "heading" ? [slugger.slug(`${token.text}`)] : []));
}

describe.each(pages)("%s", (page) => {
  test("Every block names its language or its shell", () => {
    const known = ["bash", "mermaid", "powershell", "text", "ts", "ts exercise", "ts own"];
    for (const { language } of codeBlocks(page)) expect(known).toContain(language);
  });

  test("Every link within the project, and every anchor, leads somewhere", () => {
    const links = tokensOf(page).flatMap((token) => (token.type === "link" ? [`${token.href}`] : []));
    const within = links.filter((link) => !link.startsWith("https://"));
    expect(within).not.toEqual([]);
    for (const link of within) {
      const [path = "", anchor] = link.split("#");
      const target = path ? join(dirname(page), path) : page;
      expect([link, existsSync(target)]).toEqual([link, true]);
      const asPage = pages.find((each) => each === target.replaceAll("\\", "/"));
      if (anchor !== undefined)
        expect([link, asPage && anchorsOf(asPage)]).toEqual([link, expect.arrayContaining([anchor])]);
    }
  });

  test("Every command of npm's exists", () => {
    for (const command of commandsOf(page)) {
      const [name = "", ...rest] = command.replace(/^npm (run )?/, "").split(" ");
      if (!npmsOwn.includes(name)) expect(scripts).toHaveProperty([name]);
      const installed = rest.filter((word) => !word.startsWith("--"));
      const known = Object.keys({ ...dependencies, ...devDependencies });
      if (name === "install") expect(known).toEqual(expect.arrayContaining(installed));
      const [, files = "", pattern = ""] = /-- ([\w ]+?)(?: --testNamePattern (\w+))?$/.exec(command) ?? [];
      for (const file of files.split(" ").filter((file) => file && !existsSync(`test/${file}`)))
        expect(readFileSync(`test/${file}.test.ts`, "utf8")).toContain(pattern);
    }
  });

  test("Every tool that npx runs, and every file that it is given, exists", () => {
    const code = codeOf(page);
    for (const [, tool] of code.matchAll(/\bnpx (\w+)/g)) expect(["tsx", "tsc", "jest"]).toContain(tool);
    for (const [file] of code.matchAll(/(?<=\b(?:npx|node) .*)[\w./-]+\.ts\b/g))
      expect([file, existsSync(file) || file === "my-program.ts"]).toEqual([file, true]);
  });

  test("A token is asked for by the scope that the script prints", () => {
    const scopes = textOf(page).match(/(?<=--scope )https:[^\s`"]+/g) ?? [];
    for (const scope of scopes) expect(signIn).toContain(`--scope ${scope} `);
  });

  test("Every placeholder of a command says what to put there", () => {
    for (const [placeholder] of codeOf(page).matchAll(/<[^<>\n]*>/g)) expect(placeholder).toMatch(/^<([\w-]+|…)>$/);
  });

  test("The shells' commands are for a vault of one name", () => {
    const names = textOf(page).match(/(?<=--vault-name |-VaultName |keyvault \w+ --name )[^\s`"'|)]+/g) ?? [];
    for (const name of names) expect(["<your-unique-keyvault-name>", "demo-vault"]).toContain(name);
  });
});

test("Every file that is named exists, and every file is named", () => {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  // The files of the demo are named without their folder, and those of other folders by it alone.
  const names = files.map((file) => {
    const folder = dirname(file);
    return folder === "offline" ? basename(file) : `test/${folder === "." ? file : `${folder}/`}`;
  });
  const spans = pages.flatMap(codeSpans);
  const named = spans.filter((text) => /^\.?[\w/-]+(\.[\w-]+)*\.(ts|json|md)$|^\.ci\/run$/.test(text));
  const readersOwn = "my-program.ts";
  const known = [...names, readersOwn];
  for (const file of named) expect([file, existsSync(file) || known.includes(file)]).toEqual([file, true]);
  expect(spans).toEqual(expect.arrayContaining(["kv_certificates.ts", "test/offline/", ...names]));
});
