import { jest } from "@jest/globals";
import { fork } from "node:child_process";
import { Console } from "node:console";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";

/** A request as the offline vault saw it, with the status and the body of its answer, and the certificates' names in the vault after it. */
export interface Seen {
  method: string;
  url: string;
  authorized: boolean;
  status: number;
  body: string;
  names: string[];
}

/** What a run is given: the text on standard input, environment variables (`undefined` removes one), and modules to preload. */
interface Given {
  input?: string;
  env?: Record<string, string | undefined>;
  preload?: string[];
}

/** Runs the script in a process of its own, by default against an offline vault that needs no time, and waits for its end. */
export async function run({ input = "my-cert\n", env = {}, preload = ["./test/offline.ts"] }: Given = {}) {
  const child = fork("kv_certificates.ts", {
    execArgv: ["tsx", ...preload].flatMap((module) => ["--import", module]),
    env: { ...process.env, KEY_VAULT_NAME: "my-vault", OFFLINE_CREATION_TIME: "0", OFFLINE_DELETION_TIME: "0", ...env },
    stdio: ["pipe", "pipe", "pipe", "ipc"],
  });
  const requests: Seen[] = [];
  child.on("message", (seen: Seen) => requests.push(seen));
  child.stdin!.end(input);
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, "close")]);
  return { exitCode, stdout, stderr, requests };
}

/** What the mocked client answers where the default, which is at once and a certificate, will not do. */
interface Answers {
  created?: Promise<unknown>;
  retrieved?: Promise<unknown>;
  deleted?: Promise<unknown>;
}

/** How the mocked client was called: the call's name and its arguments. */
export type Call = [name: string, ...args: unknown[]];

/**
 * Starts the script in this process, with the vault `my-vault`, a mocked `CertificateClient`, and `input` on standard input;
 * the streams named in `terminals` are a terminal. `calls` and `stdout()` tell what it has done so far; `ended` settles when it ends.
 */
export async function start(answers: Answers = {}, { input = "my-cert\n", terminals = [""] } = {}) {
  const calls: Call[] = [];
  const { created, retrieved = { name: "my-cert" }, deleted } = answers;
  const sdk = await import("@azure/keyvault-certificates");
  jest.resetModules();
  jest.unstable_mockModule("@azure/keyvault-certificates", () => ({
    ...sdk,
    CertificateClient: class {
      constructor(...args: unknown[]) {
        calls.push(["new CertificateClient", ...args]);
      }
      async beginCreateCertificate(...args: unknown[]) {
        calls.push(["beginCreateCertificate", ...args]);
        return poller("createPoller", created);
      }
      async getCertificate(...args: unknown[]) {
        calls.push(["getCertificate", ...args]);
        return retrieved;
      }
      async beginDeleteCertificate(...args: unknown[]) {
        calls.push(["beginDeleteCertificate", ...args]);
        return poller("deletePoller", deleted);
      }
    },
  }));
  const poller = (name: string, result?: Promise<unknown>) => ({
    async pollUntilDone() {
      calls.push([`${name}.pollUntilDone`]);
      return result;
    },
  });

  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  for (const [name, stream] of Object.entries(streams))
    Object.defineProperty(process, name, { value: Object.assign(stream, { isTTY: terminals.includes(name) }), configurable: true });
  globalThis.console = new Console(streams);
  process.env.KEY_VAULT_NAME = "my-vault";
  let stdout = "";
  streams.stdout.on("data", (chunk) => (stdout += chunk));
  streams.stdin.end(input);

  const script: string = "../kv_certificates.ts";
  return { calls, stdout: () => stdout, ended: import(script).then(() => setImmediate()) };
}

/** Waits until the script can go no further: all that is ready to run has run. */
export async function standstill() {
  for (let turn = 0; turn < 100; turn++) await setImmediate();
}

/** A promise, and what resolves it. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  return { promise: new Promise<T>((settle) => (resolve = settle)), resolve: (value: T) => resolve(value) };
}
