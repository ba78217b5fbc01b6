import { authenticate } from "../access/authenticate.ts";
import { describeCaller } from "../access/caller.ts";
import { readCredentials } from "../access/credentials.ts";
import { apiRoutes } from "../api/routes.ts";
import type { World } from "../world/world.ts";
import { json } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { readParameters } from "./body.ts";
import type { Parameters } from "./parameters.ts";
import { refuse } from "./refusals.ts";
import type { RequestContext } from "./request-context.ts";
import { findRoute } from "./router.ts";

// Longer addresses are refused by the web server in front of GitLab.
const longestUrl = 16 * 1024;

/** Answers a request below `/api/v4`. */
export async function serveApi(world: World, context: RequestContext): Promise<Answer> {
  const { request, method, path, query } = context;
  if ((request.url ?? "").length > longestUrl) throw refuse(414, "414 URI Too Long");
  const segments = path.slice("/api/v4/".length).split("/");
  const match = findRoute(apiRoutes, method, segments);
  if (match.kind === "none") return json({ error: "404 Not Found" }, 404);
  if (match.kind === "wrong method") return json({ error: "405 Not Allowed" }, 405);
  const { route, params } = match;
  const caller = authenticate(world, readCredentials(request, query), route.access, method);
  context.sawCaller(caller);
  if (world.rateLimit !== undefined) {
    const identity = describeCaller(caller);
    const { headers, refusal } = world.rateLimiter.count(world.rateLimit, identity, world.now());
    for (const [name, value] of Object.entries(headers)) context.response.setHeader(name, value);
    if (refusal !== undefined) return refusal;
  }
  let parameters: Promise<Parameters> | undefined;
  return route.handle({
    world,
    request,
    method,
    origin: context.origin,
    params,
    query,
    caller,
    permission: route.access.jobToken,
    note: context.note,
    parameters: () => (parameters ??= readParameters(context.body(), request.headers, query)),
    body: context.body,
  });
}
