// Node, npm and Windows cannot do without them: they say where programs, the home and temporary files are.
const letThrough = [
  ...["PATH", "HOME", "TMPDIR"],
  ...["SystemRoot", "ComSpec", "PATHEXT", "TEMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA"],
];

/** All variables that a run has, beside those that its test gives it. */
export const environment: Record<string, string | undefined> = {
  ...Object.fromEntries(letThrough.map((variable) => [variable, process.env[variable]])),
  // Node hands this one on, unless it is named.
  NODE_V8_COVERAGE: undefined,
  // Elsewhere than in CI, npm would ask its registry for a newer npm.
  npm_config_update_notifier: "false",
};
