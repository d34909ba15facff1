import { expect, test } from "@jest/globals";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { alteredScript, failingTool, scratchFolder } from "./helpers/scratch.ts";
import { creating, leftBehind, retrieving, searchPage, signIn, transcript } from "./helpers/transcript.ts";

test("The name is all that the script waits for on its input", async () => {
  const run = await runInOwnProcess({ staysOpen: true });
  expect(run).toEqual({ exitCode: 0, stdout: transcript(), stderr: "" });
});

test("A mistake in a script that was changed is told on stderr with its place, and the exit code is 1", async () => {
  const { script, line } = alteredScript("client.getCertificate(", "client.getCertifcate(");
  const place = `kv_certificates.ts:${line}:43`;
  const stderr = `client.getCertifcate is not a function\n${place}\n${searchPage}${leftBehind()}`;
  const run = await runInOwnProcess({ program: [script] });
  expect(run).toEqual({ exitCode: 1, stdout: creating() + retrieving, stderr });
});

// Windows sends a program no signals.
if (process.platform !== "win32") {
  test("Ctrl-C during the creation ends the script, and says what may be left", async () => {
    const run = await runInOwnProcess({
      preloads: ["./test/offline/requests.ts"],
      env: { OFFLINE_CREATION_TIME: "600000" },
      ctrlCAfter: "/pending 200 inProgress",
    });
    expect(run).toMatchObject({ exitCode: 130, stdout: creating() });
    expect(run.stderr.endsWith(`\n\n${leftBehind()}`)).toBe(true);
  });
}

// What the Azure CLI prints since 2.76 where Microsoft Entra ID refuses (azure-cli-core, auth/util.py).
const refusal = [
  "ERROR: AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor authentication. Trace ID: 55555555-5555-5555-5555-555555555555",
  "Run the command below to authenticate interactively; additional arguments may be added as needed:",
  "az logout",
  'az login --tenant "11111111-1111-1111-1111-111111111111" --scope "https://vault.azure.net/.default"',
];

test("Of a refusal that the SDK does not hand on, the Azure CLI itself can be asked", async () => {
  const PATH = scratchFolder(failingTool("az", ...refusal));
  const asThePerson = "delete process.env.AZURE_CLIENT_ID; process.env.AZURE_TOKEN_CREDENTIALS = 'dev';";
  const preloads = ["./test/offline/preload.ts", `data:text/javascript,${encodeURIComponent(asThePerson)}`];
  const run = await runInOwnProcess({ preloads, env: { PATH } });
  const told = "Please run 'az login' from a command prompt to authenticate before using this credential.";
  expect(run).toEqual({ exitCode: 1, stdout: creating(), stderr: expect.stringContaining(`${told}\n`) });
  expect(run.stderr.endsWith(signIn)).toBe(true);
});
