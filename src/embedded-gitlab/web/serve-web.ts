import { authenticate } from "../access/authenticate.ts";
import { readCredentials } from "../access/credentials.ts";
import { redirectToAsset } from "../api/release-downloads.ts";
import { redirect, text } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { queryParameters } from "../http/body.ts";
import type { RequestContext } from "../http/request-context.ts";
import { newestFirst, releasesProject } from "../releases/find-release.ts";
import { serveStored } from "../packages/serve-file.ts";
import type { World } from "../world/world.ts";

/** The few pages that a release touches; everything else is a page that is not there. */
export async function serveWeb(world: World, context: RequestContext): Promise<Answer> {
  const { path } = context;
  if (path === "/-/health") return text("GitLab OK");
  const stored = serveStored(world, path, context.query);
  if (stored !== undefined) return stored;
  const [, project = "", rest = ""] = /^\/(.+?)\/-\/releases\/(.+)$/.exec(path) ?? [];
  const [, suffix] = /^permalink\/latest(?:\/(.*))?$/.exec(rest) ?? [];
  if (rest.startsWith("permalink/latest")) {
    const exchange = openExchange(world, context, new Map([["id", decodeURIComponent(project)]]));
    return redirectToLatestPage(exchange, suffix);
  }
  const [, tag, file] = /^([^/]+)\/downloads\/(.+)$/.exec(rest) ?? [];
  if (tag !== undefined && file !== undefined) {
    const params = new Map([
      ["id", decodeURIComponent(project)],
      ["tag", decodeURIComponent(tag)],
      ["path", decodeURIComponent(file)],
    ]);
    return redirectToAsset(openExchange(world, context, params));
  }
  return text(missingPage, 404, { "content-type": "text/html; charset=utf-8" });
}

function redirectToLatestPage(exchange: Exchange, suffix: string | undefined): Answer {
  const project = releasesProject(exchange);
  const [latest] = newestFirst(project.releases);
  if (latest === undefined) return text(missingPage, 404, { "content-type": "text/html" });
  const rest = suffix === undefined ? "" : `/${suffix}`;
  const tag = encodeURIComponent(latest.tag);
  return redirect(`${exchange.origin}/${project.path}/-/releases/${tag}${rest}`);
}

function openExchange(
  world: World,
  context: RequestContext,
  params: ReadonlyMap<string, string>,
): Exchange {
  const credentials = readCredentials(context.request, context.query);
  const caller = authenticate(world, credentials, { scopes: ["read_api"] }, context.method);
  context.sawCaller(caller);
  return {
    ...context,
    world,
    params,
    caller,
    permission: undefined,
    parameters: async () => queryParameters(context.query),
  };
}

const missingPage =
  "<!DOCTYPE html>\n<html><head><title>Not Found</title></head><body>404</body></html>\n";
