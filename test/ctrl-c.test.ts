import { expect, test } from "@jest/globals";
import { startWithMockedClient } from "./helpers/mocked-client.ts";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { creating, deleting, leftBehind, prompt, retrieving } from "./helpers/transcript.ts";

const never = new Promise(() => {});

test.each([
  ["the creation is asked about for the first time", { firstPolled: never }, creating()],
  ["the creation is under way", { created: never }, creating()],
  ["the certificate is retrieved", { retrieved: never }, creating() + retrieving],
  ["the deletion is not accepted yet", { deletionBegun: never }, creating() + retrieving + deleting()],
])("Ctrl-C says what may be left, and how to delete it, while %s", async (_, answers, printed) => {
  const { stdout, stderr, pressCtrlC } = startWithMockedClient(answers);
  expect(await pressCtrlC()).toBe(130);
  expect(stderr()).toBe(`\n${leftBehind()}`);
  expect(stdout()).toBe(printed);
});

test.each([
  ["before the creation is accepted", { begun: never }, creating()],
  ["once the deletion is accepted", { deleted: never }, creating() + retrieving + deleting()],
])("Ctrl-C says nothing %s", async (_, answers, printed) => {
  const { stdout, stderr, pressCtrlC } = startWithMockedClient(answers);
  expect(await pressCtrlC()).toBe(130);
  expect(stderr()).toBe("");
  expect(stdout()).toBe(printed);
});

// Windows sends a program no signals: there, the tests above have to do.
if (process.platform !== "win32") {
  test.concurrent("Ctrl-C at the prompt ends the script, and says nothing", async () => {
    const run = await runInOwnProcess({ input: "", staysOpen: true, ctrlCAfter: prompt });
    expect(run).toEqual({ exitCode: 130, stdout: prompt, stderr: "" });
  });

  test.concurrent("Ctrl-C during the creation ends the script, and says what may be left", async () => {
    const run = await runInOwnProcess({
      preloads: ["./test/offline/requests.ts"],
      env: { OFFLINE_CREATION_TIME: "600000" },
      ctrlCAfter: "/pending 200 inProgress",
    });
    expect(run).toMatchObject({ exitCode: 130, stdout: creating() });
    expect(run.stderr.endsWith(`\n\n${leftBehind()}`)).toBe(true);
  });
}
