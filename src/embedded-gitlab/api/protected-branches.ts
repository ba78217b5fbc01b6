import { assertMay, readableProject } from "../access/permissions.ts";
import { describeAccessLevel, isRole, roles } from "../access/roles.ts";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import type { Parameters } from "../http/parameters.ts";
import { conflict, invalidParameter, recordNotFound, unprocessable } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { AccessRule, Project, ProtectedBranch } from "../world/model.ts";
import type { World } from "../world/world.ts";

const base = "/projects/:id/protected_branches";

/** https://docs.gitlab.com/api/protected_branches/ */
export const protectedBranchRoutes = [
  route("GET", base, listProtected),
  route("POST", base, protect),
  route("GET", `${base}/:name`, getProtected),
  route("PATCH", `${base}/:name`, updateProtected),
  route("DELETE", `${base}/:name`, unprotect),
];

async function listProtected(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  const search = exchange.query.get("search") ?? "";
  const found = project.protectedBranches.filter(({ name }) => name.includes(search));
  return page(exchange, found, showProtectedBranch);
}

function getProtected(exchange: Exchange): Answer {
  return json(showProtectedBranch(existing(exchange, administered(exchange))));
}

async function protect(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  const parameters = await exchange.parameters();
  const name = parameters.requiredText("name");
  if (name === "") throw unprocessable({ name: ["can't be blank"] });
  if (project.protectedBranches.some((branch) => branch.name === name)) {
    throw conflict(`Protected branch '${name}' already exists`);
  }
  const { world } = exchange;
  const created: ProtectedBranch = {
    id: world.nextId("protected branch"),
    name,
    pushAccess: readAccess(world, project, parameters, "push_access_level", "allowed_to_push"),
    mergeAccess: readAccess(world, project, parameters, "merge_access_level", "allowed_to_merge"),
    allowForcePush: parameters.boolean("allow_force_push") ?? false,
  };
  project.protectedBranches.push(created);
  return json(showProtectedBranch(created), 201);
}

async function updateProtected(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  const branch = existing(exchange, project);
  const parameters = await exchange.parameters();
  const { world } = exchange;
  branch.allowForcePush = parameters.boolean("allow_force_push") ?? branch.allowForcePush;
  if (parameters.has("allowed_to_push")) {
    branch.pushAccess = readAccess(
      world,
      project,
      parameters,
      "push_access_level",
      "allowed_to_push",
    );
  }
  if (parameters.has("allowed_to_merge")) {
    branch.mergeAccess = readAccess(
      world,
      project,
      parameters,
      "merge_access_level",
      "allowed_to_merge",
    );
  }
  return json(showProtectedBranch(branch));
}

function unprotect(exchange: Exchange): Answer {
  const project = administered(exchange);
  const branch = existing(exchange, project);
  project.protectedBranches = project.protectedBranches.filter((one) => one !== branch);
  return noContent;
}

/** Levels and users of a protection: one level, a list, or Maintainers where nothing is said. */
export function readAccess(
  world: World,
  project: Project,
  parameters: Parameters,
  levelName: string,
  listName: string,
): AccessRule[] {
  const single = parameters.integer(levelName);
  const listed = (parameters.records(listName) ?? []).map((one) => ({
    level: one.integer("access_level") ?? roles.maintainer,
    userId: one.integer("user_id"),
  }));
  const levels = single === undefined ? [] : [{ level: single, userId: undefined }];
  const all = [...levels, ...listed];
  const wanted = all.length > 0 ? all : [{ level: roles.maintainer, userId: undefined }];
  return wanted.map(({ level, userId }) => {
    if (!isRole(level) || ![0, 30, 40, 60].includes(level)) {
      throw invalidParameter(`${levelName} does not have a valid value`);
    }
    if (userId !== undefined && !project.members.has(userId)) {
      throw unprocessable(`${listName} user is not a member of the project`);
    }
    return { id: world.nextId("access level"), level, userId };
  });
}

/** One level or user of a protection. */
export function showAccess(rule: AccessRule) {
  return {
    id: rule.id,
    access_level: rule.userId === undefined ? rule.level : null,
    access_level_description: rule.userId === undefined ? describeAccessLevel(rule.level) : "User",
    deploy_key_id: null,
    user_id: rule.userId ?? null,
    group_id: null,
  };
}

function showProtectedBranch(branch: ProtectedBranch) {
  return {
    id: branch.id,
    name: branch.name,
    push_access_levels: branch.pushAccess.map(showAccess),
    merge_access_levels: branch.mergeAccess.map(showAccess),
    allow_force_push: branch.allowForcePush,
    unprotect_access_levels: [],
    code_owner_approval_required: false,
    inherited: false,
  };
}

/** The project, for a caller who may change its settings. */
export function administered(exchange: Exchange): Project {
  const project = readableProject(exchange);
  assertMay(exchange, project, "admin_project");
  return project;
}

function existing(exchange: Exchange, project: Project): ProtectedBranch {
  const found = project.protectedBranches.find(({ name }) => name === param(exchange, "name"));
  if (found === undefined) throw recordNotFound();
  return found;
}
