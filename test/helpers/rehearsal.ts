import { jest } from "@jest/globals";
import { intercept } from "../offline/network.ts";
import { rehearse } from "../offline/demo.ts";
import { reuseKeys } from "./keys.ts";
import { startInThisProcess, type Given } from "./this-process.ts";
import { withoutNotice } from "./transcript.ts";

/** A request as the offline vault saw it, with its answer. */
interface Exchange {
  method: string;
  url: string;
  isAuthorized: boolean;
  status: number;
  body: string;
}

/** Starts the script in this process with the SDK's real client. */
export function startWithRealClient(given: Given) {
  jest.unstable_unmockModule("@azure/keyvault-certificates");
  return startInThisProcess(given);
}

/**
 * Runs the script in this process against the offline vault, with the SDK's real client, to its end; time is the
 * test's own, and goes on only while the script waits for it. A `connection` stands between the two: it answers a
 * request, throws, or asks the vault. The rehearsal's own notice is left out of `stderr`; `isLeft` tells whether the
 * certificate is in the vault at the end.
 */
export async function rehearseInThisProcess(
  certificateName = "my-cert",
  given: Given = {},
  connection = (request: Request, vault: (request: Request) => Promise<Response>) => vault(request),
) {
  const requests: Exchange[] = [];
  let underWay = 0;
  let giveBack = () => {};
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
  try {
    const run = startWithRealClient({ input: certificateName, ...given });
    reuseKeys();
    const vault = rehearse();
    giveBack = intercept(async (request) => {
      underWay++;
      try {
        const response = await connection(request, vault);
        const { method, url, headers } = request;
        const body = await response.clone().text();
        requests.push({ method, url, isAuthorized: headers.has("authorization"), status: response.status, body });
        return response;
      } finally {
        underWay--;
      }
    });
    const exitCode = await run.end({ isBusy: () => underWay > 0, advance: () => jest.advanceTimersToNextTimer() });
    const isCreated = requests.some(({ status }) => status === 202);
    const isDeleted = requests.some(({ method, status }) => method === "DELETE" && status === 200);
    const stderr = withoutNotice(run.stderr());
    return { exitCode, stdout: run.stdout(), stderr, requests, isLeft: isCreated && !isDeleted };
  } finally {
    giveBack();
    jest.useRealTimers();
  }
}
