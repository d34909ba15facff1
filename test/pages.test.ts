import { describe, expect, test } from "@jest/globals";
import GithubSlugger from "github-slugger";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { codeBlocks, codeOf, codeSpans, pages, textOf, tokensOf, type Page } from "./helpers/pages.ts";
import { signIn } from "./helpers/transcript.ts";

const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));

const readersOwn = ["my-program.ts"];
// Within its folder's paragraph, a file of the tests is named without it.
const inTests = readdirSync("test", { recursive: true, encoding: "utf8" }).map((file) => basename(file));
const npmsOwn = ["cache", "ci", "cit", "config", "init", "install", "login", "ping", "pkg"];

/** The commands of npm's and npx's on a page. */
const commandsOf = (page: Page) =>
  [
    ...codeBlocks(page)
      .filter(({ language }) => language === "bash")
      .flatMap(({ text }) => text.split(/\n| && /)),
    ...codeSpans(page),
  ].filter((command) => /^np[mx] /.test(command));

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(page: Page) {
  const slugger = new GithubSlugger();
  return tokensOf(page).flatMap((token) => (token.type === "heading" ? [slugger.slug(`${token.text}`)] : []));
}

/** Whether a link within the project leads to a file that exists and, if it names a heading, to one of its page. */
function leadsSomewhere(link: string, from: Page) {
  const [path = "", anchor] = link.split("#");
  const target = path ? join(dirname(from), path).replaceAll("\\", "/") : from;
  const page = pages.find((each) => each === target);
  return existsSync(target) && (anchor === undefined || (page !== undefined && anchorsOf(page).includes(anchor)));
}

/** Whether npm or npx know a command: a script, one of npm's own, a package that is installed. */
function isKnown(command: string) {
  const [program, ...words] = command.replace(/^npm run /, "npm ").split(" ");
  const [name = "", ...rest] = words.filter((word) => !word.startsWith("-"));
  if (program === "npx") return ["tsx", "tsc", "jest"].includes(name);
  const installed = Object.keys({ ...dependencies, ...devDependencies });
  if (name === "install") return rest.every((word) => word === "<package>" || installed.includes(word));
  return npmsOwn.includes(name) || Object.hasOwn(scripts, name);
}

// Each test lists what is wrong on the page: nothing is expected to be.
describe.each(pages)("On %s", (page) => {
  test("Every block of code names its language: bash, powershell, text, mermaid, or one of those of TypeScript", () => {
    const known = ["bash", "mermaid", "powershell", "text", "ts", "ts exercise", "ts find", "ts own"];
    expect(codeBlocks(page).filter(({ language }) => !known.includes(language))).toEqual([]);
  });

  test("Every link within the project, and every anchor, leads somewhere", () => {
    const links = tokensOf(page).flatMap((token) => (token.type === "link" ? [`${token.href}`] : []));
    const within = links.filter((link) => !link.startsWith("https://"));
    expect(within.filter((link) => !leadsSomewhere(link, page))).toEqual([]);
  });

  test("Every file that is named, or given to a command, exists", () => {
    const named = codeSpans(page).filter((text) => /^\.?[\w/-]+(\.[\w-]+)*\.(ts|js|json|md)$|^\.ci\/run$/.test(text));
    const given = codeOf(page).match(/(?<=\b(?:npx|node) .*)[\w./-]+\.ts\b/g) ?? [];
    expect(
      [...named, ...given].filter((file) => !existsSync(file) && ![...readersOwn, ...inTests].includes(file)),
    ).toEqual([]);
  });

  test("Every command of npm's and npx's exists", () => {
    expect(commandsOf(page).filter((command) => !isKnown(command))).toEqual([]);
  });

  test("A token is asked for by the scope that the script prints", () => {
    const scopes = textOf(page).match(/(?<=--scope )https:[^\s`"]+/g) ?? [];
    expect(scopes.filter((scope) => !signIn.includes(`--scope ${scope} `))).toEqual([]);
  });

  test("Every placeholder of a command says what to put there", () => {
    const placeholders = codeOf(page).match(/<[^<>\n]*>/g) ?? [];
    expect(placeholders.filter((placeholder) => !/^<([\w-]+|…)>$/.test(placeholder))).toEqual([]);
  });

  test("The shells' commands are for a vault of one name", () => {
    const names = textOf(page).match(/(?<=--vault-name |-VaultName |keyvault \w+ --name )[^\s`"'|)]+/g) ?? [];
    const known = ["<your-unique-keyvault-name>", "demo-vault"];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });
});
