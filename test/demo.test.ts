import { expect, jest, test } from "@jest/globals";
import { X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import { runInOwnProcess } from "./helpers/own-process.ts";
import { codeBlocks } from "./helpers/pages.ts";
import { rehearseInThisProcess } from "./helpers/rehearsal.ts";
import { rehearse } from "./offline/demo.ts";
import { servicePrincipal } from "./offline/tokens.ts";

test("The certificate is a real one, self-signed with the default policy's subject", async () => {
  const { requests } = await rehearseInThisProcess();
  const bundle = JSON.parse(requests.find(({ url }) => url.includes("/certificates/my-cert/?"))?.body ?? "");
  const certificate = new X509Certificate(Buffer.from(bundle.cer, "base64"));
  expect(certificate.subject).toBe("CN=MyCert");
  expect(certificate.verify(certificate.publicKey)).toBe(true);
});

test("The requests of the demo are those of README.md's diagram, in order", async () => {
  const { requests } = await rehearseInThisProcess();
  const messages = requests.map(({ method, url, status, body }) => {
    const { hostname, pathname } = new URL(url);
    const whom = hostname.endsWith(".vault.azure.net") ? "Vault" : "Entra";
    const path = pathname.replace(/^\/[0-9-]{36}/, "");
    return `Script->>${whom}: ${method} ${path}\n${whom}-->>Script: ${[status, JSON.parse(body).status].join(" ").trim()}`;
  });
  const again = (message: string, index: number) =>
    /pending|deletedcertificates/.test(message) && message === messages[index - 1];
  const diagram =
    codeBlocks("README.md")
      .find(({ language }) => language === "mermaid")
      ?.text.match(/^ *\w+-?->>.*$/gm) ?? [];
  expect(diagram.map((line: string) => line.trim())).toEqual(
    messages
      .filter((message, index) => !again(message, index))
      .join("\n")
      .split("\n"),
  );
  expect(requests.map(({ isAuthorized }) => isAuthorized)).toEqual(requests.map((_, index) => index >= 2));
});

test("The rehearsal heeds no setting of the person's own but the log's", () => {
  const proxies = { HTTPS_PROXY: "http://127.0.0.1:9", https_proxy: "http://127.0.0.1:9", ALL_PROXY: "socks5://a" };
  const sources = { MSI_ENDPOINT: "http://localhost", IDENTITY_ENDPOINT: "http://localhost", IMDS_X: "1" };
  const azure = { AZURE_TOKEN_CREDENTIALS: "dev", AZURE_AUTHORITY_HOST: "https://a", AZURE_CLIENT_ID: "an-own-client" };
  jest.replaceProperty(process, "env", { ...proxies, ...sources, ...azure, AZURE_LOG_LEVEL: "info", HOME: "/home" });
  jest.spyOn(console, "error").mockReturnValue();
  rehearse();
  const vault = { KEY_VAULT_NAME: "demo-vault", KEYVAULT_URI: "https://demo-vault.vault.azure.net" };
  expect(process.env).toEqual({ AZURE_LOG_LEVEL: "info", HOME: "/home", ...servicePrincipal, ...vault });
});

test("With nobody signed in, the SDK finds no tool: PATH is a folder without programs", () => {
  jest.replaceProperty(process, "env", { PATH: "/usr/bin", OFFLINE_SIGN_IN: "none" });
  jest.spyOn(console, "error").mockReturnValue();
  rehearse();
  expect(process.env.PATH).toBe(resolve("test/offline"));
  expect(process.env).not.toHaveProperty("AZURE_CLIENT_ID");
});

test.each([
  ["OFFLINE_SIGN_IN", "None", 'OFFLINE_SIGN_IN must be none, not "None".'],
  ["OFFLINE_CREATION_TIME", "10s", 'OFFLINE_CREATION_TIME must be a number of milliseconds, not "10s".'],
  ["OFFLINE_DELETION_TIME", "-1", 'OFFLINE_DELETION_TIME must be a number of milliseconds, not "-1".'],
])("The rehearsal's own %s is refused where it is %s", (variable, value, message) => {
  jest.replaceProperty(process, "env", { [variable]: value });
  const exit = jest.spyOn(process, "exit").mockImplementation(() => {
    throw new Error("The process has ended.");
  });
  const error = jest.spyOn(console, "error").mockReturnValue();
  expect(rehearse).toThrow("The process has ended.");
  expect(error.mock.calls).toEqual([[message]]);
  expect(exit).toHaveBeenCalledWith(1);
});

test.each([
  ["OFFLINE_CREATION_TIME", "/pending", "/deletedcertificates/"],
  ["OFFLINE_DELETION_TIME", "/deletedcertificates/", "/pending"],
])("%s sets how long the script goes on to ask for %s", async (variable, awaited, other) => {
  const times = { OFFLINE_CREATION_TIME: "0", OFFLINE_DELETION_TIME: "0" };
  const { requests } = await rehearseInThisProcess("my-cert", { env: { ...times, [variable]: "60000" } });
  const polls = (path: string) => requests.filter(({ url }) => url.includes(path)).length;
  expect(polls(awaited)).toBeGreaterThan(100); // every half second, for a minute
  expect(polls(other)).toBeLessThan(3);
});

test("An empty OFFLINE_CREATION_TIME is as none", async () => {
  const { requests } = await rehearseInThisProcess("my-cert", { env: { OFFLINE_CREATION_TIME: "" } });
  expect(requests.filter(({ url }) => url.includes("/pending")).length).toBeGreaterThan(3);
});

/** A program that asks the demo's vault, and two other hosts. */
const asking = `
  import { get } from "node:https";
  const challenge = await fetch("https://demo-vault.vault.azure.net/certificates/my-cert/");
  console.log(JSON.stringify(Object.fromEntries(challenge.headers)));
  get("https://demo-vault.vault.azure.net/certificates/my-cert/", ({ headers }) => console.log(JSON.stringify(headers)));
  await fetch("https://fetch.example.com").catch(console.error);
  get("https://get.example.com").on("error", console.error);
`;
const asked = runInOwnProcess({ program: ["--input-type=module", "--eval", asking] });

test.concurrent("The service's headers come through, whichever way a program asks", async () => {
  const { stdout, stderr } = await asked;
  expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(/^\{.+\}\n\{.+\}\n$/) });
  for (const headers of stdout.trim().split("\n"))
    expect(JSON.parse(headers)).toMatchObject({
      "www-authenticate": expect.stringMatching(/^Bearer /),
      "x-ms-keyvault-region": "westeurope",
    });
});

test.concurrent("A request to any other host fails at once, naming the host", async () => {
  const { stderr } = await asked;
  for (const host of ["fetch.example.com", "get.example.com"])
    expect(stderr).toContain(`No request leaves this machine, and one was made to ${host}.`);
});
