import { readableProject } from "../access/permissions.ts";
import type { RouteAccess } from "../access/authenticate.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { invalidParameter, recordNotFound, refuse } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { assertMayWriteRelease, findRelease, releasesProject } from "../releases/find-release.ts";
import { checkLink, readFilepath, readLink } from "../releases/link-rules.ts";
import type { LinkInit } from "../releases/link-rules.ts";
import { linkTypes } from "../world/model.ts";
import type { Project, Release, ReleaseLink } from "../world/model.ts";
import { showReleaseLink } from "./release-entity.ts";
import { may } from "../access/permissions.ts";
import { forbidden } from "../http/refusals.ts";

const read: RouteAccess = { jobToken: "read_releases" };
const admin: RouteAccess = { jobToken: "admin_releases" };
const base = "/projects/:id/releases/:tag/assets/links";

/** https://docs.gitlab.com/api/releases/links/ */
export const releaseLinkRoutes = [
  route("GET", base, listLinks, read),
  route("POST", base, createLink, admin),
  route("GET", `${base}/:link_id`, getLink, read),
  route("PUT", `${base}/:link_id`, updateLink, admin),
  route("DELETE", `${base}/:link_id`, deleteLink, admin),
];

async function listLinks(exchange: Exchange): Promise<Answer> {
  const project = releasesProject(exchange);
  const release = readRelease(exchange, project);
  return page(exchange, release.links.toReversed(), (link) =>
    showReleaseLink(exchange, project, release, link),
  );
}

async function getLink(exchange: Exchange): Promise<Answer> {
  const project = releasesProject(exchange);
  const release = readRelease(exchange, project);
  const link = existingLink(exchange, release);
  return json(showReleaseLink(exchange, project, release, link));
}

async function createLink(exchange: Exchange): Promise<Answer> {
  const { project, release } = writable(exchange);
  const link = readLink(await exchange.parameters());
  assertGood(link, release.links);
  const created: ReleaseLink = { ...link, id: exchange.world.nextId("release link") };
  release.links.push(created);
  return json(showReleaseLink(exchange, project, release, created), 201);
}

async function updateLink(exchange: Exchange): Promise<Answer> {
  const { project, release } = writable(exchange);
  const link = existingLink(exchange, release);
  const parameters = await exchange.parameters();
  if (parameters.isEmpty(["name", "url"])) {
    throw invalidParameter("name, url are missing, at least one parameter must be provided");
  }
  const next: LinkInit = {
    name: parameters.text("name") ?? link.name,
    url: parameters.text("url") ?? link.url,
    filepath: readFilepath(parameters) ?? link.filepath,
    linkType: parameters.oneOf("link_type", linkTypes) ?? link.linkType,
  };
  assertGood(
    next,
    release.links.filter((other) => other !== link),
  );
  Object.assign(link, next);
  return json(showReleaseLink(exchange, project, release, link));
}

async function deleteLink(exchange: Exchange): Promise<Answer> {
  const { project, release } = writable(exchange);
  const link = existingLink(exchange, release);
  release.links = release.links.filter((one) => one !== link);
  return json(showReleaseLink(exchange, project, release, link));
}

function readRelease(exchange: Exchange, project: Project): Release {
  if (!may(exchange.caller, project, "read_code")) throw forbidden();
  const release = findRelease(project, param(exchange, "tag"));
  if (release === undefined) throw recordNotFound();
  return release;
}

function writable(exchange: Exchange): { project: Project; release: Release } {
  const project = readableProject(exchange);
  assertMayWriteRelease(exchange, project, param(exchange, "tag"));
  const release = findRelease(project, param(exchange, "tag"));
  if (release === undefined) throw recordNotFound();
  return { project, release };
}

function existingLink(exchange: Exchange, release: Release): ReleaseLink {
  const link = release.links.find((one) => String(one.id) === param(exchange, "link_id"));
  if (link === undefined) throw recordNotFound();
  return link;
}

function assertGood(link: LinkInit, others: readonly ReleaseLink[]): void {
  const problems = checkLink(link, others);
  if (Object.keys(problems).length > 0) throw refuse(400, problems);
}
