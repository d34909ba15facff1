import { AggregateAuthenticationError, AuthenticationError, CredentialUnavailableError } from "@azure/identity";
import { expect, test } from "@jest/globals";
import { explanation } from "./helpers/mocked-client.ts";
import { managedIdentityError, signInError } from "./helpers/sdk-errors.ts";
import { searchPage, signIn } from "./helpers/transcript.ts";

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

test("The words of PowerShell are told whole, without colours", async () => {
  // What PowerShell 7.6 prints, and the SDK's own end.
  const reason =
    "Authentication failed against tenant 11111111-1111-1111-1111-111111111111. User interaction is required. This may be due to the conditional access policy settings such as multi-factor authentication (MFA).";
  const message = [
    "Error: \x1b[31;1mGet-AzAccessToken: \x1b[0m",
    "\x1b[31;1m\x1b[36;1mLine |\x1b[0m",
    "\x1b[31;1m\x1b[36;1m\x1b[36;1m  18 | \x1b[0m           $token = \x1b[36;1mGet-AzAccessToken @params\x1b[0m",
    `\x1b[31;1m\x1b[36;1m     | \x1b[31;1m                    ${"~".repeat(25)}\x1b[0m`,
    `\x1b[31;1m\x1b[36;1m     | \x1b[31;1m${reason}\x1b[0m`,
    ". To troubleshoot, visit https://aka.ms/azsdk/js/identity/powershellcredential/troubleshoot.",
  ].join("\n");
  const words = `Error: Get-AzAccessToken: 
Line |
  18 |            $token = Get-AzAccessToken @params
     |                     ~~~~~~~~~~~~~~~~~~~~~~~~~
     | ${reason}
. To troubleshoot, visit https://aka.ms/azsdk/js/identity/powershellcredential/troubleshoot.`;
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
    `\nnetwork_error: See https://aka.ms/msal.js.errors#network_error for details,\n${searchPage}`,
  );
  const error = "EnvironmentCredential authentication failed.";
  const error_description = "AADSTS7000215: Invalid client secret provided. Ensure that the secret is the value.";
  const refused = await explanation(new AuthenticationError(400, { error, error_description }));
  expect(refused).toBe(`${error} Status code: 400\nMore details:\n${error_description},\n${searchPage}`);
});
