import { jest } from "@jest/globals";

const keys = new Map<string, Promise<unknown>>();

/**
 * Lets one key of each kind serve all certificates of a test file, until mocks are given back: to make one takes
 * long.
 */
export function reuseKeys() {
  const { generateKey } = crypto.subtle;
  jest.spyOn(crypto.subtle, "generateKey").mockImplementation((...args) => {
    const kind = JSON.stringify(args);
    const key = keys.get(kind) ?? Reflect.apply(generateKey, crypto.subtle, args);
    keys.set(kind, key);
    return key as never;
  });
}
