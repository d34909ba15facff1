import { expect, test } from "@jest/globals";
import { checkServerIdentity } from "node:tls";
import { cureFor, entries, malformedEntries } from "./helpers/entries.ts";
import { explanation, failureWithMockedClient } from "./helpers/mocked-client.ts";
import { sectionsOf } from "./helpers/pages.ts";
import { rehearseInThisProcess, startWithRealClient } from "./helpers/rehearsal.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { sdkError, signInError } from "./helpers/sdk-errors.ts";

/** What the script prints where the environment has these variables. */
const set = (env: Record<string, string>) => failureWithMockedClient({}, { env });

/** What it prints in the demo where a reader has changed it. */
async function changed(from: string, to: string) {
  return (await rehearseInThisProcess("my-cert", { script: alteredScript(from, to).url })).stderr;
}
const policyIs = (policy: string) => changed("DefaultCertificatePolicy,\n", `${policy},\n`);
const asking = (call: string) => changed("getCertificate(certificateName)", call);

/** What it prints where another tenant's vault, or no network, meets a service principal's sign-in. */
const notSignedInAs = async (outcome: Error, tenantId?: string) => explanation(await signInError(outcome, tenantId));

/** What it prints where the real client finds these variables, and sends nothing. */
async function realClient(env: Record<string, string>) {
  const { stderr, end } = startWithRealClient({ env });
  await end();
  return stderr();
}

/** What it prints where a proxy answers in the vault's place. */
const proxied = async (status: number, body?: string, type?: string) =>
  explanation(await sdkError(status, body, { type, isSignedIn: false }));

const otherHost = checkServerIdentity("demo-vault.vault.azure.net", { subjectaltname: "DNS:contoso.com" } as never);

// The failures that the demo has by name are held in failures.test.ts.
const scenes: Record<string, () => Promise<string>> = {
  "KEY_VAULT_NAME is not": () => set({ KEY_VAULT_NAME: "https://contoso.vault.azure.net" }),
  "Invalid value for AZURE_TOKEN_CREDENTIALS": () => set({ AZURE_TOKEN_CREDENTIALS: "az" }),
  "acquire tokens for tenant": () => notSignedInAs(new Error("This is not asked."), "another-tenant"),
  network_error: () => notSignedInAs(new Error("connect ECONNREFUSED 203.0.113.1:443")),
  "The challenge resource": async () => explanation(await sdkError(200, {}, { resource: "https://vault.azure.cn" })),
  "was not found in this key vault": () => asking('getCertificate("other")'),
  "is not defined": () => asking("getCertificate(certificatName)"),
  "is not a function": () => policyIs('{ ...DefaultCertificatePolicy, keyUsage: "x" as never }'),
  "cannot be empty": () => asking('getCertificateVersion(certificateName, "").then(String)'),
  "Cannot read properties of undefined": () => policyIs("undefined as never"),
  "HTTP GET not allowed": () => asking('getCertificate("")'),
  "has invalid value": () => policyIs('{ ...DefaultCertificatePolicy, subject: "x" }'),
  "offline vault does not answer": () => asking("getContacts()"),
  "unexpected statusCode 501": () => asking("listPropertiesOfIssuers().next()"),
  "Invalid URL": () => realClient({ HTTPS_PROXY: "proxy" }),
  "Unexpected status code: 407": () => proxied(407, "<html></html>", "text/html"),
  "(reading 'error')": () => proxied(503),
  "while parsing the response body": () => proxied(403, "<html></html>"),
  altnames: () => explanation(otherHost ?? new Error("")),
};

test.each(Object.entries(scenes))("The script says '%s', and the page has a cure for it", async (said, scene) => {
  const printed = await scene();
  expect(printed).toContain(said);
  expect(cureFor(printed)).not.toEqual([]);
});

test("An entry of TROUBLESHOOTING.md is `words`, `more words`, a backslash at the end of the line, and the cure on the next line", () => {
  expect(malformedEntries()).toEqual([]);
});

test("No words stand in two entries of TROUBLESHOOTING.md: keep them in one, and lead on from it", () => {
  const words = entries().flatMap((entry) => entry.words.map((each) => ({ each, section: entry.section })));
  const isTwice = ({ each }: { each: string }) => words.filter((other) => other.each === each).length > 1;
  expect(words.filter(isTwice).map(({ each, section }) => `${section}: ${each}`)).toEqual([]);
});

test("For all other words TROUBLESHOOTING.md has a way on, in its last section", () => {
  const { heading, blocks } = sectionsOf(".github/TROUBLESHOOTING.md").at(-1) ?? {};
  expect(heading).toBe("Anything else");
  const rest = blocks?.map(({ raw }) => raw).join("");
  expect(rest).toMatch(/rest-error-codes[^]+identity\/troubleshoot[^]+azure-sdk-for-js\/issues/);
});
