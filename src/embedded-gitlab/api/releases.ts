import { readableProject, assertMay, may } from "../access/permissions.ts";
import type { RouteAccess } from "../access/authenticate.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import type { Parameters } from "../http/parameters.ts";
import { badRequest, forbidden, invalidParameter, notFound } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import {
  assertMayWriteRelease,
  existingRelease,
  findRelease,
  newestFirst,
  releasesProject,
} from "../releases/find-release.ts";
import { collectEvidence } from "../releases/evidence.ts";
import type { Project, Release } from "../world/model.ts";
import { createRelease, pickMilestones } from "./create-release.ts";
import { showRelease } from "./release-entity.ts";

const read: RouteAccess = { jobToken: "read_releases" };
const admin: RouteAccess = { jobToken: "admin_releases" };

/** https://docs.gitlab.com/api/releases/ */
export const releaseRoutes = [
  route("GET", "/projects/:id/releases", listReleases, read),
  route("POST", "/projects/:id/releases", createRelease, admin),
  route("GET", "/projects/:id/releases/:tag", getRelease, read),
  route("PUT", "/projects/:id/releases/:tag", updateRelease, admin),
  route("DELETE", "/projects/:id/releases/:tag", deleteRelease, admin),
  route("POST", "/projects/:id/releases/:tag/evidence", createEvidence, admin),
  route("GET", "/groups/:id/releases", listGroupReleases),
];

async function listReleases(exchange: Exchange): Promise<Answer> {
  const project = releasesProject(exchange);
  const query = queryParameters(exchange.query);
  const orderBy = query.oneOf("order_by", ["released_at", "created_at"]) ?? "released_at";
  const direction = query.oneOf("sort", ["desc", "asc"]) ?? "desc";
  const before = query.date("updated_before");
  const after = query.date("updated_after");
  const found = project.releases
    .filter((release) => before === undefined || release.createdAt < before)
    .filter((release) => after === undefined || release.createdAt > after);
  const sorted =
    orderBy === "released_at"
      ? newestFirst(found)
      : found.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const releases = direction === "desc" ? sorted : sorted.toReversed();
  return page(exchange, releases, (release) => showRelease(exchange, project, release));
}

async function getRelease(exchange: Exchange): Promise<Answer> {
  const project = releasesProject(exchange);
  return json(await showRelease(exchange, project, existingRelease(exchange, project)));
}

async function updateRelease(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  const parameters = await exchange.parameters();
  if (parameters.isEmpty(["name", "description", "released_at", "milestones", "milestone_ids"])) {
    throw badRequest("params is empty");
  }
  const release = writableRelease(exchange, project);
  const milestones = pickMilestones(project, parameters);
  release.name = parameters.text("name") ?? release.name;
  release.description = parameters.text("description") ?? release.description;
  release.releasedAt = readReleasedAt(parameters) ?? release.releasedAt;
  release.milestones = milestones ?? release.milestones;
  return json(await showRelease(exchange, project, release));
}

async function deleteRelease(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  const release = writableRelease(exchange, project);
  const shown = await showRelease(exchange, project, release);
  project.releases = project.releases.filter((one) => one !== release);
  return json(shown);
}

async function createEvidence(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  const release = findRelease(project, param(exchange, "tag"));
  assertMay(exchange, project, "create_release");
  if (release === undefined) throw notFound();
  collectEvidence(exchange.world, release);
  return json({ message: "202 Accepted" }, 201);
}

async function listGroupReleases(exchange: Exchange): Promise<Answer> {
  const query = queryParameters(exchange.query);
  const direction = query.oneOf("sort", ["desc", "asc"]) ?? "desc";
  const isSimple = query.boolean("simple") === true;
  const prefix = `${param(exchange, "id")}/`;
  const projects = [...exchange.world.projects.values()].filter(
    (project) => project.path.startsWith(prefix) && may(exchange.caller, project, "read_code"),
  );
  if (projects.length === 0) throw notFound("Group");
  const all = projects.flatMap((project) =>
    project.releases.map((release) => ({ project, release })),
  );
  const sorted = all.toSorted(
    (a, b) => b.release.releasedAt.getTime() - a.release.releasedAt.getTime(),
  );
  const items = direction === "desc" ? sorted : sorted.toReversed();
  return page(exchange, items, async ({ project, release }) => {
    const shown = await showRelease(exchange, project, release);
    if (!isSimple) return shown;
    const { tag_name: tag, name, description, created_at: made, released_at: released } = shown;
    return { tag_name: tag, name, description, created_at: made, released_at: released };
  });
}

// A missing release is not told apart from a forbidden one here.
function writableRelease(exchange: Exchange, project: Project): Release {
  const tag = param(exchange, "tag");
  assertMayWriteRelease(exchange, project, tag);
  const release = findRelease(project, tag);
  if (release === undefined) throw forbidden();
  return release;
}

function readReleasedAt(parameters: Parameters): Date | undefined {
  if (parameters.has("released_at") && parameters.text("released_at") === "") {
    throw invalidParameter("released_at is invalid");
  }
  return parameters.date("released_at");
}
