import { intercept } from "./network.ts";
import { rehearse } from "./rehearsal.ts";
import { host as signInHost } from "./sign-in.ts";

const columns = 80;

// What the demo preloads, and a line on stderr for each request as it is answered.
const answer = rehearse();
intercept(async (request) => {
  try {
    const response = await answer(request);
    console.error(line(request, await outcome(response.clone())));
    return response;
  } catch (error) {
    const { code = "refused" } = error as NodeJS.ErrnoException;
    console.error(line(request, code));
    throw error;
  }
});

/**
 * What counts of an answer, never what it holds: its status, the status of an operation, an error's code, when to ask
 * again.
 */
async function outcome(response: Response) {
  const { status, headers } = response;
  const isJson = headers.get("Content-Type")?.startsWith("application/json");
  const { status: state, error } = isJson ? await response.json() : {};
  const code = typeof error === "string" ? error : (error?.innererror?.code ?? error?.code);
  const wait = status === 429 && `Retry-After: ${headers.get("Retry-After")}`;
  return [status, state, code, wait].filter((part) => part && part !== "Unauthorized").join(" ");
}

/**
 * A request and its outcome, with the longest part of its address cut so that the line fits. In an address all is ASCII
 * without controls.
 */
function line({ method, url }: Request, outcome: string) {
  const { hostname, pathname } = new URL(url);
  const parts = hostname.endsWith(".vault.azure.net") ? pathname.split("/") : [hostname];
  if (hostname === signInHost) parts.splice(0, 1, ...pathname.split("/").toSpliced(1, 1)); // without the tenant
  const room = columns - `  ${method}  ${outcome}`.length;
  const excess = parts.join("/").length - room;
  const longest = parts.reduce(
    (longest, part, index) => (part.length > (parts[longest]?.length ?? 0) ? index : longest),
    0,
  );
  if (excess > 0) parts[longest] = `${parts[longest]?.slice(0, -excess - 1)}…`;
  return `  ${method} ${parts.join("/").slice(0, room)} ${outcome}`;
}
