import { lexer, walkTokens, type Token } from "marked";
import { readFileSync } from "node:fs";

/** All tokens of README.md, blocks and what stands in them, in order. */
export function readmeTokens(): Token[] {
  const tokens: Token[] = [];
  walkTokens(lexer(readFileSync("README.md", "utf8")), (token) => void tokens.push(token));
  return tokens;
}

/** The rows of the table in README.md whose first column has this heading: each a list of its cells, without marks of code. */
export function readmeTable(heading: string): string[][] {
  const table = readmeTokens().find((token) => token.type === "table" && token.header[0].text === heading);
  if (table?.type !== "table") throw new Error(`README.md has no table that begins with '${heading}'.`);
  return table.rows.map((row: { text: string }[]) => row.map(({ text }) => text.replaceAll("`", "")));
}
