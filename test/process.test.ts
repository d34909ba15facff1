import { expect, test } from "@jest/globals";
import { alteredScript } from "./helpers/scratch.ts";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { cancelled, creating, leftBehind, seeReadme, transcript } from "./helpers/transcript.ts";

test.concurrent("The name is all that the script waits for on its input", async () => {
  const { exitCode, stdout } = await runInOwnProcess({ staysOpen: true });
  expect(stdout).toBe(transcript());
  expect(exitCode).toBe(0);
});

test.concurrent("A failure is told on stderr, and the exit code is 1", async () => {
  const { exitCode, stdout, stderr } = await runInOwnProcess({ input: "Cancelled" });
  expect(stderr).toBe(`${cancelled("Cancelled")}${seeReadme}${leftBehind("Cancelled")}`);
  expect(stdout).toBe(creating("Cancelled"));
  expect(exitCode).toBe(1);
});

test.concurrent("An output that nobody reads ends the script before anything is created", async () => {
  const { exitCode, stderr } = await runInOwnProcess({ isUnread: true });
  expect(stderr).toMatch(/^.*EPIPE.*\n.+\n$/);
  expect(exitCode).toBe(1);
});

test.concurrent("A mistake in a script that was changed keeps its place", async () => {
  const { script, line } = alteredScript("client.getCertificate(", "client.getCertifcate(");
  const { exitCode, stderr } = await runInOwnProcess({ program: [script] });
  const message = "client.getCertifcate is not a function";
  expect(stderr).toBe(`${message}\nkv_certificates.ts:${line}\n${seeReadme}${leftBehind()}`);
  expect(exitCode).toBe(1);
});
