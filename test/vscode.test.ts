import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";

const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));
const { scripts } = read("package.json");

interface Configuration {
  name: string;
  runtimeArgs: string[];
  program: string;
}
const { configurations }: { configurations: Configuration[] } = read(".vscode/launch.json");

test.each([
  ["Demo", "demo"],
  ["Demo, with its requests", "demo:requests"],
  ["Quickstart, with a real vault", "start"],
])("F5 starts in '%s' what npm run %s starts", (name, script) => {
  const { runtimeArgs = [], program = "" } = configurations.find((each) => each.name === name) ?? {};
  const [, ...tsxArgs] = scripts[script].split(" ");
  const file = program.replace("${workspaceFolder}/", "");
  expect([...runtimeArgs, file]).toEqual(["--import", "tsx", ...tsxArgs]);
});
