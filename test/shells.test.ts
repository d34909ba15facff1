import { describe, expect, test } from "@jest/globals";
import { codeBlocks, codeOf, pages, sectionsOf, type Page } from "./helpers/pages.ts";

const linesOf = (page: Page, shell: string) =>
  codeBlocks(page)
    .filter(({ language }) => language === shell)
    .flatMap(({ text }) => text.split("\n"));

describe.each(pages)("On %s", (page) => {
  test("A command in PowerShell has nothing of bash, and the other way around", () => {
    expect(linesOf(page, "powershell").filter((line) => /\\\s*$|"\$\(|\bexport |` +$/.test(line))).toEqual([]);
    expect(linesOf(page, "bash").filter((line) => /`\s*$|\$Env:|\b[A-Z][a-z]+-Az[A-Z]|\\ +$/.test(line))).toEqual([]);
  });

  test("No argument of the Azure CLI is one that PowerShell on Windows takes apart", () => {
    // There, az is run by cmd.exe, and an argument without a blank loses its quotation marks on the way.
    const args = codeOf(page).match(/(?<=\baz [^\n]*)"[^"\s]*"/g) ?? [];
    expect(args.filter((arg) => /[&|^()%]/.test(arg) && !arg.startsWith('"$('))).toEqual([]);
  });
});

/** What the blocks of a shell name: placeholders, the group, the role, and permissions. */
function valuesIn(text: string) {
  const values = text.match(/<[\w-]+>|myResourceGroup|"Key Vault [\w ]+"|\b(?:delete|get|list|create)\b(?=[ ,]|$)/gm);
  return [...new Set(values)].sort();
}

test.each(["Set up your local environment", "Code details", "Clean up resources"])(
  "The commands for the Azure CLI and for PowerShell name the same things in '%s'",
  (heading) => {
    const section = sectionsOf("README.md").find((each) => each.heading === heading);
    const markdown = section?.blocks.map(({ raw }) => raw).join("") ?? "";
    const namedIn = (shell: string) => {
      const blocks = [...markdown.matchAll(new RegExp("```" + shell + "\\n([^]*?)```", "g"))].map(
        ([, code = ""]) => code,
      );
      return valuesIn(
        blocks
          .filter((code) => /\baz |-Az|KEY_VAULT_NAME/.test(code))
          .join("\n")
          .replaceAll(/\baz .*?(?= --|$)/gm, "az"),
      );
    };
    expect(namedIn("bash")).not.toEqual([]);
    expect(namedIn("powershell")).toEqual(namedIn("bash"));
  },
);
