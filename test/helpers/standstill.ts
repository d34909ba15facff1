import { setImmediate } from "node:timers/promises";

/** Waits until a program of this process can go no further: all that is ready to run has run. */
export async function standstill() {
  for (let turn = 0; turn < 100; turn++) await setImmediate();
}
