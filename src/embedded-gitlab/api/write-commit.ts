import { mayPushBranch } from "../access/protection.ts";
import { assertUser } from "../access/permissions.ts";
import { afterPush } from "../git/after-push.ts";
import { commitChanges } from "../git/commit-tree.ts";
import type { TreeChange } from "../git/commit-tree.ts";
import {
  findRef,
  isEmptyRepository,
  isShortRefName,
  resolveCommit,
  updateRef,
} from "../git/refs.ts";
import { zeroId } from "../git/repository.ts";
import { GitFailed } from "../git/run-git.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Parameters } from "../http/parameters.ts";
import { forbidden, invalidParameter, refuse } from "../http/refusals.ts";
import type { Project } from "../world/model.ts";

/** Where a commit goes: the branch, and the commit it is made on. */
export interface CommitTarget {
  readonly branch: string;
  readonly parent: string | undefined;
  /** What the branch holds now; `zeroId` where it is to be made. */
  readonly before: string;
}

/** Finds where a commit by the API goes. @throws {Refusal} 400, or 403 for a branch the caller may not push to. */
export async function findCommitTarget(
  exchange: Exchange,
  project: Project,
  parameters: Parameters,
): Promise<CommitTarget> {
  assertUser(exchange);
  const branch = parameters.requiredText("branch");
  if (!isShortRefName(branch)) throw refuse(400, "Branch name is invalid");
  if (!mayPushBranch(exchange.caller, project, branch)) {
    throw forbidden("You are not allowed to push into this branch");
  }
  const start = startOf(parameters);
  const { repository } = project;
  const existing = await findRef(repository, `refs/heads/${branch}`);
  const isForced = parameters.boolean("force") === true;
  if (existing !== undefined && start !== undefined && start !== branch && !isForced) {
    throw refuse(
      400,
      `A branch called '${branch}' already exists. Switch to that branch in order to make changes`,
    );
  }
  const before = existing?.id ?? zeroId;
  if (existing !== undefined && (start === undefined || start === branch)) {
    return { branch, parent: existing.id, before };
  }
  const parent = start === undefined ? undefined : await resolveCommit(repository, start);
  if (parent === undefined && !(await isEmptyRepository(repository))) {
    throw refuse(400, "You can only create or edit files when you are on a branch");
  }
  return { branch, parent, before };
}

/** Makes the commit and moves the branch, if it still is where it was. @returns the commit's id. */
export async function writeCommit(
  exchange: Exchange,
  project: Project,
  target: CommitTarget,
  changes: readonly TreeChange[],
  parameters: Parameters,
): Promise<string> {
  const user = assertUser(exchange);
  const { repository } = project;
  const author = {
    name: parameters.text("author_name") ?? user.name,
    email: parameters.text("author_email") ?? user.email,
  };
  const id = await commitChanges(repository, {
    parent: target.parent,
    changes,
    message: parameters.requiredText("commit_message"),
    author,
    committer: { name: user.name, email: user.email },
    date: exchange.world.now(),
  }).catch((error: unknown) => {
    throw error instanceof GitFailed ? refuse(400, error.stderr.trim()) : error;
  });
  const ref = `refs/heads/${target.branch}`;
  if (!(await updateRef(repository, ref, id, target.before))) {
    throw refuse(400, `Could not update ${ref}. Please refresh and try again.`);
  }
  const landed = { ref, before: target.before, after: id };
  await afterPush(exchange, exchange.caller, project, [landed], []);
  return id;
}

function startOf(parameters: Parameters): string | undefined {
  const [branch, sha] = [parameters.text("start_branch"), parameters.text("start_sha")];
  if (branch !== undefined && sha !== undefined) {
    throw invalidParameter("start_branch, start_sha are mutually exclusive");
  }
  return branch ?? sha;
}
