import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { environment } from "./environment.ts";
import { withoutNotice } from "./transcript.ts";

/** What a run in a process of its own is given. */
interface Given {
  /** The text on standard input, which may stay open after it. */
  input?: string;
  staysOpen?: boolean;
  /** The words on stdout or stderr at which Ctrl-C is pressed. */
  ctrlCAfter?: string;
  /** Environment variables, beside those that every run sees; `undefined` removes one. */
  env?: Record<string, string | undefined>;
  /** Modules to load first; by default, the demo. */
  preloads?: string[];
  /** The program, as Node's arguments; by default, the script. */
  program?: string[];
}

/** Whether Node runs TypeScript as it is, as from 22.18 on; it then starts faster. */
export const runsTypeScript = "typescript" in process.features && Boolean(process.features.typescript);

/** Presses Ctrl-C once these words are printed. */
function interruptAfter(words: string, child: ChildProcessWithoutNullStreams) {
  for (const stream of [child.stdout, child.stderr]) {
    let printed = "";
    stream.on("data", (chunk) => {
      printed += chunk;
      if (printed.includes(words)) child.kill("SIGINT");
    });
  }
}

/** A run takes one or two seconds, and many times as long on a busy machine; one that takes longer than this hangs. */
export const mostMilliseconds = 90_000;

/**
 * Runs a program in a process of its own, against an offline vault that needs no time, and waits for its end. One that
 * does not end is ended, and what it had printed is in the error.
 */
export async function runInOwnProcess(given: Given = {}) {
  const { input = "my-cert\n", env = {} } = given;
  const { preloads = ["./test/offline/preload.ts"], program = ["kv_certificates.ts"] } = given;
  const modules = [...(runsTypeScript ? [] : ["tsx"]), ...preloads].flatMap((module) => ["--import", module]);
  const time = { OFFLINE_CREATION_TIME: "0", OFFLINE_DELETION_TIME: "0" };
  const child = spawn(process.execPath, [...modules, ...program], {
    env: { ...environment, KEY_VAULT_NAME: "demo-vault", ...time, ...env },
    timeout: mostMilliseconds,
    killSignal: "SIGKILL",
  });
  child.stdin.write(input);
  if (!given.staysOpen) child.stdin.end();
  if (given.ctrlCAfter) interruptAfter(given.ctrlCAfter, child);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (child.signalCode === "SIGKILL") throw new Error(`The program does not end, after:\n${stdout}${stderr}`);
  return { exitCode, stdout, stderr: withoutNotice(stderr) };
}
