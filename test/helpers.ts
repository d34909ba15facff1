import { EnvironmentCredential } from "@azure/identity";
import * as sdk from "@azure/keyvault-certificates";
import { afterAll, jest } from "@jest/globals";
import { lexer, walkTokens, type Token } from "marked";
import { fork } from "node:child_process";
import { Console } from "node:console";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";

/** What the script prints, step by step: until it waits for the creation, the retrieval, and the deletion, and then. */
export const creating = (name = "my-cert") =>
  `Input a name for your certificate > Creating a certificate in demo-vault called '${name}' ...\n`;
export const retrieving = " done.\nRetrieving your certificate from demo-vault.\n";
export const deleting = (name = "my-cert") =>
  `Certificate with name '${name}' was found.\nDeleting your certificate from demo-vault ...\n`;
export const done = " done.\n";

/** What it prints of a failure without a certain cure, and of a certificate that may be left. */
export const seeReadme = "See Troubleshooting in README.md.\n";
export const leftBehind = (name = "my-cert") => `The certificate '${name}' may still be in demo-vault. To delete it:
  az keyvault certificate delete --vault-name demo-vault --name ${name}
`;

/** A request as the offline vault saw it, with the status and the body of its answer. */
interface Seen {
  method: string;
  url: string;
  authorized: boolean;
  status: number;
  body: string;
}

/** What a run is given: the text on standard input, which may stay open after it, environment variables (`undefined` removes one), modules to preload, another script, and a reader of its output who has gone. */
interface Given {
  input?: string;
  open?: boolean;
  unread?: boolean;
  script?: string;
  env?: Record<string, string | undefined>;
  preload?: string[];
}

/**
 * Runs the script in a process of its own, by default against an offline vault that needs no time, and waits for its end.
 * The rehearsal's own notice is left out of `stderr`; `left` tells whether the certificate is in the vault at the end.
 */
export async function run({
  input = "my-cert\n",
  open,
  env = {},
  preload = ["./test/report.ts"],
  script = "kv_certificates.ts",
  unread,
}: Given = {}) {
  const child = fork(script, {
    execArgv: ["tsx", ...preload].flatMap((module) => ["--import", module]),
    env: {
      ...process.env,
      KEY_VAULT_NAME: "demo-vault",
      OFFLINE_CREATION_TIME: "0",
      OFFLINE_DELETION_TIME: "0",
      ...env,
    },
    stdio: ["pipe", "pipe", "pipe", "ipc"],
    timeout: 50_000,
  });
  const requests: Seen[] = [];
  child.on("message", (seen: Seen) => requests.push(seen));
  child.stdin!.write(input);
  if (!open) child.stdin!.end();
  if (unread) child.stdout!.destroy();
  const [stdout, stderr, [exitCode]] = await Promise.all([
    unread ? "" : text(child.stdout!),
    text(child.stderr!),
    once(child, "close"),
  ]);
  const left =
    requests.some(({ status }) => status === 202) &&
    !requests.some(({ method, status }) => method === "DELETE" && status === 200);
  return { exitCode, stdout, stderr: stderr.replace(/^Offline rehearsal: .*\n/, ""), requests, left };
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** Writes the script with a change to a folder of its own, beside the same packages; returns its path and the line of the change. */
export function alteredScript(from: string, to: string) {
  const text = readFileSync("kv_certificates.ts", "utf8");
  const [before] = text.split(from);
  if (before === undefined || before === text) throw new Error(`The script has no '${from}'.`);
  const folder = mkdtempSync(join(tmpdir(), "quickstart-"));
  folders.push(folder);
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const script = join(folder, "kv_certificates.ts");
  writeFileSync(script, text.replace(from, to));
  return { script, line: before.split("\n").length };
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
    return {
      pollUntilDone: async () => (
        calls.push(["createPoller.pollUntilDone"]),
        answers.created ?? { cer: new Uint8Array(1) }
      ),
    };
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
 * Starts the script in this process, with a mocked `CertificateClient`, `input` on standard input and the variables of `env`.
 * `calls`, `stdout()` and `stderr()` tell what it has done so far; `ended` settles, with the exit code, when it ends.
 */
export async function start(
  given: Answers = {},
  { input = "my-cert\n", env = {} as Record<string, string>, terminal = {} } = {},
) {
  calls = [];
  answers = given;
  jest.unstable_mockModule("@azure/keyvault-certificates", () => ({ ...sdk, CertificateClient: MockedClient }));

  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  for (const [name, stream] of Object.entries(streams))
    Object.defineProperty(process, name, { value: Object.assign(stream, terminal), configurable: true });
  globalThis.console = new Console(streams);
  const environment = jest.replaceProperty(process, "env", { ...process.env, KEY_VAULT_NAME: "demo-vault", ...env });
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
      environment.restore();
      return exitCode ?? 0;
    });
  return { calls, stdout: () => printed.stdout, stderr: () => printed.stderr, ended };
}

/** What the SDK throws when the creation meets this answer of the service, which is JSON unless it is text; before or after the sign-in. */
export async function sdkError(
  status: number,
  body?: object | string,
  { type = "application/json", resource = "https://vault.azure.net", signedIn = true } = {},
) {
  const answer = (request: object, status: number, headers: Record<string, string>, body?: object | string) => ({
    request,
    status,
    headers: Object.assign(new Headers(headers), { toJSON: () => headers }),
    bodyAsText: typeof body === "object" ? JSON.stringify(body) : body,
  });
  const challenge = {
    "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/a-tenant", resource="${resource}"`,
  };
  const sendRequest = async (request: { headers: { has(name: string): boolean } }) =>
    signedIn && !request.headers.has("authorization")
      ? answer(request, 401, challenge)
      : answer(request, status, { "content-type": type }, body);
  const options = { httpClient: { sendRequest }, retryOptions: { maxRetries: 0 } } as object;
  const credential = { getToken: async () => ({ token: "a-token", expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const client = new sdk.CertificateClient("https://demo-vault.vault.azure.net", credential, options);
  return thrownBy(client.beginCreateCertificate("my-cert", sdk.DefaultCertificatePolicy));
}

/** What the SDK throws when a service principal signs in and the connection to Microsoft Entra ID fails with this error. */
export async function signInError(error: Error) {
  const env = jest.replaceProperty(process, "env", {
    AZURE_TENANT_ID: "a-tenant",
    AZURE_CLIENT_ID: "a-client",
    AZURE_CLIENT_SECRET: "a-secret",
  });
  const options = {
    httpClient: { sendRequest: () => Promise.reject(error) },
    retryOptions: { maxRetries: 0 },
  } as object;
  const credential = new EnvironmentCredential(options);
  env.restore();
  return thrownBy(credential.getToken("https://vault.azure.net/.default"));
}

const thrownBy = (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject("The SDK threw nothing."),
    (error) => error,
  );

/** What the script prints on stderr where it fails; `given` and `env` as for `start`. */
export async function told(given: Answers, env: Record<string, string> = {}) {
  const { stderr, ended } = await start(given, { env });
  if ((await ended) !== 1) throw new Error("A failure ends the script with exit code 1.");
  return stderr();
}

/** What it prints of an error that the creation meets at once. */
export const explanation = (error: Error, env?: Record<string, string>) => told({ begun: Promise.reject(error) }, env);

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
