import { expect, test } from "@jest/globals";
import GithubSlugger from "github-slugger";
import { execFile, exec } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { promisify } from "node:util";
import { failures } from "./offline/failures.ts";
import { environment } from "./helpers/environment.ts";
import { runsTypeScript } from "./helpers/own-process.ts";
import { codeBlocks, readmeTable, section, tokensOf } from "./helpers/readme.ts";
import { rehearseInThisProcess } from "./helpers/rehearsal.ts";
import { grantPermissions, grantRole } from "./helpers/transcript.ts";

const read = (file: string) => readFileSync(file, "utf8");
const readme = read("README.md");
const script = read("kv_certificates.ts");
const { scripts, engines, dependencies, devDependencies } = JSON.parse(read("package.json"));

const tokens = tokensOf("README.md");
const maintainers = tokensOf(".github/CONTRIBUTING.md");
const blocks = codeBlocks();
const inline = [...tokens, ...maintainers].flatMap((token) => (token.type === "codespan" ? [token.text] : []));

test("The TypeScript blocks are, line for line, the whole flow of the script", () => {
  const end = 'await deletePoller.pollUntilDone();\nconsole.log(" done.");';
  const flow = script.slice(0, script.indexOf(end) + end.length);
  expect(
    blocks
      .filter(({ language }) => language === "ts")
      .map(({ text }) => text)
      .join("\n\n"),
  ).toBe(flow);
});

test.concurrent("The transcript is what the demo shows", async () => {
  const env = { ...environment, OFFLINE_CREATION_TIME: "0", OFFLINE_DELETION_TIME: "0" };
  const demo = promisify(exec)("npm run --silent demo", { env });
  demo.child.stdin?.end("my-cert\n");
  const { stdout, stderr } = await demo;
  const typed = stdout.replace(/(?<=^Input .* > )/, "my-cert\n");
  expect(`${blocks.find(({ language }) => language === "text")?.text}\n`).toBe(stderr + typed);
  for (const line of (stderr + typed).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("The diagram shows the requests that the vault receives, in order", async () => {
  const { requests } = await rehearseInThisProcess();
  const messages = requests.map(({ method, url, status, body }) => {
    const { hostname, pathname } = new URL(url);
    const whom = hostname.endsWith(".vault.azure.net") ? "Vault" : "Entra";
    const path = pathname.replace(/^\/[0-9-]{36}/, "");
    return `Script->>${whom}: ${method} ${path}\n${whom}-->>Script: ${[status, JSON.parse(body).status].join(" ").trim()}`;
  });
  const again = (message: string, index: number) =>
    /pending|deletedcertificates/.test(message) && message === messages[index - 1];
  const diagram = blocks.find(({ language }) => language === "mermaid")?.text.match(/^ *\w+-?->>.*$/gm) ?? [];
  expect(diagram.map((line: string) => line.trim())).toEqual(
    messages
      .filter((message, index) => !again(message, index))
      .join("\n")
      .split("\n"),
  );
  expect(requests.map(({ isAuthorized }) => isAuthorized)).toEqual(requests.map((_, index) => index >= 2));
});

test("The failures that can be rehearsed are those of the offline vault, and no other", () => {
  const list = section("Rehearse a failure").find((token) => token.type === "list")?.raw ?? "";
  const names = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(names.sort()).toEqual(Object.keys(failures).sort());
});

test("What stands for the Python calls stands in the script", () => {
  const calls = readmeTable("Python").map(([, call]) => call);
  expect(calls).not.toEqual([]);
  for (const call of calls) expect(script).toContain(call);
});

test("The commands that grant access are those that the script prints, apart from whom and what they name", () => {
  const bash = blocks
    .filter(({ language }) => language === "bash")
    .flatMap(({ text }) => text.replaceAll(/ \\\n */g, " ").split("\n"));
  const caller = '"$(az ad signed-in-user show --query id --output tsv)"';
  const vaultId = "$(az keyvault show --name <your-unique-keyvault-name> --query id --output tsv)";
  for (const printed of [grantRole(caller, vaultId), grantPermissions(caller)]) {
    const command = printed.split("\n  ")[1]?.trim();
    expect(bash).toContain(command?.replaceAll("demo-vault", "<your-unique-keyvault-name>"));
  }
});

test("Every block names its language or its shell", () => {
  const languages = new Set(blocks.map(({ language }) => language));
  expect([...languages].sort()).toEqual(["bash", "mermaid", "powershell", "text", "ts", "ts exercise", "ts own"]);
});

const commands = [
  ...blocks.filter(({ language }) => language === "bash").flatMap(({ text }) => text.split(/\n| && /)),
  ...inline,
].filter((command) => /^(npm|npx|node) /.test(command));

test.each([...new Set(commands.filter((command) => command.startsWith("npm ")))])(
  "The command %s exists",
  (command) => {
    const [name = "", ...rest] = command.replace(/^npm (run )?/, "").split(" ");
    if (!["ci", "cit", "init", "install", "pkg"].includes(name)) expect(scripts).toHaveProperty(name);
    const installed = rest.filter((word: string) => !word.startsWith("--"));
    const known = Object.keys({ ...dependencies, ...devDependencies });
    if (name === "install") expect(known).toEqual(expect.arrayContaining(installed));
    const [, files = "", pattern = ""] = /-- ([\w ]+?)(?: --testNamePattern (\w+))?$/.exec(command) ?? [];
    const testFiles = files.split(" ").filter((file) => file && !existsSync(`test/${file}`));
    for (const file of testFiles) expect(read(`test/${file}.test.ts`)).toContain(pattern);
  },
);

test("What a project of one's own installs is what the script needs", () => {
  const installed = commands.flatMap(
    (command) => /^npm install (?:--save-dev )?(.+)/.exec(command)?.[1]?.split(" ") ?? [],
  );
  expect(installed).toEqual([...Object.keys(dependencies), "@types/node"]);
});

const runCommands = new Set(commands.filter((command) => /^(npx tsx|node) kv_certificates\.ts$/.test(command)));

test.concurrent.each([...runCommands])("The command %s runs the script", async (command) => {
  const [program = "", ...args] = command.split(" ");
  const given = { env: environment };
  const running =
    program === "node" ? promisify(execFile)(process.execPath, args, given) : promisify(exec)(command, given);
  // A Node that does not run TypeScript says that it does not know the ending.
  const stderr =
    program !== "node" || runsTypeScript ? /^KEY_VAULT_NAME is not set\.\n(.+\n){4}$/m : /Unknown file extension/;
  await expect(running).rejects.toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(stderr) });
});

test("Every file that is named exists, and every file is named", () => {
  // In a folder below test/ a file is named without its folder.
  const files = readdirSync("test", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  // The files of the demo are named without their folder, and those of other folders by it alone.
  const names = files.map((file) => {
    const folder = dirname(file);
    return folder === "offline" ? basename(file) : `test/${folder === "." ? file : `${folder}/`}`;
  });
  const named = inline.filter((text) => /^\.?[\w/-]+(\.[\w-]+)*\.(ts|json|md)$|^\.ci\/run$/.test(text));
  for (const file of named) expect([file, existsSync(file) || names.includes(file)]).toEqual([file, true]);
  expect(inline).toEqual(expect.arrayContaining(["kv_certificates.ts", "test/offline/", ...names]));
});

/** Where a page leads to in this repository, as a path from the page. */
const targetsOf = (page: typeof tokens) =>
  page.flatMap((token) => (token.type === "link" && !/^https:/.test(token.href) ? [token.href] : []));

test("Every relative link and every anchor leads somewhere", () => {
  const slugger = new GithubSlugger();
  const anchors = tokens.flatMap((token) => (token.type === "heading" ? [`#${slugger.slug(token.text)}`] : []));
  const fromMaintainers = targetsOf(maintainers).map((target) => target.replace(/^\.\.\/README\.md/, ""));
  for (const targets of [targetsOf(tokens), fromMaintainers]) {
    expect(targets).not.toEqual([]);
    for (const target of targets)
      expect([target, anchors.includes(target) || existsSync(target)]).toEqual([target, true]);
  }
});

test("The figures are those of the settings and of the code", () => {
  const [, newest, oldest, second] = /(\d+) or later; 20 \(from (\S+)\) and (\d+) work too/.exec(readme) ?? [];
  expect(engines.node).toBe(`^${oldest}.0 || ^${second}.0.0 || >=${newest}.0.0`);

  expect(readme).toContain("every half second");
  expect(script).toContain("intervalInMs: 500");
});

test("The demo's creation and deletion take as long as the README says", async () => {
  const [, creation, deletion] = /A creation takes (\d) seconds and a deletion (\d) second,/.exec(readme) ?? [];
  const lastAsked = new Map<string, number>();
  await rehearseInThisProcess("my-cert", {}, async (request, vault) => {
    lastAsked.set(`${request.method} ${new URL(request.url).pathname}`, Date.now());
    return vault(request);
  });
  const seconds = (from: string, to: string) => (Number(lastAsked.get(to)) - Number(lastAsked.get(from))) / 1000;
  expect(seconds("POST /certificates/my-cert/create", "GET /certificates/my-cert/pending")).toBe(Number(creation));
  expect(seconds("DELETE /certificates/my-cert", "GET /deletedcertificates/my-cert")).toBe(Number(deletion));
});

test("Every variable of the demo's own is one that it reads", () => {
  const variables = readme.match(/OFFLINE_\w+/g) ?? [];
  const demo = read("test/offline/demo.ts");
  for (const variable of variables) expect(demo).toContain(variable);
});
