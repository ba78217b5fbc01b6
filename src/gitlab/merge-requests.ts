import { part } from "./call.ts";
import type { GitLab } from "./client.ts";
import type { Fields } from "./fields.ts";
import { listAll } from "./pages.ts";
import { projectPath } from "./project.ts";
import { readOurText } from "./our-text.ts";

export interface MergeRequest {
  iid: number;
  title: string;
  description: string;
  state: string;
  sourceBranch: string;
  webUrl: string;
  /** Head of the source branch, or what it was when it was merged. */
  sha: string | undefined;
  /** It will be merged when its pipeline succeeds. */
  autoMerge: boolean;
  hasPipeline: boolean;
  hasConflicts: boolean;
}

export interface MergeRequestFilter {
  /** Branch to merge; `undefined` for any. */
  source?: string;
  /** Branch to merge into. */
  target: string;
  state: "opened" | "closed" | "merged" | "all";
}

/** Merge requests of the project itself, newest first. @see https://docs.gitlab.com/api/merge_requests/#list-project-merge-requests */
export async function listMergeRequests(
  gitlab: GitLab,
  { source, target, state }: MergeRequestFilter,
): Promise<readonly MergeRequest[]> {
  const call = {
    path: mergeRequestsPath(gitlab),
    query: {
      state,
      target_branch: target,
      source_branch: source,
      order_by: "created_at",
      sort: "desc",
    },
    purpose: "look for merge requests",
    needs: "the role Reporter and the scope read_api",
  };
  const found = await listAll(gitlab, call, "a merge request");
  return found
    .filter(
      (fields) => fields.optionalInteger("source_project_id") === fields.integer("project_id"),
    )
    .map(asMergeRequest);
}

/** Whether a merge request is one of ours that proposes this. */
export function proposes({ description }: MergeRequest, proposal: string): boolean {
  return readOurText(description)?.proposal === proposal;
}

/** `/projects/7/merge_requests` or, with a number, `/projects/7/merge_requests/4`. */
export function mergeRequestsPath(gitlab: Pick<GitLab, "project">, iid?: number): string {
  const all = `${projectPath(gitlab)}/merge_requests`;
  return iid === undefined ? all : `${all}/${part(iid)}`;
}

export function asMergeRequest(fields: Fields): MergeRequest {
  return {
    iid: fields.integer("iid"),
    title: fields.text("title"),
    description: fields.optionalText("description") ?? "",
    state: fields.text("state"),
    sourceBranch: fields.text("source_branch"),
    webUrl: fields.text("web_url"),
    sha: fields.optionalText("sha"),
    autoMerge: fields.flag("merge_when_pipeline_succeeds") ?? false,
    hasPipeline: (fields.object("head_pipeline") ?? fields.object("pipeline")) !== undefined,
    hasConflicts: fields.flag("has_conflicts") ?? false,
  };
}
