import { intercept } from "./network.ts";
import { rehearse } from "./demo.ts";
import { host as signInHost } from "./tokens.ts";

// What the demo preloads, and a line on stderr for each request as it is answered.
const answer = rehearse();
intercept(async (request) => {
  try {
    const response = await answer(request);
    console.error(line(request, await outcome(response.clone())));
    return response;
  } catch (error) {
    console.error(line(request, (error as NodeJS.ErrnoException).code ?? "refused"));
    throw error;
  }
});

/** What counts of an answer: its status, the status of an operation, an error's code, when to ask again. */
async function outcome(response: Response) {
  const { status, headers } = response;
  const isJson = headers.get("Content-Type")?.startsWith("application/json");
  const { status: state, error } = isJson ? await response.json() : {};
  const code = typeof error === "string" ? error : (error?.innererror?.code ?? error?.code);
  const wait = status === 429 && `Retry-After: ${headers.get("Retry-After")}`;
  return [status, state, code, wait].filter((part) => part && part !== "Unauthorized").join(" ");
}

/** A request and its outcome, with its address cut before the end so that the line has 80 columns. */
function line({ method, url }: Request, outcome: string) {
  const { hostname, pathname } = new URL(url);
  const isVault = hostname.endsWith(".vault.azure.net");
  // Of the sign-in's address, without the tenant.
  const path = hostname === signInHost ? pathname.replace(/^\/[^/]*/, "") : isVault ? pathname : hostname;
  const room = 80 - `  ${method}  ${outcome}`.length;
  const end = path.slice(path.lastIndexOf("/")).slice(-10);
  const shown = path.length > room ? `${path.slice(0, room - end.length - 1)}…${end}` : path;
  return `  ${method} ${shown} ${outcome}`;
}
