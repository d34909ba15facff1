import type { Tokens } from "marked";
import { sectionsOf, type Page } from "./pages.ts";

const page: Page = ".github/TROUBLESHOOTING.md";

/** An entry of Troubleshooting: the words on the screen, and below them the cure, in Markdown. */
interface Entry {
  section: string;
  words: string[];
  cure: string;
}

/** The entries of Troubleshooting. */
export const entries = (): Entry[] => items().filter(({ cure }) => cure);

/** What stands in a list of entries, or begins as an entry does, but has not its form: nobody who searches finds it. */
export const malformedEntries = () =>
  items()
    .filter(({ cure }) => !cure)
    .map(({ section, raw }) => `"${section}": ${raw.trim()}`);

function items() {
  return sectionsOf(page).flatMap(({ heading, blocks }) => {
    const lists = blocks.filter((block): block is Tokens.List => block.type === "list" && !block.ordered);
    return lists.flatMap(({ items }) => {
      const read = items.map(({ raw, text }) => ({ raw, section: heading, ...partsOf(text) }));
      const isOfEntries = read.some(({ cure }) => cure);
      return read.filter(({ raw }) => isOfEntries || /^[-*+] +`/.test(raw));
    });
  });
}

const span = /`` [^\n]+? ``|`[^`\n]+`/.source;
const form = new RegExp(`^((?:${span})(?:, (?:${span}))*)\\\\\\n([^]+)$`);

/** The words and the cure of an entry; what has not its form has neither. */
function partsOf(text: string) {
  const [, first = "", cure = ""] = form.exec(text) ?? [];
  const words = [...first.matchAll(new RegExp(span, "g"))].map(([code]) => code.replace(/^`+ ?| ?`+$/g, ""));
  return { words, cure };
}

/** The entries whose words stand in what was printed; that there is none is refused. */
export function cureFor(printed: string) {
  const found = entries().filter(({ words }) => words.some((each) => printed.includes(each)));
  if (found.length === 0)
    throw new Error(`${page} has no entry whose words stand in what was printed. Add one:\n${printed}`);
  return found;
}
