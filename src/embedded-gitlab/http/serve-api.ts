import { authenticate } from "../access/authenticate.ts";
import { describeCaller } from "../access/caller.ts";
import { readBodyCredentials, readCredentials } from "../access/credentials.ts";
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
  let read: Promise<Parameters> | undefined;
  const parameters = (): Promise<Parameters> =>
    (read ??= readParameters(context.body(), request.headers, query));
  const credentials = readCredentials(request, query);
  if (credentials.length === 0 && mayCarryToken(context)) {
    const given = await parameters();
    credentials.push(...readBodyCredentials(given.text("job_token"), given.text("private_token")));
  }
  const caller = authenticate(world, credentials, route.access, method);
  context.sawCaller(caller);
  if (world.rateLimit !== undefined) {
    const identity = describeCaller(caller);
    const { headers, refusal } = world.rateLimiter.count(world.rateLimit, identity, world.now());
    for (const [name, value] of Object.entries(headers)) context.response.setHeader(name, value);
    if (refusal !== undefined) return refusal;
  }
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
    parameters,
    body: context.body,
  });
}

// A body may hold the token among its parameters; an upload's body is never looked into.
function mayCarryToken({ method, request }: RequestContext): boolean {
  const type = request.headers["content-type"] ?? "";
  return method === "POST" && /^application\/(?:json|x-www-form-urlencoded)\b/.test(type);
}
