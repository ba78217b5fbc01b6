import { createHash } from "node:crypto";
import { nextBranchOf, requireRefNames } from "../../src/git/index.ts";
import {
  type GitLab,
  listMergeRequests,
  type MergeRequest,
  proposeMergeRequest,
  proposes,
} from "../../src/gitlab/index.ts";
import { type Effect, StepError } from "../../src/step/index.ts";
import { postReleaseMessage } from "../../src/version/index.ts";
import type { Goal } from "./goal.ts";
import type { TagContext } from "./inputs.ts";

/** The merge request that opens the next version and is not merged or closed yet. */
export interface NextProposal {
  readonly branch: string;
  readonly proposal: string;
}

/**
 * Whether a merge request is still to be made, or to be brought up to date. One that was merged is done; one that a
 * person closed stays closed, for the release is whole without it.
 *
 * @returns `undefined` where there is nothing to propose.
 */
export async function lookForNext(
  context: TagContext,
  gitlab: GitLab,
  { next, tag, branch: target }: Goal,
): Promise<NextProposal | undefined> {
  if (context.inputs.POST_RELEASE !== "merge_request" || next === undefined) return undefined;
  const branch = nextBranchOf(next.newVersion);
  requireRefNames([{ what: "The branch of the merge request", name: branch }]);
  const proposal = createHash("sha256")
    .update(JSON.stringify([target, tag, next.newVersion]))
    .digest("hex")
    .slice(0, 16);
  const [last] = await readable(() =>
    listMergeRequests(gitlab, { source: branch, target, state: "all" }),
  );
  const isSettled = last?.state === "merged" || last?.state === "closed";
  if (last === undefined || !isSettled || !proposes(last, proposal)) return { branch, proposal };
  if (last.state === "closed")
    context.log.warn(
      `A person closed the merge request !${last.iid} that opens ${next.newVersion}; it stays closed: ${last.webUrl}`,
    );
  tellMergeRequest(context, last);
  return undefined;
}

/** Opens the next version as a merge request of the branch that was pushed with the tag. */
export function proposeNext(
  context: TagContext,
  gitlab: GitLab,
  { release, next, tag, branch: target }: Goal,
  { branch: source, proposal }: NextProposal,
): Effect<MergeRequest> {
  const { inputs } = context;
  if (next === undefined) throw new TypeError("There is no next version to propose");
  const [title = ""] = postReleaseMessage(next, inputs.NEXT_COMMIT_MESSAGE).split("\n");
  const text = [
    `${release.held.version} is released with the tag [${tag}](${inputs.REPOSITORY_URL}/-/tags/${encodeURIComponent(tag)}). This brings ${target} to ${next.newVersion}, the version that comes after it.`,
    `Until it is merged, ${target} still says ${release.fromVersion}, and no further release can be made from it.`,
  ].join("\n\n");
  const propose = proposeMergeRequest(gitlab, {
    source,
    target,
    title,
    text,
    proposal,
    labels: [],
    reviewerIds: [],
    reopen: false,
  });
  const told = {
    ...propose,
    settle: (result: MergeRequest) => tellMergeRequest(context, result),
  };
  return told;
}

function tellMergeRequest({ output, link, fact }: TagContext, { iid, webUrl }: MergeRequest): void {
  output("MERGE_REQUEST_URL", webUrl);
  link(`Merge request !${iid}`, webUrl);
  fact("mergeRequest", { iid, url: webUrl });
}

const rightsCodes = new Set(["E_TOKEN_SCOPE", "E_FORBIDDEN", "E_NOT_FOUND", "E_TOKEN_REFUSED"]);

/** What the token may not read is told together with everything else that it may not do. */
async function readable<Item>(work: () => Promise<readonly Item[]>): Promise<readonly Item[]> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StepError && rightsCodes.has(error.code)) return [];
    throw error;
  }
}
