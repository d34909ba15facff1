import { AggregateAuthenticationError, CredentialUnavailableError } from "@azure/identity";
import { describe, expect, test } from "@jest/globals";
import { explanation, failureWithMockedClient } from "./helpers/mocked-client.ts";
import { rehearseInThisProcess } from "./helpers/rehearsal.ts";
import { alteredScript } from "./helpers/scratch.ts";
import { leftBehind, seeReadme, signIn } from "./helpers/transcript.ts";

const broken = () => Promise.reject(new Error("It broke."));
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
    expect(await failureWithMockedClient({ [step]: broken() })).toBe(`It broke.\n${seeReadme}${leftBehind()}`);
  });

  test.each([
    ["a creation that was not refused", "POST", true, 500, true],
    ["a creation that was not answered", "POST", true, undefined, true],
    ["a creation that was refused with 400", "POST", true, 400, false],
    ["a creation that was refused with 499", "POST", true, 499, false],
    ["a creation that was answered with 501", "POST", true, 501, true],
    ["a question that was not answered", "GET", true, undefined, false],
    ["a deletion that was not answered", "DELETE", true, undefined, false],
    ["a request without a token", "POST", false, 500, false],
    ["a request without a token that was not answered", "POST", false, undefined, false],
  ])("after %s", async (_, method, hasToken, statusCode, isLeft) => {
    const headers = new Map(hasToken ? [["authorization", "Bearer x"]] : []);
    const error = { name: "RestError", statusCode, request: { method, headers } };
    const told = await explanation(Object.assign(new Error("It broke."), error));
    expect(told).toBe(`It broke.\n${seeReadme}${isLeft ? leftBehind() : ""}`);
  });

  test.each([
    ["not answered", undefined],
    ["refused", 403],
    ["not found", 404],
    ["answered in another way", 202],
  ])("after a deletion that was %s", async (_, statusCode) => {
    const request = { method: "DELETE", headers: new Map([["authorization", "Bearer x"]]) };
    const deletionBegun = Promise.reject(Object.assign(new Error("It broke."), { statusCode, request }));
    expect(await failureWithMockedClient({ deletionBegun })).toBe(`It broke.\n${seeReadme}${leftBehind()}`);
  });

  test.each([
    ["no headers", { method: "POST" }],
    ["headers of another kind", { method: "POST", headers: { authorization: "Bearer x" } }],
    ["nothing", {}],
    ["null", null],
  ])("not after an error whose request has another shape: %s", async (_, request) => {
    const told = await explanation(Object.assign(new Error("It broke."), { request }));
    expect(told).toBe(`It broke.\n${seeReadme}`);
  });

  test("after a sign-in that fails once the creation has begun, and not before", async () => {
    const told = `No way.\nCredentialUnavailableError: Not signed in.\n${signIn}`;
    expect(await failureWithMockedClient({ begun: notSignedIn() })).toBe(told);
    expect(await failureWithMockedClient({ firstPolled: notSignedIn() })).toBe(told + leftBehind());
  });

  test("after an operation that has failed by its first poll", async () => {
    const { stderr } = await rehearseInThisProcess("IssuerRefused", { env: { OFFLINE_CREATION_TIME: "0" } });
    expect(stderr).toMatch(`${seeReadme}${leftBehind("IssuerRefused")}`);
  });

  test.each([
    ["a creation that a proxy answers with 504", "POST /certificates/my-cert/create", 504],
    ["a creation that a proxy answers with a redirection", "POST /certificates/my-cert/create", 302],
    ["a first poll that a proxy answers with 502", "GET /certificates/my-cert/pending", 502],
    ["a first poll that a proxy refuses", "GET /certificates/my-cert/pending", 403],
    ["a first poll with an empty answer", "GET /certificates/my-cert/pending", 200],
  ])("after %s", async (_, asked, status) => {
    const told = await answered(asked, () => new Response(null, { status }));
    expect(told.endsWith(`${seeReadme}${leftBehind()}`)).toBe(true);
  });

  test("by a command that takes no name for an option", async () => {
    const told = await failureWithMockedClient({ created: broken() }, { input: "-h\n" });
    expect(told).toBe(`It broke.\n${seeReadme}${leftBehind("-h")}`);
    expect(told).toMatch(/ --name=-h\n$/);
  });
});

describe("Once the deletion is accepted, no certificate is told", () => {
  test("before it is through", async () => {
    expect(await failureWithMockedClient({ deleted: broken() })).toBe(`It broke.\n${seeReadme}`);
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
    expect(stderr).toBe(`No.\n${seeReadme}`);
  });

  test("but one that is recovered is", async () => {
    const recover = "const recoverPoller = await client.beginRecoverDeletedCertificate(certificateName, pollOptions);";
    const script = withStep(`${recover} await recoverPoller.pollUntilDone(); throw new Error("It broke.");`);
    const { stderr } = await rehearseInThisProcess("my-cert", { script });
    expect(stderr).toBe(`It broke.\n${seeReadme}${leftBehind()}`);
  });
});
