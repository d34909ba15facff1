import { intercept } from "./offline/network.ts";
import { rehearse } from "./offline/rehearsal.ts";

// What the demo preloads, and a word to the test of each request and its answer.
const answer = rehearse();
intercept(async (request) => {
  const response = await answer(request);
  const { method, url, headers } = request;
  process.send?.({
    method,
    url,
    authorized: headers.has("authorization"),
    status: response.status,
    body: await response.clone().text(),
  });
  return response;
});
