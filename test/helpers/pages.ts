import { lexer, walkTokens, type Token, type Tokens } from "marked";
import { readFileSync } from "node:fs";

/** The pages of the project, by their paths from its folder. */
export const pages = [
  "README.md",
  ".github/TROUBLESHOOTING.md",
  ".github/WORKSHOP.md",
  ".github/CONTRIBUTING.md",
] as const;
export type Page = (typeof pages)[number];

/** The Markdown of a page. */
export const textOf = (page: Page) => readFileSync(page, "utf8");

const parsed = new Map(pages.map((page) => [page, lexer(textOf(page))] as const));
const blocksOf = (page: Page): Token[] => parsed.get(page) ?? [];

/** The number of words, as `wc -w` counts them. */
export const wordsIn = (text: string) => text.trim().split(/\s+/).length;

/** All tokens of a page: blocks and what stands in them, in order. */
export function tokensOf(page: Page): Token[] {
  const tokens: Token[] = [];
  walkTokens(blocksOf(page), (token) => void tokens.push(token));
  return tokens;
}

/** The blocks of code of a page, each with all that stands after its fence as its language, such as "ts exercise". */
export function codeBlocks(page: Page = "README.md") {
  return tokensOf(page).flatMap((token) =>
    token.type === "code" ? [{ language: `${token.lang}`, text: `${token.text}` }] : [],
  );
}

/** What stands as code within the text of a page. */
export const codeSpans = (page: Page): string[] =>
  tokensOf(page).flatMap((token) => (token.type === "codespan" ? [`${token.text}`] : []));

/** All that a page has as code, in blocks and within its text. */
export const codeOf = (page: Page) => [...codeBlocks(page).map(({ text }) => text), ...codeSpans(page)].join("\n");

/** The blocks of README.md from a heading of the second level to the next one. */
export function section(heading: string): Token[] {
  const blocks = blocksOf("README.md");
  const isHeading = (token: Token) => token.type === "heading" && token.depth === 2;
  const from = blocks.findIndex((token) => isHeading(token) && token.raw.includes(heading)) + 1;
  if (from === 0) throw new Error(`README.md has no section '${heading}'.`);
  const length = blocks.slice(from).findIndex(isHeading);
  return blocks.slice(from, length < 0 ? undefined : from + length);
}

/** The rows of the table of a page whose first column has this heading: each a list of its cells, without marks of code. */
export function tableOf(page: Page, heading: string): string[][] {
  const table = tokensOf(page).find((token) => token.type === "table" && token.header[0].text === heading);
  if (table?.type !== "table") throw new Error(`${page} has no table that begins with '${heading}'.`);
  return table.rows.map((row: { text: string }[]) => row.map(({ text }) => text.replaceAll("`", "")));
}

/**
 * The entries by the words on the screen: in the first line of an item of a list the words, as code, and below it the
 * cure.
 */
export function entriesOf(page: Page) {
  const items = blocksOf(page).flatMap((token) => (token.type === "list" ? (token as Tokens.List).items : []));
  return items.flatMap(({ text }) => {
    const [first = "", ...cure] = text.split("\\\n");
    const words = [...first.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
    return cure.length > 0 ? [{ words, cure: cure.join("\n") }] : [];
  });
}

interface Exercise {
  title: string;
  /** Where its lines go: "After" or "In place of" which line of the script. */
  changes: { place: string; line: string; text: string }[];
  /** What the terminal then shows, after `npm run demo` or `npx tsc`. */
  shown: { by: "demo" | "tsc"; text: string }[];
}

/**
 * The exercises of "Change it": lines to change, and what the terminal shows then; the next lines begin another one.
 */
export function exercises() {
  const found: Exercise[] = [];
  let title = "";
  let words = "";
  for (const token of section("Change it")) {
    if (token.type === "heading") title = token.raw;
    if (token.type === "paragraph") words = token.raw;
    if (token.type !== "code") continue;
    if (token.lang === "ts exercise") {
      const [, place = "", line = ""] = /^(After|In place of)[^`]* `([^`]+)`,/.exec(words) ?? [];
      let exercise = found.at(-1);
      if (!exercise || exercise.title !== title || exercise.shown.length > 0)
        found.push((exercise = { title, changes: [], shown: [] }));
      exercise.changes.push({ place, line, text: token.text });
    } else found.at(-1)?.shown.push({ by: words.startsWith("`npx tsc`") ? "tsc" : "demo", text: token.text });
  }
  return found;
}
