import { mayMergeBranch, mayPushBranch, branchRules } from "../access/protection.ts";
import { roleIn } from "../access/caller.ts";
import { roles } from "../access/roles.ts";
import { assertMay, readableProject } from "../access/permissions.ts";
import { afterPush } from "../git/after-push.ts";
import { findRef, isShortRefName, listRefs, resolveCommit, updateRef } from "../git/refs.ts";
import type { Ref } from "../git/refs.ts";
import { zeroId } from "../git/repository.ts";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param, webUrl } from "../http/exchange.ts";
import { keysetPage, page, wantsKeyset } from "../http/pagination.ts";
import { badRequest, forbidden, notFound, refuse } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Project } from "../world/model.ts";
import { showCommits } from "./commit-entity.ts";

/** https://docs.gitlab.com/api/branches/ */
export const branchRoutes = [
  route("GET", "/projects/:id/repository/branches", listBranches, {
    jobToken: "read_repositories",
  }),
  route("GET", "/projects/:id/repository/branches/:branch", getBranch),
  route("POST", "/projects/:id/repository/branches", createBranch),
  route("DELETE", "/projects/:id/repository/branches/:branch", deleteBranch),
];

async function listBranches(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  const search = exchange.query.get("search") ?? "";
  const branches = (await listRefs(project.repository, "refs/heads/")).filter((ref) =>
    matchesSearch(nameOf(ref), search),
  );
  if (wantsKeyset(exchange)) {
    return keysetPage(exchange, branches, nameOf, (ref) => showBranch(exchange, project, ref));
  }
  return page(exchange, branches, (ref) => showBranch(exchange, project, ref));
}

async function getBranch(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  return json(await showBranch(exchange, project, await existingBranch(exchange, project)));
}

async function createBranch(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  assertMay(exchange, project, "push_code");
  const parameters = await exchange.parameters();
  const branch = parameters.requiredText("branch");
  const from = parameters.requiredText("ref");
  if (from === "") throw refuse(400, "Ref is missing");
  if (!isShortRefName(branch)) throw refuse(400, "Branch name is invalid");
  const name = `refs/heads/${branch}`;
  if ((await findRef(project.repository, name)) !== undefined) {
    throw refuse(400, "Branch already exists");
  }
  const failed = `Failed to create branch '${branch}': invalid reference name '${from}'`;
  const commit = await resolveCommit(project.repository, from);
  if (commit === undefined) throw refuse(400, failed);
  if (
    branchRules(project, branch).length > 0 &&
    !mayMergeBranch(exchange.caller, project, branch)
  ) {
    throw refuse(400, "You are not allowed to create protected branches on this project.");
  }
  if (!(await updateRef(project.repository, name, commit, zeroId))) {
    throw refuse(400, `${failed}. Branch name conflicts with existing branch hierarchy.`);
  }
  const landed = { ref: name, before: zeroId, after: commit };
  await afterPush(exchange, exchange.caller, project, [landed], []);
  return json(await showBranch(exchange, project, { name, id: commit, commit }), 201);
}

async function deleteBranch(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  assertMay(exchange, project, "push_code");
  const ref = await existingBranch(exchange, project);
  const branch = nameOf(ref);
  if (branch === project.defaultBranch)
    throw badRequest("The default branch of a project cannot be deleted.");
  const isProtected = branchRules(project, branch).length > 0;
  if (isProtected && roleIn(exchange.caller, project) < roles.maintainer) throw forbidden();
  await updateRef(project.repository, ref.name, zeroId, ref.id);
  return noContent;
}

async function existingBranch(exchange: Exchange, project: Project): Promise<Ref> {
  const ref = await findRef(project.repository, `refs/heads/${param(exchange, "branch")}`);
  if (ref === undefined) throw notFound("Branch");
  return ref;
}

/** The project, for a caller who may read its code. */
export function codeProject(exchange: Exchange): Project {
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_code");
  return project;
}

async function showBranch(exchange: Exchange, project: Project, ref: Ref) {
  const branch = nameOf(ref);
  const rules = branchRules(project, branch);
  const [commit] = await showCommits(exchange, project, [ref.commit]);
  const isDefault = branch === project.defaultBranch;
  return {
    name: branch,
    commit,
    merged: !isDefault && (await isMerged(project, ref)),
    protected: rules.length > 0,
    developers_can_push: allowsDevelopers(rules.flatMap((rule) => rule.pushAccess)),
    developers_can_merge: allowsDevelopers(rules.flatMap((rule) => rule.mergeAccess)),
    can_push: mayPushBranch(exchange.caller, project, branch),
    default: isDefault,
    web_url: `${webUrl(exchange, project)}/-/tree/${branch}`,
  };
}

async function isMerged({ repository, defaultBranch }: Project, { commit }: Ref): Promise<boolean> {
  const head = await findRef(repository, `refs/heads/${defaultBranch}`);
  return head?.commit === commit;
}

function allowsDevelopers(
  rules: readonly { level: number; userId: number | undefined }[],
): boolean {
  return rules.some((rule) => rule.userId === undefined && rule.level === roles.developer);
}

function nameOf(ref: Ref): string {
  return ref.name.replace(/^refs\/heads\//, "");
}

/** `^main` starts with, `main$` ends with, else it contains; case does not count. */
export function matchesSearch(name: string, search: string): boolean {
  const wanted = search.toLowerCase().replace(/^\^|\$$/g, "");
  const lower = name.toLowerCase();
  if (search.startsWith("^")) return lower.startsWith(wanted);
  return search.endsWith("$") ? lower.endsWith(wanted) : lower.includes(wanted);
}
