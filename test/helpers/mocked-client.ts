import * as sdk from "@azure/keyvault-certificates";
import { jest } from "@jest/globals";
import { startInThisProcess, type Given } from "./this-process.ts";

/** What the mocked client's calls come to, where the default, which is at once and a certificate, will not do. */
export interface Answers {
  /** The creation's POST, and the question about it that follows in the same call. */
  begun?: Promise<unknown>;
  firstPolled?: Promise<unknown>;
  created?: Promise<unknown>;
  retrieved?: Promise<unknown>;
  deletionBegun?: Promise<unknown>;
  deleted?: Promise<unknown>;
}

/** A call of the mocked client or of one of its pollers: its name and its arguments. */
type Call = [name: string, ...args: unknown[]];

/** What the SDK tells of each answer, that of a refusal too. */
interface Options {
  onResponse(answer: { request: object; status: number }): void;
}

// Jest keeps the mocked module for all runs of a file.
let answers: Answers = {};
let calls: Call[] = [];

class CertificateClient {
  constructor(vaultUrl: string, credential: object) {
    // By its name, since to print all of a credential is to use it.
    calls.push(["new CertificateClient", vaultUrl, credential.constructor.name]);
  }

  async beginCreateCertificate(...args: [name: string, policy: object, options: Options]) {
    calls.push(["beginCreateCertificate", ...args]);
    await exchange("POST", 202, answers.begun, args[2]);
    await exchange("GET", 200, answers.firstPolled, args[2]);
    return {
      async pollUntilDone() {
        calls.push(["createPoller.pollUntilDone"]);
        return answers.created ?? { cer: new Uint8Array(1) };
      },
    };
  }

  async getCertificate(...args: unknown[]) {
    calls.push(["getCertificate", ...args]);
    return answers.retrieved ?? { name: "my-cert" };
  }

  async beginDeleteCertificate(...args: [name: string, options: Options]) {
    calls.push(["beginDeleteCertificate", ...args]);
    await exchange("DELETE", 200, answers.deletionBegun, args[1]);
    return {
      async pollUntilDone() {
        calls.push(["deletePoller.pollUntilDone"]);
        return answers.deleted;
      },
    };
  }
}

/** Calls `onResponse` as the SDK does: with every answer, and not at all where there is none. */
async function exchange(method: string, status: number, outcome: Promise<unknown> | undefined, options: Options) {
  try {
    await outcome;
  } catch (error) {
    const { request, statusCode } = error as { request?: object; statusCode?: number };
    if (request && statusCode) options.onResponse({ request, status: statusCode });
    throw error;
  }
  options.onResponse({ request: { method, headers: new Map([["authorization", "Bearer a-token"]]) }, status });
}

/** Starts the script in this process, with a mocked `CertificateClient`; `calls` are those of the client so far. */
export function startWithMockedClient(given: Answers = {}, options: Given = {}) {
  answers = given;
  calls = [];
  jest.unstable_mockModule("@azure/keyvault-certificates", () => ({ ...sdk, CertificateClient }));
  return { calls, ...startInThisProcess(options) };
}

/** What the script prints on stderr where it fails. */
export async function failureWithMockedClient(answers: Answers, given?: Given) {
  const { stderr, end } = startWithMockedClient(answers, given);
  if ((await end()) !== 1) throw new Error("A failure ends the script with exit code 1.");
  return stderr();
}

/** What it prints of an error that the creation meets at once. */
export const explanation = (error: Error, env?: Given["env"]) =>
  failureWithMockedClient({ begun: Promise.reject(error) }, { env });
