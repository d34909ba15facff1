import { sectionsOf, type Page } from "./pages.ts";

const page: Page = ".github/TROUBLESHOOTING.md";

/** An entry of Troubleshooting: the words on the screen, and below them the cure, in Markdown. */
export interface Entry {
  section: string;
  words: string[];
  cure: string;
}

/**
 * The entries of Troubleshooting. An item in a list of entries that has not their form is refused: nobody who searches
 * would find it.
 */
export function entries(): Entry[] {
  return sectionsOf(page).flatMap(({ heading, blocks }) => {
    const items = blocks.flatMap((block) => (block.type === "list" && !block.ordered ? block.items : []));
    const read = items.map(({ raw, text }: { raw: string; text: string }) => {
      const [, first = "", cure = ""] =
        /^((?:`[^`\n]+`|``[^\n]+?``)(?:, (?:`[^`\n]+`|``[^\n]+?``))*)\\\n([^]+)$/.exec(text) ?? [];
      const words = first.match(/``[^\n]+?``|`[^`]+`/g)?.map((span) => span.replace(/^`+ ?| ?`+$/g, "")) ?? [];
      return { raw, section: heading, words, cure };
    });
    if (!read.some(({ cure }) => cure)) return [];
    for (const { raw, cure } of read)
      if (!cure)
        throw new Error(
          `${page}, "${heading}": this is no entry. Write its words as code, divided by commas, then a backslash at ` +
            `the end of the line, and the cure on the next line:\n- \`words\`, \`more words\`\\\n  The cure.\nIt is:\n${raw}`,
        );
    return read;
  });
}

/** The entries whose words stand in what was printed; that there is none is refused. */
export function cureFor(printed: string) {
  const found = entries().filter(({ words }) => words.some((each) => printed.includes(each)));
  if (found.length === 0)
    throw new Error(`${page} has no entry whose words stand in what was printed. Add one:\n${printed}`);
  return found;
}
