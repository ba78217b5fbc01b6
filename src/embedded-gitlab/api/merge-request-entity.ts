import { mergeBase } from "../git/commits.ts";
import { findRef, isAncestor } from "../git/refs.ts";
import type { Exchange } from "../http/exchange.ts";
import { webUrl } from "../http/exchange.ts";
import type { MergeRequest, Project, User } from "../world/model.ts";
import type { World } from "../world/world.ts";
import { showOptionalTime, showTime, showUser } from "./user-entity.ts";

/** Whether a merge request can be merged, in the words of `detailed_merge_status`. */
export async function mergeStatus(project: Project, one: MergeRequest): Promise<string> {
  if (one.state !== "opened") return "not_open";
  if (isDraft(one)) return "draft_status";
  const source = await findRef(project.repository, `refs/heads/${one.sourceBranch}`);
  const target = await findRef(project.repository, `refs/heads/${one.targetBranch}`);
  if (source === undefined || target === undefined) return "broken_status";
  if (await isAncestor(project.repository, source.commit, target.commit)) return "commits_status";
  return "mergeable";
}

export function isDraft({ title }: MergeRequest): boolean {
  return /^\s*(?:draft:|\[draft\]|\(draft\))/i.test(title);
}

export async function showMergeRequest(exchange: Exchange, project: Project, one: MergeRequest) {
  const url = `${webUrl(exchange, project)}/-/merge_requests/${one.iid}`;
  const source = await findRef(project.repository, `refs/heads/${one.sourceBranch}`);
  const target = await findRef(project.repository, `refs/heads/${one.targetBranch}`);
  const status = await mergeStatus(project, one);
  const ends = source === undefined || target === undefined ? [] : [source.commit, target.commit];
  const base = ends.length < 2 ? undefined : await mergeBase(project.repository, ends);
  const people = (ids: readonly number[]) => showPeople(exchange, exchange.world, ids);
  const assignees = people(one.assigneeIds);
  const pipeline = project.pipelines.findLast(({ sha }) => sha === source?.commit);
  return {
    id: one.id,
    iid: one.iid,
    project_id: project.id,
    title: one.title,
    description: one.description ?? null,
    state: one.state,
    created_at: showTime(one.createdAt),
    updated_at: showTime(one.updatedAt),
    merged_by: null,
    merge_user: null,
    merged_at: showOptionalTime(one.mergedAt),
    closed_by: null,
    closed_at: showOptionalTime(one.closedAt),
    target_branch: one.targetBranch,
    source_branch: one.sourceBranch,
    user_notes_count: one.notes.length,
    upvotes: 0,
    downvotes: 0,
    author: showUser(exchange, one.author),
    assignees,
    assignee: assignees[0] ?? null,
    reviewers: people(one.reviewerIds),
    source_project_id: project.id,
    target_project_id: project.id,
    labels: one.labels,
    draft: isDraft(one),
    imported: false,
    imported_from: "none",
    work_in_progress: isDraft(one),
    milestone: null,
    merge_when_pipeline_succeeds: one.autoMerge,
    merge_status: status === "mergeable" ? "can_be_merged" : "cannot_be_merged",
    detailed_merge_status: status,
    merge_after: null,
    sha: source?.commit ?? null,
    merge_commit_sha: one.mergeCommitSha ?? null,
    squash_commit_sha: null,
    discussion_locked: null,
    should_remove_source_branch: null,
    force_remove_source_branch: one.removeSourceBranch,
    prepared_at: showTime(one.createdAt),
    reference: `!${one.iid}`,
    references: {
      short: `!${one.iid}`,
      relative: `!${one.iid}`,
      full: `${project.path}!${one.iid}`,
    },
    web_url: url,
    squash: one.squash,
    squash_on_merge: one.squash,
    has_conflicts: false,
    blocking_discussions_resolved: true,
    pipeline: pipeline === undefined ? null : { id: pipeline.id, status: pipeline.status },
    diff_refs: {
      base_sha: base ?? null,
      head_sha: source?.commit ?? null,
      start_sha: target?.commit ?? null,
    },
  };
}

function showPeople(exchange: Exchange, world: World, ids: readonly number[]) {
  return ids
    .map((id) => world.users.get(id))
    .filter((user): user is User => user !== undefined)
    .map((user) => showUser(exchange, user));
}
