import { expect, test } from "@jest/globals";
import { failures } from "./offline/failures.ts";
import { codeSpans, tableOf, textOf } from "./helpers/pages.ts";

const page = ".github/WORKSHOP.md";

test("The minutes of the agenda add up to those of the workshop", () => {
  const [, minutes] = /^# .* (\d+) minutes$/m.exec(textOf(page)) ?? [];
  expect(tableOf(page, "Minutes").reduce((sum, [each]) => sum + Number(each), 0)).toBe(Number(minutes));
});

test("The names to type are failures of the demo", () => {
  const names = codeSpans(page).filter((text) => /^([A-Z][a-z]+){2,}$/.test(text) && text !== "DefaultAzureCredential");
  expect(Object.keys(failures)).toEqual(expect.arrayContaining(names));
  expect(names).not.toEqual([]);
});
