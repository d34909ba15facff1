import {
  AggregateAuthenticationError,
  AuthenticationError,
  CredentialUnavailableError,
  VisualStudioCodeCredential,
} from "@azure/identity";
import { expect, test } from "@jest/globals";
import { explanation } from "./helpers/mocked-client.ts";
import { managedIdentityError, signInError } from "./helpers/sdk-errors.ts";
import { seeReadme, signIn } from "./helpers/transcript.ts";

const chainFailed = "ChainedTokenCredential authentication failed.";

/** What the script prints where each way to sign in fails with one of these messages. */
const printed = (...messages: string[]) => {
  const ways = messages.map((message) => new CredentialUnavailableError(message));
  return explanation(new AggregateAuthenticationError(ways, chainFailed));
};

/** All that it prints of these ways. */
const told = (...messages: string[]) =>
  `${[chainFailed, ...messages.map((message) => `CredentialUnavailableError: ${message}`)].join("\n")}\n${signIn}`;

test("A sign-in that fails says of each way why, and then how to sign in", async () => {
  const ways = [
    "EnvironmentCredential is unavailable. No underlying credential could be used. To troubleshoot, visit https://aka.ms/azsdk/js/identity/environmentcredential/troubleshoot.",
    "Please run 'az login' from a command prompt to authenticate before using this credential.",
  ];
  expect(await printed(...ways)).toBe(told(...ways));
});

test("What the SDK advises stays", async () => {
  const scope = "https://vault.azure.net/.default";
  const message = await new VisualStudioCodeCredential().getToken(scope).then(String, ({ message }: Error) => message);
  expect(message).toMatch(/^Visual Studio Code Authentication is not available\. Ensure .+/);
  expect(await printed(message)).toBe(told(message));
});

test("What a tool advises stays", async () => {
  const words =
    "AADSTS53000: Device is not in required device state: compliant. Ensure that your device is compliant with your company's policy.";
  expect(await printed(words)).toBe(told(words));
});

test("The command that answers a claims challenge is whole", async () => {
  const claims = btoa(
    '{"access_token":{"nbf":{"essential":true,"value":"1726077595"},"xms_caeerror":{"value":"10012"}}}',
  );
  const words = `This credential doesn't support claims challenges. To authenticate with the required claims, please run the following command: az login --claims-challenge ${claims} --scope https://vault.azure.net/.default --tenant 11111111-1111-1111-1111-111111111111`;
  expect(await printed(words)).toBe(told(words));
});

test("A traceback is told whole", async () => {
  const frames = Array.from(
    { length: 20 },
    (_, line) => `  File "/opt/az/lib/x.py", line ${line}, in call\n    call()\n`,
  );
  const first = "The command failed with an unexpected error. Here is the traceback:\n";
  const reason = "requests.exceptions.ConnectionError: HTTPSConnectionPool: Max retries exceeded";
  const words = `${first}Traceback (most recent call last):\n${frames.join("")}${reason}`;
  expect(await printed(words)).toBe(told(words));
});

test.each([
  [
    "7",
    "Error: \x1b[31;1mGet-AzAccessToken: \x1b[0m\n\x1b[36;1mLine |\x1b[0m\n\x1b[36;1m  17 | \x1b[0m $token = \x1b[36;1mGet-AzAccessToken @params\x1b[0m\n\x1b[36;1m     | \x1b[31;1m ~~~~~~~~\x1b[0m\n\x1b[36;1m     | \x1b[31;1mAADSTS50076: You must use multi-factor authentication.\x1b[0m",
    "Error: Get-AzAccessToken: \nLine |\n  17 |  $token = Get-AzAccessToken @params\n     |  ~~~~~~~~\n     | AADSTS50076: You must use multi-factor authentication.",
  ],
  [
    "5.1",
    "Error: Get-AzAccessToken : AADSTS50076: You must use multi-factor authentication.\r\nAt line:17 char:20\r\n+           $token = Get-AzAccessToken @params\r\n+                    ~~~~~~~~~",
    "Error: Get-AzAccessToken : AADSTS50076: You must use multi-factor authentication.\nAt line:17 char:20\n+           $token = Get-AzAccessToken @params\n+                    ~~~~~~~~~",
  ],
])("The words of PowerShell %s are told whole, without colours", async (_, message, words) => {
  expect(await printed(message)).toBe(told(words));
});

test("What a managed identity's service says is told", async () => {
  const error_description =
    "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
  const printed = await explanation(await managedIdentityError({ error: "invalid_request", error_description }));
  expect(printed).toContain(error_description);
  expect(printed.endsWith(`\n${signIn}`)).toBe(true);
});

test("A service principal's sign-in is told with the reason, and with Microsoft Entra ID's own advice", async () => {
  const unreachable = await explanation(await signInError(new Error("connect ECONNREFUSED 203.0.113.1:443")));
  expect(unreachable).toMatch(
    /^EnvironmentCredential authentication failed\. To troubleshoot, visit .+\nMore details:\n/,
  );
  expect(unreachable).toContain(
    `\nnetwork_error: See https://aka.ms/msal.js.errors#network_error for details,\n${seeReadme}`,
  );
  const error = "EnvironmentCredential authentication failed.";
  const error_description = "AADSTS7000215: Invalid client secret provided. Ensure that the secret is the value.";
  const refused = await explanation(new AuthenticationError(400, { error, error_description }));
  expect(refused).toBe(`${error} Status code: 400\nMore details:\n${error_description},\n${seeReadme}`);
});
