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

/** One of the names that a proposal's branch may have, and what is there of it. */
interface Used {
  name: string;
  branch: Branch | undefined;
  /** Newest first. */
  mergeRequests: readonly MergeRequest[];
}

/** What became of earlier proposals of the same artifacts. */
export interface History {
  open: MergeRequest | undefined;
  /** The newest one, whatever became of it. */
  last: MergeRequest | undefined;
  /** The names that were looked at; the last one is free. */
  used: readonly Used[];
}

/**
 * Looks at the branches of one proposal after the other, `base`, `base-2`, … until one is free: the merge requests of a
 * busy project are many, those of one branch are few.
 */
export async function readHistory(gitlab: GitLab, target: string, base: string): Promise<History> {
  const used: Used[] = [];
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    const [branch, mergeRequests] = await Promise.all([
      findBranch(gitlab, name),
      listMergeRequests(gitlab, { source: name, target, state: "all" }),
    ]);
    used.push({ name, branch, mergeRequests });
    if (branch === undefined && mergeRequests.length === 0) break;
  }
  const all = used.flatMap(({ mergeRequests }) => mergeRequests);
  return {
    open: all.find(({ state }) => state === "opened" || state === "locked"),
    last: all.toSorted((one, other) => other.iid - one.iid)[0],
    used,
  };
}

/**
 * The branch of the open merge request, or of the closed one that is to be opened again; else the first of its names that
 * is free. A branch whose merge request was merged or closed and that is still there is left to whoever left it there.
 *
 * @throws {StepError} E_BRANCH_FOREIGN where the open merge request's branch holds no commit of ours.
 */
export async function chooseBranch(
  gitlab: GitLab,
  target: string,
  { open, used }: History,
  closed: MergeRequest | undefined,
): Promise<ProposalBranch> {
  const branchOf = ({ sourceBranch }: MergeRequest): Branch | undefined =>
    used.find(({ name }) => name === sourceBranch)?.branch;
  if (open !== undefined) {
    const found = await ourBranch(gitlab, target, branchOf(open));
    if (found !== undefined) return { ...found, open };
    throw gitlabError(
      "E_BRANCH_FOREIGN",
      `The branch ${open.sourceBranch} of the merge request !${open.iid} holds no commit of Slipway: ${open.webUrl}`,
    );
  }
  const reopened =
    closed === undefined ? undefined : await ourBranch(gitlab, target, branchOf(closed));
  if (reopened !== undefined) return reopened;
  for (const { name, branch, mergeRequests } of used) {
    if (branch === undefined) return { name, head: undefined, last: undefined, open: undefined };
    // What an earlier run committed before it was stopped has no merge request yet.
    const begun = mergeRequests.length > 0 ? undefined : await ourBranch(gitlab, target, branch);
    if (begun !== undefined) return begun;
  }
  throw new TypeError("No name was free, although one was looked for");
}

async function ourBranch(
  gitlab: GitLab,
  target: string,
  branch: Branch | undefined,
): Promise<ProposalBranch | undefined> {
  if (branch === undefined) return undefined;
  const last = await lastOfOurs(gitlab, target, branch.name);
  return last === undefined
    ? undefined
    : { name: branch.name, head: branch.sha, last, open: undefined };
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
