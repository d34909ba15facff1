import { afterEach, expect } from "@jest/globals";
import { intercept } from "./offline/network.ts";

// No setting of the person who runs the tests decides one.
for (const variable of Object.keys(process.env))
  if (/^(AZURE|OFFLINE)_|_PROXY$/i.test(variable)) delete process.env[variable];

const attempts: string[] = [];
intercept(async ({ url }) => {
  attempts.push(url);
  throw new Error(`A test made a request to ${url}.`);
});

// A request that is refused may still be swallowed by whoever made it.
afterEach(() => expect(attempts.splice(0)).toEqual([]));
