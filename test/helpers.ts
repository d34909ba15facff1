import { jest } from "@jest/globals";
import { lexer, walkTokens, type Token } from "marked";
import { fork } from "node:child_process";
import { Console } from "node:console";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";

/** What the script prints, step by step: until it waits for the creation, the retrieval, and the deletion, and then. */
export const creating = (name = "my-cert") => `Input a name for your certificate > Creating a certificate in my-vault called '${name}' ...\n`;
export const retrieving = " done.\nRetrieving your certificate from my-vault.\n";
export const deleting = (name = "my-cert") => `Certificate with name '${name}' was found.\nDeleting your certificate from my-vault ...\n`;
export const done = " done.\n";

/** A request as the offline vault saw it, with the status and the body of its answer, and the certificates' names in the vault after it. */
interface Seen {
  method: string;
  url: string;
  authorized: boolean;
  status: number;
  body: string;
  names: string[];
}

/** What a run is given: the text on standard input, environment variables (`undefined` removes one), modules to preload, and a reader of its output who has gone. */
interface Given {
  input?: string;
  unread?: boolean;
  env?: Record<string, string | undefined>;
  preload?: string[];
}

/**
 * Runs the script in a process of its own, by default against an offline vault that needs no time, and waits for its end.
 * The rehearsal's own notice is left out of `stderr`; `left` names the certificates that are in the vault at the end.
 */
export async function run({ input = "my-cert\n", env = {}, preload = ["./test/offline.ts"], unread = false }: Given = {}) {
  const child = fork("kv_certificates.ts", {
    execArgv: ["tsx", ...preload].flatMap((module) => ["--import", module]),
    env: { ...process.env, KEY_VAULT_NAME: "my-vault", OFFLINE_CREATION_TIME: "0", OFFLINE_DELETION_TIME: "0", ...env },
    stdio: ["pipe", "pipe", "pipe", "ipc"],
  });
  const requests: Seen[] = [];
  child.on("message", (seen: Seen) => requests.push(seen));
  child.stdin!.end(input);
  if (unread) child.stdout!.destroy();
  const [stdout, stderr, [exitCode]] = await Promise.all([unread ? "" : text(child.stdout!), text(child.stderr!), once(child, "close")]);
  return { exitCode, stdout, stderr: stderr.replace(/^This is an offline rehearsal: .*\n/, ""), requests, left: requests.at(-1)?.names ?? [] };
}

/** What the mocked client's calls come to, where the default, which is at once and a certificate, will not do. */
interface Answers {
  begun?: Promise<unknown>;
  created?: Promise<unknown>;
  retrieved?: Promise<unknown>;
  deletionBegun?: Promise<unknown>;
  deleted?: Promise<unknown>;
}

/** A call of the mocked client or of one of its pollers: its name and its arguments. */
type Call = [name: string, ...args: unknown[]];

let calls: Call[] = [];
let answers: Answers = {};
let runs = 0;

class MockedClient {
  constructor(...args: unknown[]) {
    calls.push(["new CertificateClient", ...args]);
  }
  async beginCreateCertificate(...args: unknown[]) {
    calls.push(["beginCreateCertificate", ...args]);
    await answers.begun;
    return { pollUntilDone: async () => (calls.push(["createPoller.pollUntilDone"]), answers.created ?? { cer: new Uint8Array(1) }) };
  }
  async getCertificate(...args: unknown[]) {
    calls.push(["getCertificate", ...args]);
    return answers.retrieved ?? { name: "my-cert" };
  }
  async beginDeleteCertificate(...args: unknown[]) {
    calls.push(["beginDeleteCertificate", ...args]);
    await answers.deletionBegun;
    return { pollUntilDone: async () => (calls.push(["deletePoller.pollUntilDone"]), answers.deleted) };
  }
}

/**
 * Starts the script in this process, with a mocked `CertificateClient` and `input` on standard input; the streams named in
 * `terminals` are a terminal. `calls`, `stdout()` and `stderr()` tell what it has done so far; `ended` settles, with the
 * exit code, when it ends.
 */
export async function start(given: Answers = {}, { input = "my-cert\n", terminals = [] as string[], vaultName = "my-vault" } = {}) {
  calls = [];
  answers = given;
  const sdk = await import("@azure/keyvault-certificates");
  jest.unstable_mockModule("@azure/keyvault-certificates", () => ({ ...sdk, CertificateClient: MockedClient }));

  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  for (const [name, stream] of Object.entries(streams))
    Object.defineProperty(process, name, { value: Object.assign(stream, { isTTY: terminals.includes(name) }), configurable: true });
  globalThis.console = new Console(streams);
  process.env.KEY_VAULT_NAME = vaultName;
  const printed = { stdout: "", stderr: "" };
  streams.stdout.on("data", (chunk) => (printed.stdout += chunk));
  streams.stderr.on("data", (chunk) => (printed.stderr += chunk));
  streams.stdin.end(input);

  let exitCode: unknown;
  const exit = jest.spyOn(process, "exit").mockImplementation((code) => {
    exitCode = code;
    throw new Error("What the script does after process.exit() does not happen.");
  });
  // Node hands what a top-level await rejects with to the listener that the script gives it.
  let explain = (_: unknown) => {};
  const on = jest.spyOn(process, "on").mockImplementation((_, listener) => ((explain = listener), process));
  const script: string = `../kv_certificates.ts?${runs++}`;
  const ended = import(script)
    .catch((error) => exitCode ?? explain(error))
    .catch((error) => exitCode ?? Promise.reject(error))
    .then(async () => {
      await setImmediate();
      exit.mockRestore();
      on.mockRestore();
      return exitCode ?? 0;
    });
  return { calls, stdout: () => printed.stdout, stderr: () => printed.stderr, ended };
}

/** Waits until the script can go no further: all that is ready to run has run. */
export async function standstill() {
  for (let turn = 0; turn < 100; turn++) await setImmediate();
}

/** A promise, and what resolves it. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** All tokens of README.md, blocks and what stands in them, in order. */
export function readmeTokens(): Token[] {
  const tokens: Token[] = [];
  walkTokens(lexer(readFileSync("README.md", "utf8")), (token) => void tokens.push(token));
  return tokens;
}

/** The rows of the table in README.md whose first column has this heading: each a list of its cells, without marks of code. */
export function readmeTable(heading: string): string[][] {
  const table = readmeTokens().find((token) => token.type === "table" && token.header[0].text === heading);
  if (table?.type !== "table") throw new Error(`README.md has no table that begins with '${heading}'.`);
  return table.rows.map((row: { text: string }[]) => row.map(({ text }) => text.replaceAll("`", "")));
}
