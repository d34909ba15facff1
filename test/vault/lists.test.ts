import { beforeEach, expect, test } from "@jest/globals";
import { create, createAndWait, openVault, quickPolicy, refusal, send, setClock, url } from "./open-vault.ts";

beforeEach(() => openVault());

const names = ({ body }: { body: { value: { id: string }[] } }) => body.value.map(({ id }) => id.split("/").at(-1));

test("Certificates are listed by name, those that are pending only on request", async () => {
  await createAndWait("b-done", quickPolicy, { attributes: { enabled: false } });
  await create("C-pending");
  await create("A-pending");
  const listed = await send("GET", "/certificates?includePending=true");
  expect(names(listed)).toEqual(["A-pending", "b-done", "C-pending"]);
  expect(listed.body.value[0]).not.toHaveProperty("x5t");
  expect(Object.keys(listed.body.value[1])).toEqual(["id", "x5t", "attributes", "subject"]);
  expect(listed.body.value[1].attributes.enabled).toBe(false);
  for (const query of ["", "?includePending=false"])
    expect(names(await send("GET", `/certificates${query}`))).toEqual(["b-done"]);
});

test("The versions of a certificate are listed by id, each with its own tags", async () => {
  const first = await createAndWait("my-cert", quickPolicy, { tags: { room: "A" } });
  const second = await createAndWait();
  await create(); // in progress: not listed
  const { body } = await send("GET", "/certificates/my-cert/versions");
  const item = ({ id, x5t, attributes: { recoveryLevel, recoverableDays, ...attributes } }: typeof first) => {
    return { id, x5t, attributes, subject: "" };
  };
  const items = [{ ...item(first), tags: { room: "A" } }, item(second)].sort((one, other) =>
    one.id < other.id ? -1 : 1,
  );
  expect(body).toEqual({ value: items, nextLink: null });
});

test("Of a name that does not exist there are no versions", async () => {
  const { status, body } = await send("GET", "/certificates/my-cert/versions");
  expect({ status, body }).toEqual({ status: 200, body: { value: [], nextLink: null } });
});

test("What was deleted is listed as soon as its deletion is through", async () => {
  const { x5t, attributes } = await createAndWait();
  const { recoveryId, deletedDate, scheduledPurgeDate } = (await send("DELETE", "/certificates/my-cert")).body;
  expect((await send("GET", "/deletedcertificates")).body.value).toEqual([]);
  setClock(7000);
  const id = `${url}/certificates/my-cert`;
  const listed = { recoveryId, deletedDate, scheduledPurgeDate, id, x5t, attributes };
  expect((await send("GET", "/deletedcertificates")).body).toEqual({ value: [listed], nextLink: null });
});

test("What was deleted while it was pending is listed only on request", async () => {
  await create();
  await send("DELETE", "/certificates/my-cert");
  setClock(2000);
  expect((await send("GET", "/deletedcertificates")).body.value).toEqual([]);
  expect(names(await send("GET", "/deletedcertificates?includePending=true"))).toEqual(["my-cert"]);
});

test("A page has 25 or fewer, and says where the next one is", async () => {
  const all = Array.from({ length: 27 }, (_, index) => `c${index + 10}`);
  for (const name of all) await create(name);
  const first = await send("GET", "/certificates?includePending=true");
  expect(names(first)).toEqual(all.slice(0, 25));
  const next = /^https:\/\/my-vault\.vault\.azure\.net:443(\/certificates\?api-version=2025-07-01&\$skiptoken=\S+)$/;
  const [, path = ""] = next.exec(first.body.nextLink) ?? [];
  expect(path).not.toContain("includePending");
  const last = await send("GET", path);
  expect(names(last)).toEqual(all.slice(25));
  expect(last.body.nextLink).toBe(null);
  const small = await send("GET", "/certificates?includePending=true&maxresults=6");
  expect(names(small)).toEqual(all.slice(0, 6));
  expect(small.body.nextLink).toMatch(/&maxresults=6$/);
  expect((await send("GET", "/certificates?includePending=true&maxresults=26")).body.value).toHaveLength(25);
});

test("A page of no items is refused", async () => {
  const message = "Property maxresults has invalid value (Not a positive number)\r\n";
  expect(await send("GET", "/certificates?maxresults=0")).toMatchObject(refusal(400, "BadParameter", message));
});
