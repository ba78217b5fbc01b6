import { assertMay, assertUser, readableProject } from "../access/permissions.ts";
import { listCommitIds } from "../git/commits.ts";
import { findRef } from "../git/refs.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import type { Parameters } from "../http/parameters.ts";
import {
  conflict,
  invalidParameter,
  recordNotFound,
  refuse,
  unprocessable,
} from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { createMergeRequest, findOpenMergeRequest } from "../world/merge-requests.ts";
import type { MergeRequest, Project } from "../world/model.ts";
import { showCommits } from "./commit-entity.ts";
import { showMergeRequest } from "./merge-request-entity.ts";

const base = "/projects/:id/merge_requests";

/** https://docs.gitlab.com/api/merge_requests/ */
export const mergeRequestRoutes = [
  route("GET", base, listMergeRequests, { jobToken: "read_merge_requests" }),
  route("POST", base, create),
  route("GET", `${base}/:iid`, getMergeRequest, { jobToken: "read_merge_requests" }),
  route("PUT", `${base}/:iid`, update),
  route("GET", `${base}/:iid/commits`, listCommits),
];

async function listMergeRequests(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_code");
  const query = queryParameters(exchange.query);
  const states = ["all", "opened", "closed", "merged", "locked"] as const;
  const state = query.oneOf("state", states) ?? "all";
  const source = query.text("source_branch");
  const target = query.text("target_branch");
  const search = query.text("search")?.toLowerCase();
  const direction = query.oneOf("sort", ["desc", "asc"]) ?? "desc";
  const found = project.mergeRequests
    .filter((one) => state === "all" || one.state === state)
    .filter((one) => source === undefined || one.sourceBranch === source)
    .filter((one) => target === undefined || one.targetBranch === target)
    .filter((one) => search === undefined || one.title.toLowerCase().includes(search));
  const sorted = direction === "asc" ? found : found.toReversed();
  return page(exchange, sorted, (one) => showMergeRequest(exchange, project, one));
}

async function getMergeRequest(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_code");
  return json(await showMergeRequest(exchange, project, existingMergeRequest(exchange, project)));
}

async function create(exchange: Exchange): Promise<Answer> {
  const author = assertUser(exchange);
  const project = readableProject(exchange);
  assertMay(exchange, project, "create_merge_request");
  const parameters = await exchange.parameters();
  const sourceBranch = parameters.requiredText("source_branch");
  const targetBranch = parameters.requiredText("target_branch");
  const title = parameters.requiredText("title");
  await assertMergeable(project, sourceBranch, targetBranch, title);
  const created = createMergeRequest(exchange.world, project, {
    sourceBranch,
    targetBranch,
    title,
    author,
    description: parameters.text("description"),
    labels: parameters.texts("labels") ?? [],
    assigneeIds: readPeople(parameters, "assignee") ?? [],
    reviewerIds: readPeople(parameters, "reviewer") ?? [],
    removeSourceBranch: parameters.boolean("remove_source_branch") ?? false,
    squash: parameters.boolean("squash") ?? false,
  });
  return json(await showMergeRequest(exchange, project, created), 201);
}

async function update(exchange: Exchange): Promise<Answer> {
  assertUser(exchange);
  const project = readableProject(exchange);
  assertMay(exchange, project, "create_merge_request");
  const one = existingMergeRequest(exchange, project);
  const parameters = await exchange.parameters();
  if (parameters.isEmpty(changeable)) {
    throw invalidParameter(
      `${changeable.join(", ")} are missing, at least one parameter must be provided`,
    );
  }
  const { world } = exchange;
  applyStateEvent(world.now(), project, one, parameters);
  one.title = parameters.text("title") ?? one.title;
  if (parameters.has("description")) one.description = parameters.text("description");
  one.targetBranch = parameters.text("target_branch") ?? one.targetBranch;
  one.labels = labelsAfter(one, parameters);
  one.assigneeIds = readPeople(parameters, "assignee") ?? one.assigneeIds;
  one.reviewerIds = readPeople(parameters, "reviewer") ?? one.reviewerIds;
  one.squash = parameters.boolean("squash") ?? one.squash;
  one.removeSourceBranch = parameters.boolean("remove_source_branch") ?? one.removeSourceBranch;
  one.updatedAt = world.now();
  return json(await showMergeRequest(exchange, project, one));
}

async function listCommits(exchange: Exchange): Promise<Answer> {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_code");
  const one = existingMergeRequest(exchange, project);
  const source = await findRef(project.repository, `refs/heads/${one.sourceBranch}`);
  const target = await findRef(project.repository, `refs/heads/${one.targetBranch}`);
  const ids =
    source === undefined || target === undefined
      ? []
      : await listCommitIds(project.repository, [source.commit, `^${target.commit}`]);
  const commits = await showCommits(exchange, project, ids);
  return page(exchange, commits, (commit) => commit);
}

/** The merge request of `:iid`. */
export function existingMergeRequest(exchange: Exchange, project: Project): MergeRequest {
  const iid = param(exchange, "iid");
  const found = project.mergeRequests.find((one) => String(one.iid) === iid);
  if (found === undefined) throw recordNotFound();
  return found;
}

const changeable = [
  "title",
  "description",
  "target_branch",
  "state_event",
  "labels",
  "add_labels",
  "remove_labels",
  "assignee_id",
  "assignee_ids",
  "reviewer_ids",
  "squash",
  "remove_source_branch",
  "milestone_id",
  "allow_collaboration",
  "discussion_locked",
];

async function assertMergeable(
  project: Project,
  source: string,
  target: string,
  title: string,
): Promise<void> {
  if (source === target) {
    throw unprocessable(["You can't use same project/branch for source and target"]);
  }
  if (title.trim() === "") throw refuse(400, { title: ["can't be blank"] });
  for (const [field, branch] of [
    ["Source", source],
    ["Target", target],
  ] as const) {
    if ((await findRef(project.repository, `refs/heads/${branch}`)) === undefined) {
      throw refuse(400, [`${field} branch "${branch}" does not exist`]);
    }
  }
  const open = findOpenMergeRequest(project, source, target);
  if (open !== undefined) {
    throw conflict([
      `Another open merge request already exists for this source branch: !${open.iid}`,
    ]);
  }
}

function applyStateEvent(
  now: Date,
  project: Project,
  one: MergeRequest,
  parameters: Parameters,
): void {
  const event = parameters.oneOf("state_event", ["close", "reopen"]);
  if (event === "close" && one.state === "opened") {
    one.state = "closed";
    one.closedAt = now;
  }
  if (event === "reopen" && one.state === "closed") {
    const open = findOpenMergeRequest(project, one.sourceBranch, one.targetBranch);
    if (open !== undefined) {
      throw conflict([
        `Another open merge request already exists for this source branch: !${open.iid}`,
      ]);
    }
    one.state = "opened";
    one.closedAt = undefined;
  }
}

function labelsAfter(one: MergeRequest, parameters: Parameters): string[] {
  const kept = parameters.texts("labels") ?? one.labels;
  const removed = parameters.texts("remove_labels") ?? [];
  const all = [...kept, ...(parameters.texts("add_labels") ?? [])];
  return [...new Set(all)].filter((label) => !removed.includes(label));
}

function readPeople(parameters: Parameters, role: "assignee" | "reviewer"): number[] | undefined {
  const ids = parameters.texts(`${role}_ids`) ?? parameters.texts(`${role}_id`);
  return ids?.map(Number).filter((id) => id > 0);
}
