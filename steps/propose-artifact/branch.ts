import { type Entry, readCommitMessage } from "../../src/artifacts/index.ts";
import {
  type Branch,
  findBranch,
  type GitLab,
  gitlabError,
  listBranchCommits,
  listMergeRequests,
  type MergeRequest,
} from "../../src/gitlab/index.ts";

/** The branch that a proposal lives on. */
export interface ProposalBranch {
  name: string;
  /** `undefined` where it is still to be made. */
  head: string | undefined;
  /** What our last commit on it declares; `undefined` on a new branch. */
  last: { proposal: string; entries: readonly Entry[] } | undefined;
  open: MergeRequest | undefined;
}

/** What became of earlier proposals of the same artifacts. */
export interface History {
  open: MergeRequest | undefined;
  /** The newest one, whatever became of it. */
  last: MergeRequest | undefined;
}

/** @param base of the branches' names; a further one has a number behind it. */
export async function readHistory(gitlab: GitLab, target: string, base: string): Promise<History> {
  const all = await listMergeRequests(gitlab, { target, state: "all" });
  const ours = all.filter(({ sourceBranch }) => isOfBase(sourceBranch, base));
  return {
    open: ours.find(({ state }) => state === "opened" || state === "locked"),
    last: ours[0],
  };
}

/**
 * The branch of the open merge request, or of the closed one that is to be opened again; else the first of its names that
 * is free. A branch that was merged or closed and
 * is still there is never written to again: nothing is forced, whatever somebody left on it.
 *
 * @throws {StepError} E_BRANCH_FOREIGN where the open merge request's branch holds no commit of ours.
 */
export async function chooseBranch(
  gitlab: GitLab,
  target: string,
  base: string,
  { open, closed }: { open: MergeRequest | undefined; closed: MergeRequest | undefined },
): Promise<ProposalBranch> {
  if (closed !== undefined) {
    const branch = await findBranch(gitlab, closed.sourceBranch);
    const last = branch === undefined ? undefined : await lastOfOurs(gitlab, target, branch.name);
    if (branch !== undefined && last !== undefined)
      return { name: branch.name, head: branch.sha, last, open: undefined };
  }
  if (open !== undefined) {
    const branch = await findBranch(gitlab, open.sourceBranch);
    const last = branch === undefined ? undefined : await lastOfOurs(gitlab, target, branch.name);
    if (branch === undefined || last === undefined)
      throw gitlabError(
        "E_BRANCH_FOREIGN",
        `The branch ${open.sourceBranch} of the merge request !${open.iid} holds no commit of Slipway: ${open.webUrl}`,
      );
    return { name: branch.name, head: branch.sha, last, open };
  }
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    const branch = await findBranch(gitlab, name);
    if (branch === undefined) return { name, head: undefined, last: undefined, open: undefined };
    const last = await unfinished(gitlab, target, branch);
    if (last !== undefined) return { name, head: branch.sha, last, open: undefined };
  }
}

/** What an earlier run committed before it was stopped: a branch of ours without any merge request. */
async function unfinished(
  gitlab: GitLab,
  target: string,
  { name }: Branch,
): Promise<ProposalBranch["last"]> {
  const used = await listMergeRequests(gitlab, { source: name, target, state: "all" });
  return used.length > 0 ? undefined : lastOfOurs(gitlab, target, name);
}

/** What our newest commit on a branch declares. */
export async function lastOfOurs(
  gitlab: GitLab,
  target: string,
  branch: string,
): Promise<ProposalBranch["last"]> {
  const commits = await listBranchCommits(gitlab, { from: target, to: branch });
  return commits.map(({ message }) => readCommitMessage(message)).find((one) => one !== undefined);
}

function isOfBase(branch: string, base: string): boolean {
  return (
    branch === base ||
    (branch.startsWith(`${base}-`) && /^\d+$/.test(branch.slice(base.length + 1)))
  );
}
