import { expect, test } from "@jest/globals";
import { explanation } from "./helpers/mocked-client.ts";
import { seeReadme } from "./helpers/transcript.ts";

/** Expects that of a message this is printed. */
async function expectPrinted(message: string, printed: string) {
  expect(await explanation(new Error(message))).toBe(`${printed}\n${seeReadme}`);
}

test.each([
  ["Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln-_ was refused", "Bearer … was refused"],
  ["x_eyJhbGci.eyJh.b_c and Bearer%20eyJhbGci.eyJh.", "x_… and Bearer%20…"],
  ["token%3DeyJhbGci.eyJh", "token%3D…"],
  ["eyJa-b.eyJh.sig", "…"],
  [`eyJ${"h".repeat(900)}.eyJ${"x".repeat(5_000)}`, "…"],
  ["eyJhbGci.\x1b[36meyJh.sig\x1b[0m", "…"],
])("A token is not shown: %j", expectPrinted);

const id = "11111111-aaaa-1111-AAAA-111111111111";

test.each([
  `the user 'name=J. Doe;appid=${id};oid=${id};iss=https://sts.windows.net/${id}/' does not`,
  `/subscriptions/${id}/resourcegroups/x/vault`,
  "User account 'jane.doe@contoso.com' from identity provider 'live.com' does not exist in tenant 'Contoso'",
  "Cannot find module '/home/jane@contoso.com/node_modules/@azure/identity/dist/index.js'",
  "No access to KeyJoin-kv and eyJoin.vault.azure.net",
])("Ids, accounts and paths are part of the reason: %j", (message) => expectPrinted(message, message));

test("The claims of a claims challenge are no token", async () => {
  const claims = btoa('{"access_token":{"xms_caeerror":{"value":"10012"}}}');
  expect(claims).toMatch(/^eyJ/);
  const message = `az login --claims-challenge ${claims} --scope https://vault.azure.net/.default --tenant ${id}`;
  await expectPrinted(message, message);
});

test("Colours, and what else a terminal would obey, are taken out", async () => {
  await expectPrinted(
    "\x1b[31;1mGet-AzAccessToken:\x1b[0m no\x1b[2J token\x1b]0;title\x07",
    "Get-AzAccessToken: no token",
  );
});

// A pattern that looks on to the end from each place anew takes sixteen times as long for four times the text; what
// takes less than a second may vary.
test.each([
  "x",
  "eyJ",
  "eyJ.",
  "oid=",
  "Resource: '/subscriptions/",
  "'/subscriptions/",
  "/vaults/v",
  "response body - ",
])("A long message takes no longer than its length lets expect: %j, again and again", async (part) => {
  const timeFor = async (times: number) => {
    const error = Object.assign(new Error(`'/subscriptions/${part.repeat(times)} x`), {
      details: { error: { innerError: { code: "ForbiddenByRbac" } } },
    });
    const before = process.cpuUsage();
    expect(await explanation(error)).toMatch(/ x\nSee Troubleshooting in README\.md\.\n$/);
    return process.cpuUsage(before).user;
  };
  // Once, so that nothing is read and compiled for the first time below.
  await timeFor(100);
  const [short, long] = [await timeFor(15_000), await timeFor(60_000)];
  expect(long).toBeLessThan(Math.max(8 * short, 1_000_000));
});
