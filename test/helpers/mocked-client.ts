import * as sdk from "@azure/keyvault-certificates";
import { jest } from "@jest/globals";
import { startInThisProcess, type Given } from "./this-process.ts";

/** What the mocked client's calls come to, where the default, which is at once and a certificate, will not do. */
export interface Answers {
  begun?: Promise<unknown>;
  created?: Promise<unknown>;
  retrieved?: Promise<unknown>;
  deletionBegun?: Promise<unknown>;
  deleted?: Promise<unknown>;
}

/** A call of the mocked client or of one of its pollers: its name and its arguments. */
type Call = [name: string, ...args: unknown[]];

// Jest keeps the mocked module for all runs of a file.
let answers: Answers = {};
let calls: Call[] = [];

class CertificateClient {
  constructor(...args: unknown[]) {
    calls.push(["new CertificateClient", ...args]);
  }

  async beginCreateCertificate(...args: unknown[]) {
    calls.push(["beginCreateCertificate", ...args]);
    await answers.begun;
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

  async beginDeleteCertificate(...args: unknown[]) {
    calls.push(["beginDeleteCertificate", ...args]);
    await answers.deletionBegun;
    return {
      async pollUntilDone() {
        calls.push(["deletePoller.pollUntilDone"]);
        return answers.deleted;
      },
    };
  }
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
