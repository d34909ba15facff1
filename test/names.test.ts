import { describe, expect, jest, test } from "@jest/globals";
import { failureWithMockedClient, startWithMockedClient } from "./helpers/mocked-client.ts";
import { prompt, transcript } from "./helpers/transcript.ts";

describe("KEY_VAULT_NAME", () => {
  const howToSet = `Set it to your vault's name, without https:// and .vault.azure.net. In bash or zsh:
  export KEY_VAULT_NAME=your-vault-name
In PowerShell:
  $Env:KEY_VAULT_NAME = "your-vault-name"
Or rehearse with no Azure at all: npm run demo
`;
  const rule = `A name has 3 to 24 letters (a to z), digits and single hyphens.
It begins with a letter, and ends with a letter or a digit.
`;

  test.each([undefined, " \t"])("is asked for where it is '%s'", async (KEY_VAULT_NAME) => {
    const told = await failureWithMockedClient({}, { env: { KEY_VAULT_NAME } });
    expect(told).toBe(`KEY_VAULT_NAME is not set.\n${howToSet}`);
  });

  test.each([
    "https://contoso.vault.azure.net/",
    "contoso.vault.azure.net",
    "my_vault",
    "kv",
    "1vault",
    "my--vault",
    "vault-",
    "a-vault-with-25-character",
  ])("is refused where it is %s", async (KEY_VAULT_NAME) => {
    const { calls, stdout, stderr, end } = startWithMockedClient({}, { env: { KEY_VAULT_NAME } });
    expect(await end()).toBe(1);
    expect(stderr()).toBe(`KEY_VAULT_NAME is not the name of a vault: '${KEY_VAULT_NAME}'\n${rule}${howToSet}`);
    expect(stdout()).toBe("");
    expect(calls).toEqual([]);
  });

  test.each(["kv1", "a-vault-with-24-characte", " my-vault\r\n"])(
    "is taken, without the space around it, where it is '%s'",
    async (KEY_VAULT_NAME) => {
      const { calls, stdout, end } = startWithMockedClient({}, { env: { KEY_VAULT_NAME } });
      expect(await end()).toBe(0);
      expect(calls[0]?.[1]).toBe(`https://${KEY_VAULT_NAME.trim()}.vault.azure.net`);
      expect(stdout()).toContain(`Creating a certificate in ${KEY_VAULT_NAME.trim()} called`);
    },
  );
});

describe("The certificate's name", () => {
  test.each(["", "my_cert", "a b", "a".repeat(128)])("'%s' is refused", async (name) => {
    const { calls, stdout, stderr, end } = startWithMockedClient({}, { input: `${name}\n` });
    expect(await end()).toBe(1);
    expect(stderr()).toBe(
      `This is not the name of a certificate: '${name}'\nA name has 1 to 127 letters (a to z), digits and hyphens.\n`,
    );
    expect(stdout()).toBe(prompt);
    expect(calls.map(([call]) => call)).toEqual(["new CertificateClient"]);
  });

  test.each(["A-1", "a".repeat(127)])("'%s' is taken", async (name) => {
    const { stdout, end } = startWithMockedClient({}, { input: `${name}\n` });
    expect(await end()).toBe(0);
    expect(stdout()).toContain(`called '${name}' ...`);
  });

  test.each([
    ["my-cert\x1b[D\x1b[D", "my-certU+001B[DU+001B[D"],
    ["my\u200b-cert", "myU+200B-cert"],
    ["my-\u0441ert", "my-U+0441ert"],
  ])("is written out where a character is not ASCII: %j", async (name, printed) => {
    const told = await failureWithMockedClient({}, { input: `${name}\n` });
    expect(told).toMatch(`This is not the name of a certificate: '${printed}'\n`);
  });

  test.each([
    ["without a final newline", "my-cert"],
    ["with a Windows newline", "my-cert\r\n"],
    ["between spaces, and before further lines", "  my-cert \t\nanother\n\n"],
  ])("can be piped %s", async (_, input) => {
    const { stdout, end } = startWithMockedClient({}, { input });
    expect(await end()).toBe(0);
    expect(stdout()).toBe(transcript());
  });

  test("is missed at the end of input, on a line of its own", async () => {
    const { calls, stdout, stderr, end } = startWithMockedClient({}, { input: "" });
    expect(await end()).toBe(1);
    expect(stdout()).toBe(prompt);
    expect(stderr()).toBe("\nNo name was given. To pipe one in, put this before the command:\n  echo my-cert |\n");
    expect(calls.map(([call]) => call)).toEqual(["new CertificateClient"]);
  });

  test("is typed in the terminal's own line mode, without control characters of the script's", async () => {
    const setRawMode = jest.fn();
    const { stdout, end } = startWithMockedClient({}, { terminal: { isTTY: true, setRawMode } });
    expect(await end()).toBe(0);
    expect(setRawMode).not.toHaveBeenCalled();
    expect(stdout()).toBe(transcript());
  });
});
