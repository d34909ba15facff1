import TestRunner from "jest-runner";

// Jest runs ES modules only where Node has this option, and its workers take their options from here.
process.env.NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
]
  .filter(Boolean)
  .join(" ");

/** Runs each test in a worker, a single one too: Jest's own process has started without the option. */
export default class extends TestRunner {
  runTests(tests, watcher, options) {
    return super.runTests(tests, watcher, { ...options, serial: false });
  }
}
