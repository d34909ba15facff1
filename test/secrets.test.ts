import { expect, test } from "@jest/globals";
import { explanation } from "./helpers/mocked-client.ts";
import { seeReadme } from "./helpers/transcript.ts";

const id = "11111111-aaaa-1111-AAAA-111111111111";

/** Expects that of a message this is printed. */
async function expectPrinted(message: string, printed: string) {
  expect(await explanation(new Error(message))).toBe(`${printed}\n${seeReadme}`);
}

test.each([
  ["Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln-_ was refused", "Bearer … was refused"],
  ["x_eyJhbGci.eyJh.b_c and Bearer%20eyJhbGci.eyJh.", "x_… and Bearer%20…"],
  ["token%3DeyJhbGci.eyJh", "token%3D…"],
  [`eyJhbGci.eyJ${"x".repeat(1000)}`, "…"],
])("A token is not shown: %j", expectPrinted);

test.each([
  [`the user 'appid=${id};oid=${id};iss=https://sts/${id}/' does`, "the user 'appid=…;oid=…;iss=https://sts/…/' does"],
  [`/subscriptions/${id.replaceAll("-", "")}/x_${id}/vault`, "/subscriptions/…/x_…/vault"],
])("An id is not shown: %j", expectPrinted);

test.each([
  ["the user 'name=J. Doe;appid=1;oid=2;iss=3' does not", "the user 'name=…;appid=1;oid=2;iss=3' does not"],
  ["the user 'name=Pat O'Brien;appid=1;oid=2' does not", "the user 'name=…;appid=1;oid=2' does not"],
])("A person's name is not shown: %j", expectPrinted);

test.each([
  ["'jane.doe+x@mail.contoso.com' and <jane@contoso.com>, (j@contoso.com)", "'…' and <…>, (…)"],
  ["jane_outlook.com#EXT#@contoso.onmicrosoft.com", "…"],
  ["jane%40contoso.com and login_hint=jane%40contoso.com&x=1", "… and login_hint=…&x=1"],
  ["appid=1;upn=jane@contoso.com;oid=2", "appid=1;upn=…;oid=2"],
  ["/home/jane@contoso.com/.azure", "/home/…/.azure"],
  ["jörg@bücher.example", "…"],
  ["User account 'sean.o'brien@contoso.com' is unknown.", "User account '…' is unknown."],
])("An e-mail address is not shown: %j", expectPrinted);

test.each([
  ["proxy http://user:password@proxy.contoso.com:8080/", "proxy http://…@proxy.contoso.com:8080/"],
  ["proxy http://user@proxy:8080", "proxy http://…@proxy:8080"],
  ["proxy http://jane@contoso.com:p@ss@10.0.0.1", "proxy http://…@10.0.0.1"],
  [`proxy http://user:${"p".repeat(200)}@proxy.contoso.com`, "proxy http://…@proxy.contoso.com"],
])("The user and password of a proxy are not shown: %j", expectPrinted);

test.each([
  "dyld: Library not loaded: /opt/homebrew/opt/python@3.13/Frameworks/Python.framework/Versions/3.13/Python",
  "Cannot find module '/home/x/node_modules/@azure/identity/dist/index.js'",
  "file:///home/x/node_modules/.pnpm/@azure+identity@4.13.1/node_modules/@azure/identity/dist/index.js",
  "C:\\Users\\x\\node_modules\\@azure\\identity\\index.js",
  "See the @azure/identity-vscode package, or npm install typescript@5.9.3 foo@latest.",
  "No access to KeyJoin-kv and eyJoin.vault.azure.net, nor to deadbeef-cafe.",
])("A path or a name that only looks like a secret stays: %j", (message) => expectPrinted(message, message));

test("Characters that cannot be seen, or that the terminal would obey, give way to spaces", async () => {
  const message = "a\u202eb\x1b[2Jc\u2028d\te\u00adf\u200bg\u3164h\u034fi\u{e0061}j";
  await expectPrinted(message, "a bc d e f g h i j");
  await expectPrinted("\u3164\n\u115f", "Error");
});

test("Of a line that is too long to look through, the first 2000 characters are looked through", async () => {
  const token = (length: number) => `eyJh.eyJ${"x".repeat(length)}`;
  await expectPrinted(`${token(1900)} was refused`, "… was refused");
  await expectPrinted(`${token(2000)} was refused`, "……");
});

// Each of these takes minutes where a pattern looks on to the end of the line from each place anew.
test.each(["x", "name= ", "eyJ", "://a", "a@", "jane%40", "\x1b["])(
  "A message of a million times %j is told",
  async (part) => {
    const told = await explanation(new Error(`x${part.repeat(1_000_000)}`));
    expect(told).toMatch(/^.{1,500}\nSee Troubleshooting/);
  },
);
