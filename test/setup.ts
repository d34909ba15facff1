import { afterAll, afterEach, expect } from "@jest/globals";
import { ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { environment } from "./helpers/environment.ts";
import { standstill } from "./helpers/standstill.ts";

// Modules of the SDK read variables, such as DEBUG, as they are loaded.
process.env = { ...environment };

const attempts: string[] = [];

// Every request passes here, whoever makes it.
const { connect } = Socket.prototype;
Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
  const target = JSON.stringify(
    args.flat().find((arg) => typeof arg !== "function"),
    ["host", "port", "path"],
  );
  attempts.push(target);
  return this.destroy(new Error(`A test made a request to ${target}.`));
};

// And every program that is started passes here; Node and npm are the tests' own, if they are given variables: without,
// they would see all those of this process.
const children = ChildProcess.prototype as unknown as {
  spawn(options: { file: string; args: string[]; env?: object }): number;
};
const { spawn } = children;
children.spawn = function (options) {
  const { file, args, env } = options;
  const isOwn = file === process.execPath || /^"?np[mx] /.test(args.at(-1) ?? "");
  if (isOwn && env) return spawn.call(this, options);
  const program = [file, ...args.slice(1)].join(" ");
  attempts.push(program);
  throw new Error(`A test started a program${isOwn ? " without `env`" : ""}: ${program}`);
};

// What is refused may still be swallowed by whoever asked for it, and is made some turns after it is asked for.
afterEach(async () => {
  await standstill();
  expect(attempts.splice(0)).toEqual([]);
});

afterAll(() => {
  Socket.prototype.connect = connect;
  children.spawn = spawn;
  expect(attempts).toEqual([]);
});
