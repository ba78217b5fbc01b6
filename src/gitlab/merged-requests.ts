import { StepError } from "../step/index.ts";
import type { GitLab } from "./client.ts";
import { listPages } from "./pages.ts";
import { projectPath } from "./project.ts";

/** How many merge requests are looked through, the last changed first. */
const most = 1000;

/**
 * The merge request by which each commit came in, as far as GitLab says so: a squashed one leaves no trace in the
 * commit's text where the project merges without merge commits. A job token may ask.
 *
 * @param commits ids of the commits in question.
 * @param since ISO 8601; none of them was merged before.
 * @returns `iid` by the id of the commit; nothing where merge requests are switched off or not shown to the token.
 * @see https://docs.gitlab.com/api/merge_requests/#list-project-merge-requests
 */
export async function findMergeRequests(
  gitlab: GitLab,
  commits: Iterable<string>,
  since: string,
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Set(commits);
  const found = new Map<string, number>();
  const call = {
    path: `${projectPath(gitlab)}/merge_requests`,
    query: { state: "merged", updated_after: since, order_by: "updated_at", scope: "all" },
    purpose: "look for the merge requests of the commits",
    needs: "the role Reporter and the scope read_api",
  };
  let seen = 0;
  try {
    for await (const fields of listPages(gitlab, call, "merge requests")) {
      for (const name of ["merge_commit_sha", "squash_commit_sha", "sha"]) {
        const commit = fields.optionalText(name);
        if (commit !== undefined && wanted.has(commit)) found.set(commit, fields.integer("iid"));
      }
      if (found.size === wanted.size || (seen += 1) >= most) break;
    }
  } catch (error) {
    if (!(error instanceof StepError) || !/^E_(FORBIDDEN|NOT_FOUND|TOKEN_SCOPE)$/.test(error.code))
      throw error;
  }
  return found;
}
