import { afterEach, expect } from "@jest/globals";
import { intercept } from "./offline/network.ts";

// What a person has set for the script or for the demo shall not decide a test.
for (const variable of Object.keys(process.env)) if (/^(AZURE|OFFLINE)_/.test(variable)) delete process.env[variable];

const attempts: string[] = [];
intercept(async ({ url }) => {
  attempts.push(url);
  throw new Error(`A test made a request to ${url}.`);
});

// A request that is refused may still be swallowed by whoever made it.
afterEach(() => expect(attempts.splice(0)).toEqual([]));
