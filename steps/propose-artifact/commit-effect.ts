import { commitMessage, type Entry, type FileChange } from "../../src/artifacts/index.ts";
import {
  type Branch,
  commitToBranch,
  findBranch,
  type GitLab,
  gitlabError,
} from "../../src/gitlab/index.ts";
import type { Effect } from "../../src/step/index.ts";
import { lastOfOurs } from "./branch.ts";

export interface WantedCommit {
  gitlab: GitLab;
  target: string;
  branch: string;
  /** The commit that the changes were made for: the branch's head, or where a new branch begins. */
  base: string;
  isNew: boolean;
  title: string;
  proposal: string;
  entries: readonly Entry[];
  changes: readonly FileChange[];
}

/** One commit with all changes on the branch of the merge request. */
export function commitEffect(wanted: WantedCommit): Effect<Branch> {
  const { gitlab, target, branch, base, isNew, title, proposal, entries, changes } = wanted;
  const current = async (): Promise<Branch | false> => {
    const found = await findBranch(gitlab, branch);
    if (found === undefined) return false;
    const last = await lastOfOurs(gitlab, target, branch);
    return last?.proposal === proposal ? found : false;
  };
  const files = changes.map(({ path }) => path).join(", ");
  return {
    id: `commit:${branch}`,
    sentence: `Commit '${title}' to ${isNew ? "a new branch" : "the branch"} ${branch}: ${files}`,
    isDone: current,
    apply: () =>
      commitToBranch(gitlab, {
        branch,
        start: isNew ? base : undefined,
        readAt: base,
        message: commitMessage(title, proposal, entries),
        files: changes.map(({ path, after }) => ({ path, content: after })),
        isThere: async () => (await current()) !== false,
      }),
    async verify() {
      const found = await current();
      if (found === false)
        throw gitlabError("E_BRANCH_BUSY", `The branch ${branch} does not hold the commit.`);
      return found;
    },
  };
}
