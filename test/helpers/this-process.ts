import { afterEach, expect, jest } from "@jest/globals";
import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { environment } from "./environment.ts";
import { standstill } from "./standstill.ts";

/** What a run in this process is given. */
export interface Given {
  /** The text on standard input, which ends after it. */
  input?: string;
  /** Environment variables, beside those that every run sees; `undefined` removes one. */
  env?: Record<string, string | undefined>;
  /** What the streams have beside their own, as those of a terminal do. */
  terminal?: object;
  /** The script, as a path from this folder or a URL. */
  script?: string;
}

/** Whoever moves a waiting script on: tells whether there is nothing to wait for, and does what comes next. */
interface Clock {
  isBusy(): boolean;
  advance(): void;
}

const standingStill: Clock = { isBusy: () => false, advance: () => {} };

/** So many turns of the event loop, without anything under way, and a script that could go on would have ended. */
const mostTurns = 20_000;

const hasExited = "What the script does after process.exit() does not happen.";

let runs = 0;

// A test that fails halfway does not see its script's end.
afterEach(giveBack);

/**
 * Starts the script in this process, which lends it its streams, its environment and its exit until the script ends.
 * What it has printed so far is in `stdout()` and `stderr()`; `end()` waits for its end, and resolves with the exit
 * code. A script that neither ends nor goes on makes `end()` reject. `pressCtrlC()` ends it where it waits, and resolves
 * with the exit code.
 */
export function startInThisProcess({ input = "my-cert\n", env = {}, terminal = {}, script }: Given = {}) {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const printed = { stdout: "", stderr: "" };
  streams.stdout.on("data", (chunk) => (printed.stdout += chunk));
  streams.stderr.on("data", (chunk) => (printed.stderr += chunk));
  for (const stream of Object.values(streams)) Object.assign(stream, terminal);
  jest.spyOn(process, "stdin", "get").mockReturnValue(streams.stdin as never);
  jest.spyOn(process, "stdout", "get").mockReturnValue(streams.stdout as never);
  jest.spyOn(process, "stderr", "get").mockReturnValue(streams.stderr as never);
  // By default, Node heeds the FORCE_COLOR that Jest gives its workers in a terminal.
  jest.replaceProperty(globalThis, "console", new Console({ ...streams, colorMode: false }));
  jest.replaceProperty(process, "env", { ...environment, KEY_VAULT_NAME: "demo-vault", ...env });
  streams.stdin.end(input);

  let exitCode: number | undefined;
  jest.spyOn(process, "exit").mockImplementation((code) => {
    exitCode ??= Number(code ?? 0);
    throw new Error(hasExited);
  });
  // Node hands what a top-level await rejects with, and Ctrl-C, to the listeners that the script gives it.
  let explain: ((error: unknown) => void) | undefined;
  let stop: (() => void) | undefined;
  const { on } = process;
  jest.spyOn(process, "on").mockImplementation((event: string | symbol, listener: (error?: unknown) => void) => {
    if (event === "uncaughtException") explain = listener;
    else if (event === "SIGINT") stop = listener;
    else on.call(process, event, listener);
    return process;
  });

  const outcome = { isSettled: false, error: undefined as unknown };
  const settle = (error?: unknown) => Object.assign(outcome, { isSettled: true, error });
  const path = script ?? "../../kv_certificates.ts";
  import(`${path}?${runs++}`)
    .catch((error) => {
      if (exitCode !== undefined) return;
      if (!explain) throw error;
      explain(error);
    })
    .then(
      () => settle(),
      (error) => settle(exitCode === undefined ? error : undefined),
    );

  async function end({ isBusy, advance } = standingStill) {
    try {
      for (let turns = 0; !outcome.isSettled; turns += explain && !isBusy() ? 1 : 0) {
        if (turns > mostTurns) throw new Error(`The script neither ends nor goes on, after: ${printed.stdout}`);
        await setImmediate();
        if (!isBusy()) advance();
      }
      await setImmediate(); // What was printed last has been read.
      if (outcome.error) throw outcome.error;
      return exitCode ?? 0;
    } finally {
      giveBack();
    }
  }

  async function pressCtrlC() {
    while (!explain && !outcome.isSettled) await setImmediate();
    await standstill();
    expect(stop).toThrow(hasExited);
    return exitCode;
  }
  return { stdout: () => printed.stdout, stderr: () => printed.stderr, end, pressCtrlC };
}

function giveBack() {
  jest.restoreAllMocks();
}
