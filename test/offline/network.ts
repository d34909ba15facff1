import { BatchInterceptor } from "@mswjs/interceptors";
import { ClientRequestInterceptor } from "@mswjs/interceptors/ClientRequest";
import { FetchInterceptor } from "@mswjs/interceptors/fetch";
import { syncBuiltinESMExports } from "node:module";

/** Hands each HTTP/1 request of this process to `answer`, and fails with what it throws, until the result is called. */
export function intercept(answer: (request: Request) => Promise<Response>) {
  const interceptors = [new ClientRequestInterceptor(), new FetchInterceptor()];
  const interceptor = new BatchInterceptor({ name: "offline", interceptors });
  interceptor.on("request", ({ request, controller }) =>
    answer(request).then(
      (response) => controller.respondWith(response),
      (error) => controller.errorWith(error),
    ),
  );
  interceptor.apply();
  // What was imported from "node:https" by name would go on to the network.
  syncBuiltinESMExports();
  return function giveBack() {
    interceptor.dispose();
    syncBuiltinESMExports();
  };
}
