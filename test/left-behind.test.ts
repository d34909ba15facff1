import { AggregateAuthenticationError, CredentialUnavailableError } from "@azure/identity";
import { describe, expect, test } from "@jest/globals";
import { explanation, failureWithMockedClient, startWithMockedClient } from "./helpers/mocked-client.ts";
import { rehearseInThisProcess } from "./helpers/rehearsal.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { creating, deleting, leftBehind, retrieving, searchPage, signIn } from "./helpers/transcript.ts";

const broken = () => Promise.reject(new Error("It broke."));
const withToken = new Map([["authorization", "Bearer x"]]);

/** An error of the SDK's about this request, and the status that it was answered with. */
const failed = (request: object | null, statusCode?: number) =>
  Object.assign(new Error("It broke."), { name: "RestError", request, statusCode });

const notSignedIn = () =>
  Promise.reject(new AggregateAuthenticationError([new CredentialUnavailableError("Not signed in.")], "No way."));

/** What the script prints where the offline vault's answer to these requests is another one. */
async function answered(asked: string, answer: () => Response) {
  const { stderr } = await rehearseInThisProcess("my-cert", {}, async (request, vault) => {
    const { pathname } = new URL(request.url);
    const isAsked = `${request.method} ${pathname}` === asked && request.headers.has("authorization");
    return isAsked ? answer() : vault(request);
  });
  return stderr;
}

describe("A certificate that may be left is told, with the command that deletes it", () => {
  test.each([
    ["the creation is asked about for the first time", "firstPolled"],
    ["the certificate is created", "created"],
    ["the certificate is retrieved", "retrieved"],
    ["the deletion is accepted", "deletionBegun"],
  ])("before %s", async (_, step) => {
    expect(await failureWithMockedClient({ [step]: broken() })).toBe(`It broke.\n${searchPage}${leftBehind()}`);
  });

  test.each([500, 501, undefined])("after a creation that was answered with %s", async (statusCode) => {
    const error = failed({ method: "POST", headers: withToken }, statusCode);
    expect(await explanation(error)).toBe(`It broke.\n${searchPage}${leftBehind()}`);
  });

  test.each([
    ["not answered", undefined],
    ["refused", 403],
    ["not found", 404],
    ["answered in another way", 202],
  ])("after a deletion that was %s", async (_, statusCode) => {
    const deletionBegun = Promise.reject(failed({ method: "DELETE", headers: withToken }, statusCode));
    expect(await failureWithMockedClient({ deletionBegun })).toBe(`It broke.\n${searchPage}${leftBehind()}`);
  });

  test("after a sign-in that fails once the creation has begun, and not before", async () => {
    const told = `No way.\nCredentialUnavailableError: Not signed in.\n${signIn}`;
    expect(await failureWithMockedClient({ begun: notSignedIn() })).toBe(told);
    expect(await failureWithMockedClient({ firstPolled: notSignedIn() })).toBe(told + leftBehind());
  });

  test("after an operation that has failed by its first poll", async () => {
    const { stderr } = await rehearseInThisProcess("IssuerRefused", { env: { OFFLINE_CREATION_TIME: "0" } });
    expect(stderr).toMatch(`${searchPage}${leftBehind("IssuerRefused")}`);
  });

  test.each([
    ["a creation that a proxy answers with 504", "POST /certificates/my-cert/create", 504],
    ["a creation that a proxy answers with a redirection", "POST /certificates/my-cert/create", 302],
    ["a first poll that a proxy answers with 502", "GET /certificates/my-cert/pending", 502],
    ["a first poll that a proxy refuses", "GET /certificates/my-cert/pending", 403],
    ["a first poll with an empty answer", "GET /certificates/my-cert/pending", 200],
  ])("after %s", async (_, asked, status) => {
    const told = await answered(asked, () => new Response(null, { status }));
    expect(told.endsWith(`${searchPage}${leftBehind()}`)).toBe(true);
  });

  test("after a second creation that is refused, in a script that was changed", async () => {
    const second = "await client.beginCreateCertificate(certificateName, DefaultCertificatePolicy, pollOptions);";
    const script = alteredScript("console.log(`Retrieving", `${second}\nconsole.log(\`Retrieving`).url;
    let accepted = 0;
    const { stderr } = await rehearseInThisProcess("my-cert", { script }, async (request, vault) => {
      const response =
        accepted > 0 && request.method === "POST" ? new Response(null, { status: 403 }) : await vault(request);
      if (response.status === 202) accepted++;
      return response;
    });
    expect(stderr.endsWith(`${searchPage}${leftBehind()}`)).toBe(true);
  });

  test("by a command that takes no name for an option", async () => {
    const told = await failureWithMockedClient({ created: broken() }, { input: "-h\n" });
    expect(told).toBe(`It broke.\n${searchPage}${leftBehind("-h")}`);
    expect(told).toMatch(/ --name=-h\n$/);
  });
});

describe("Where nothing can be left, no certificate is told", () => {
  test.each([
    ["a creation that was refused with 400", { method: "POST", headers: withToken }, 400],
    ["a creation that was refused with 499", { method: "POST", headers: withToken }, 499],
    ["a question that was not answered", { method: "GET", headers: withToken }, undefined],
    ["a deletion that was not answered", { method: "DELETE", headers: withToken }, undefined],
    ["a request without a token", { method: "POST", headers: new Map() }, 500],
    ["a request without a token that was not answered", { method: "POST", headers: new Map() }, undefined],
    ["no request", null, undefined],
  ])("after %s", async (_, request, statusCode) => {
    expect(await explanation(failed(request, statusCode))).toBe(`It broke.\n${searchPage}`);
  });
});

describe("Once the deletion is accepted, no certificate is told", () => {
  test("before it is through", async () => {
    expect(await failureWithMockedClient({ deleted: broken() })).toBe(`It broke.\n${searchPage}`);
  });

  /** The script with one more step at its end. */
  const withStep = (step: string) =>
    alteredScript("\n// That was the quickstart.", `${step}\n// That was the quickstart.`).url;

  test("where a step that was added fails", async () => {
    const script = withStep("await client.purgeDeletedCertificate(certificateName);");
    const { stderr } = await rehearseInThisProcess("my-cert", { script }, async (request, vault) =>
      request.method === "DELETE" && request.url.includes("/deletedcertificates/")
        ? Response.json({ error: { code: "Forbidden", message: "No." } }, { status: 403 })
        : vault(request),
    );
    expect(stderr).toBe(`No.\n${searchPage}`);
  });

  test("but one that is recovered is", async () => {
    const recover = "const recoverPoller = await client.beginRecoverDeletedCertificate(certificateName, pollOptions);";
    const script = withStep(`${recover} await recoverPoller.pollUntilDone(); throw new Error("It broke.");`);
    const { stderr } = await rehearseInThisProcess("my-cert", { script });
    expect(stderr).toBe(`It broke.\n${searchPage}${leftBehind()}`);
  });
});

const never = new Promise(() => {});

describe("Ctrl-C says what may be left, and how to delete it", () => {
  test.each([
    ["while the creation is asked about for the first time", { firstPolled: never }, creating()],
    ["while the creation is under way", { created: never }, creating()],
    ["while the certificate is retrieved", { retrieved: never }, creating() + retrieving],
    ["while the deletion is not accepted yet", { deletionBegun: never }, creating() + retrieving + deleting()],
  ])("%s", async (_, answers, printed) => {
    const { stdout, stderr, pressCtrlC } = startWithMockedClient(answers);
    expect(await pressCtrlC()).toBe(130);
    expect(stderr()).toBe(`\n${leftBehind()}`);
    expect(stdout()).toBe(printed);
  });

  test.each([
    ["before the creation is accepted", { begun: never }, creating()],
    ["once the deletion is accepted", { deleted: never }, creating() + retrieving + deleting()],
  ])("but nothing %s", async (_, answers, printed) => {
    const { stdout, stderr, pressCtrlC } = startWithMockedClient(answers);
    expect(await pressCtrlC()).toBe(130);
    expect(stderr()).toBe("");
    expect(stdout()).toBe(printed);
  });
});
