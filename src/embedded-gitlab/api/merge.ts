import { assertMay, assertUser, readableProject } from "../access/permissions.ts";
import { mayMergeBranch } from "../access/protection.ts";
import { afterPush } from "../git/after-push.ts";
import { commitTree } from "../git/commit-tree.ts";
import { findRef, updateRef } from "../git/refs.ts";
import { gitText, zeroId } from "../git/repository.ts";
import { GitFailed } from "../git/run-git.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { conflict, refuse, unauthorized, unprocessable } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Project } from "../world/model.ts";
import { mergeStatus, showMergeRequest } from "./merge-request-entity.ts";
import { existingMergeRequest } from "./merge-requests.ts";

/** https://docs.gitlab.com/api/merge_requests/#merge-a-merge-request */
export const mergeRoutes = [route("PUT", "/projects/:id/merge_requests/:iid/merge", merge)];

async function merge(exchange: Exchange): Promise<Answer> {
  const user = assertUser(exchange);
  const project = readableProject(exchange);
  assertMay(exchange, project, "read_code");
  const one = existingMergeRequest(exchange, project);
  const parameters = await exchange.parameters();
  if (!mayMergeBranch(exchange.caller, project, one.targetBranch)) throw unauthorized();
  const status = await mergeStatus(project, one);
  if (status !== "mergeable") throw refuse(405, "405 Method Not Allowed");
  const source = await findRef(project.repository, `refs/heads/${one.sourceBranch}`);
  const target = await findRef(project.repository, `refs/heads/${one.targetBranch}`);
  if (source === undefined || target === undefined) throw refuse(405, "405 Method Not Allowed");
  const tree = await mergeTree(project, target.commit, source.commit);
  const expected = parameters.text("sha");
  if (expected !== undefined && expected !== source.commit) {
    throw conflict(`SHA does not match HEAD of source branch: ${source.commit}`);
  }
  // GitLab waits for a pipeline that still runs; where there is none, it merges at once.
  const waits =
    parameters.boolean("auto_merge") ?? parameters.boolean("merge_when_pipeline_succeeds");
  const pipeline = project.pipelines.findLast(({ sha }) => sha === source.commit);
  if (waits === true && pipeline !== undefined && !ended.has(pipeline.status)) {
    one.autoMerge = true;
    one.updatedAt = exchange.world.now();
    return json(await showMergeRequest(exchange, project, one));
  }
  const title = `Merge branch '${one.sourceBranch}' into '${one.targetBranch}'`;
  const standard = `${title}\n\n${one.title}\n\nSee merge request ${project.path}!${one.iid}`;
  const person = { name: user.name, email: user.email };
  const squash = parameters.boolean("squash") ?? one.squash;
  const squashed = parameters.text("squash_commit_message") ?? one.title;
  const commit = await commitTree(project.repository, {
    tree,
    parents: squash ? [target.commit] : [target.commit, source.commit],
    message: squash ? squashed : (parameters.text("merge_commit_message") ?? standard),
    author: person,
    committer: person,
    date: exchange.world.now(),
  });
  if (!(await updateRef(project.repository, target.name, commit, target.id))) {
    throw unprocessable("Branch cannot be merged");
  }
  one.state = "merged";
  one.mergedAt = exchange.world.now();
  one.updatedAt = exchange.world.now();
  one.mergeCommitSha = commit;
  const landed = { ref: target.name, before: target.id, after: commit };
  await afterPush(exchange, exchange.caller, project, [landed], []);
  const remove = parameters.boolean("should_remove_source_branch") ?? one.removeSourceBranch;
  if (remove) await updateRef(project.repository, source.name, zeroId, source.id);
  return json(await showMergeRequest(exchange, project, one));
}

const ended: ReadonlySet<string> = new Set(["success", "failed", "canceled", "skipped"]);

async function mergeTree(project: Project, target: string, source: string): Promise<string> {
  try {
    const output = await gitText(project.repository, [
      "merge-tree",
      "--write-tree",
      target,
      source,
    ]);
    return output.split("\n")[0] ?? "";
  } catch (error) {
    if (error instanceof GitFailed) throw unprocessable("Branch cannot be merged");
    throw error;
  }
}
