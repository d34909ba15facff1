import { afterEach, expect } from "@jest/globals";
import { intercept } from "./intercept.ts";

const attempts: string[] = [];
intercept(async ({ url }) => {
  attempts.push(url);
  throw new Error(`A test made a request to ${url}.`);
});

// A request that is refused may still be swallowed by whoever made it.
afterEach(() => expect(attempts.splice(0)).toEqual([]));
