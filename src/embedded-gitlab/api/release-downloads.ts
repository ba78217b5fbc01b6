import type { RouteAccess } from "../access/authenticate.ts";
import { redirect } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { apiUrl, param } from "../http/exchange.ts";
import { notFound, recordNotFound } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { assertNoTraversal } from "../packages/names.ts";
import { existingRelease, newestFirst, releasesProject } from "../releases/find-release.ts";
import { may } from "../access/permissions.ts";
import { forbidden } from "../http/refusals.ts";

const read: RouteAccess = { jobToken: "read_releases" };

/** Before the routes of one release: `permalink` is no tag here. */
export const releaseDownloadRoutes = [
  route("GET", "/projects/:id/releases/permalink/latest", redirectToLatest, read),
  route("GET", "/projects/:id/releases/permalink/latest/*suffix", redirectToLatest, read),
  route("GET", "/projects/:id/releases/:tag/downloads/*path", redirectToAsset, read),
];

/** Sends to where a link with this path points. */
export function redirectToAsset(exchange: Exchange): Answer {
  const project = releasesProject(exchange);
  const release = existingRelease(exchange, project);
  const path = `/${param(exchange, "path")}`;
  const link = release.links.find((one) => one.filepath === path);
  if (link === undefined) throw recordNotFound();
  return redirect(link.url);
}

function redirectToLatest(exchange: Exchange): Answer {
  const project = releasesProject(exchange);
  const suffix = param(exchange, "suffix");
  if (suffix !== "") assertNoTraversal("suffix_path", suffix);
  if (!may(exchange.caller, project, "read_code")) throw forbidden();
  const [latest] = newestFirst(project.releases);
  if (latest === undefined) throw notFound();
  const query = new URLSearchParams(exchange.query);
  query.delete("order_by");
  const path = `${apiUrl(exchange, project)}/releases/${encodeURIComponent(latest.tag)}`;
  const rest = suffix === "" ? "" : `/${suffix}`;
  const search = query.size === 0 ? "" : `?${query.toString()}`;
  return redirect(`${new URL(path).pathname}${rest}${search}`);
}
