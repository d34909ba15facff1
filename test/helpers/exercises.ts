import { readFileSync } from "node:fs";
import { section, type Page } from "./pages.ts";

const page: Page = ".github/EXERCISES.md";

/** Lines of the script that an exercise changes: what it adds after them, or writes in their place. */
interface Change {
  place: "After" | "In place of";
  lines: string;
  text: string;
}

interface Exercise {
  title: string;
  changes: Change[];
  /** What the terminal then shows, after `npm run demo` or `npx tsc`. */
  shown: { by: "demo" | "tsc"; text: string }[];
}

/**
 * The exercises, each with the lines to change and what the terminal shows then; the next lines begin another one. A
 * block whose lines are not said to go after or in place of others is refused.
 */
export function exercises() {
  const found: Exercise[] = [];
  let title = "";
  let words = "";
  let lines: string | undefined;
  for (const token of section(page, "Change the script")) {
    if (token.type === "heading") title = token.text;
    if (token.type === "paragraph") [words, lines] = [token.raw, undefined];
    if (token.type !== "code") continue;
    if (token.lang === "ts find") lines = token.text;
    if (token.lang === "ts")
      throw new Error(`${page}, "${title}": begin this block with \`\`\`ts exercise:\n${token.text}`);
    if (token.lang === "ts exercise") {
      const [, place, line] =
        /(After|In place of) (?:the last )?(?:`([^`]+)`|these lines),? [^\n]+:\s*$/.exec(words) ?? [];
      lines ??= line;
      if ((place !== "After" && place !== "In place of") || !lines)
        throw new Error(
          `${page}, "${title}": say where the lines go, just before them: "After \`LINE\`, add:" or ` +
            `"In place of \`LINE\`, write:", with a line of the script, and with a colon at the end. It says: ${words}`,
        );
      let exercise = found.at(-1);
      if (!exercise || exercise.title !== title || exercise.shown.length > 0)
        found.push((exercise = { title, changes: [], shown: [] }));
      exercise.changes.push({ place, lines, text: token.text });
    } else if (token.lang === "text")
      found.at(-1)?.shown.push({ by: words.startsWith("`npx tsc`") ? "tsc" : "demo", text: token.text });
  }
  return found;
}

/** The script with these changes; of lines that stand in it more than once, the last are meant. */
export function changedBy({ title, changes }: Exercise) {
  return changes.reduce(
    (script, { place, lines, text }) => {
      const at = script.lastIndexOf(`\n${lines}\n`);
      if (at < 0) throw new Error(`${page}, "${title}": the script has no such lines:\n${lines}`);
      const kept = place === "After" ? `\n${lines}` : "";
      return `${script.slice(0, at)}${kept}\n${text}${script.slice(at + lines.length + 1)}`;
    },
    readFileSync("kv_certificates.ts", "utf8"),
  );
}
