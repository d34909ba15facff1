import { afterAll, afterEach, expect } from "@jest/globals";
import { Socket } from "node:net";
import { standstill } from "./helpers/standstill.ts";

// No setting of the person who runs the tests decides one.
for (const variable of Object.keys(process.env))
  if (/^(AZURE|OFFLINE)_|_PROXY$/i.test(variable)) delete process.env[variable];

// Every request passes here, whoever makes it.
const { connect } = Socket.prototype;
const attempts: string[] = [];
Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
  const target = JSON.stringify(
    args.flat().find((arg) => typeof arg !== "function"),
    ["host", "port", "path"],
  );
  attempts.push(target);
  return this.destroy(new Error(`A test made a request to ${target}.`));
};

// A request that is refused may still be swallowed by whoever made it, and is made some turns after it is asked for.
afterEach(async () => {
  await standstill();
  expect(attempts.splice(0)).toEqual([]);
});

afterAll(() => {
  Socket.prototype.connect = connect;
  expect(attempts).toEqual([]);
});
