import { lexer, walkTokens, type Token } from "marked";
import { readFileSync } from "node:fs";

/** The pages of the project, by their paths from its folder. */
export const pages = [
  "README.md",
  ".github/EXERCISES.md",
  ".github/TROUBLESHOOTING.md",
  ".github/WORKSHOP.md",
  ".github/CONTRIBUTING.md",
] as const;
export type Page = (typeof pages)[number];

/** The Markdown of a page. */
export const textOf = (page: Page) => readFileSync(page, "utf8").replaceAll("\r", "");

const parsed = new Map(pages.map((page) => [page, lexer(textOf(page))] as const));

/** The blocks of a page: its headings, paragraphs, lists and code, in order. */
const blocksOf = (page: Page): Token[] => parsed.get(page) ?? [];

/** All tokens of a page: blocks and what stands in them, in order. */
export function tokensOf(page: Page): Token[] {
  const tokens: Token[] = [];
  walkTokens(blocksOf(page), (token) => void tokens.push(token));
  return tokens;
}

/** The blocks of code of a page, each with all that stands after its fence as its language, such as "ts exercise". */
export function codeBlocks(page: Page) {
  return tokensOf(page).flatMap((token) =>
    token.type === "code" ? [{ language: `${token.lang}`, text: `${token.text}` }] : [],
  );
}

/** What stands as code within the text of a page. */
export const codeSpans = (page: Page): string[] =>
  tokensOf(page).flatMap((token) => (token.type === "codespan" ? [`${token.text}`] : []));

/** All that a page has as code, in blocks and within its text. */
export const codeOf = (page: Page) => [...codeBlocks(page).map(({ text }) => text), ...codeSpans(page)].join("\n");

/** The sections of a page: what stands below each heading of the second level. */
export function sectionsOf(page: Page) {
  const sections: { heading: string; blocks: Token[] }[] = [];
  for (const block of blocksOf(page))
    if (block.type === "heading" && block.depth === 2) sections.push({ heading: `${block.text}`, blocks: [] });
    else sections.at(-1)?.blocks.push(block);
  return sections;
}

/** The blocks of one section; a page without it is refused. */
export function section(page: Page, heading: string): Token[] {
  const found = sectionsOf(page).find((each) => each.heading === heading);
  if (!found) throw new Error(`${page} has no section '${heading}'.`);
  return found.blocks;
}

/** The rows of the table of a page whose first column has this heading: each a list of its cells, without marks of code. */
export function tableOf(page: Page, heading: string): string[][] {
  const table = tokensOf(page).find((token) => token.type === "table" && token.header[0].text === heading);
  if (table?.type !== "table") throw new Error(`${page} has no table that begins with '${heading}'.`);
  return table.rows.map((row: { text: string }[]) => row.map(({ text }) => text.replaceAll("`", "")));
}

/** The names to type in the demo: those that show a failure, and those with which the script reaches its end. */
export function listedFailures() {
  const lists = section(".github/EXERCISES.md", "Rehearse a failure").filter(({ type }) => type === "list");
  const namesIn = (list?: Token) => [...(list?.raw ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
  return { failing: namesIn(lists[0]), passing: namesIn(lists[1]) };
}
