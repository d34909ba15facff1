import { expect, test } from "@jest/globals";
import { failures } from "./offline/failures.ts";
import { codeSpans, tableOf, textOf, wordsIn } from "./helpers/pages.ts";

const page = ".github/WORKSHOP.md";
const agenda = tableOf(page, "Minutes");

test("The minutes of the agenda add up to those of the workshop", () => {
  const [, minutes] = /^# .* (\d+) minutes$/m.exec(textOf(page)) ?? [];
  expect(agenda.reduce((sum, [each]) => sum + Number(each), 0)).toBe(Number(minutes));
});

test("The page is short", () => {
  expect(wordsIn(textOf(page))).toBeLessThanOrEqual(980);
});

test("The names to type are failures of the demo", () => {
  const names = codeSpans(page).filter((text) => /^([A-Z][a-z]+){2,}$/.test(text));
  expect(names).toContain("ForbiddenByRbac");
  for (const name of names.filter((name) => name !== "DefaultAzureCredential")) expect(failures).toHaveProperty(name);
});
