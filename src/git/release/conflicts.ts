import type { StepError } from "../../step/errors.ts";
import { releaseErrors } from "./errors.ts";
import type { CommitLine } from "../history.ts";
import { shortSha } from "../sha.ts";
import type { ReleaseGoal } from "./goal.ts";
import type { ReleaseState, RemoteTag } from "./observe.ts";

type Goal = Pick<ReleaseGoal, "branch" | "tag" | "version" | "nextVersion" | "base" | "release">;

/** G03: the tag is there, on a commit that is not this release's. */
export function tagElsewhere({ tag, release }: Goal, found: RemoteTag): StepError {
  return releaseErrors(
    "E_TAG_ELSEWHERE",
    `The tag ${tag} is on ${found.commit}; this release would put it on ${release.id}. Nothing was pushed.`,
  );
}

/** A scheme without development versions says the same version until someone bumps it. */
export function tagBehind({ tag, version, release }: Goal, found: RemoteTag): StepError {
  return releaseErrors(
    "E_VERSION_RELEASED",
    `Version ${version} is released already: the tag ${tag} is on the earlier commit ${shortSha(found.commit)}, and ${shortSha(release.id)} still says ${version}.`,
  );
}

/** G26: a release must be newer than those before it. */
export function versionNotGreater({ version }: Goal, rivals: readonly RemoteTag[]): StepError {
  const names = rivals.map(({ name, commit }) => `${name} (on ${shortSha(commit)})`);
  const shown = names.slice(0, 5).join(", ");
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return releaseErrors(
    "E_VERSION_NOT_GREATER",
    `Version ${version} is not greater than what is released: ${shown}${more}. Nothing was pushed.`,
  );
}

/** G01, G25: the branch went on since the commit that the pipeline tested. */
export function branchMoved({ branch, base }: Goal, state: ReleaseState): StepError {
  const { branchHead, since, isContinued } = state;
  const move = `${branch} moved from ${shortSha(base)} to ${shortSha(branchHead)}`;
  if (!isContinued)
    return releaseErrors(
      "E_BRANCH_MOVED",
      `${move}, which does not build on it: the branch was rewritten. Nothing was pushed.`,
    );
  return releaseErrors("E_BRANCH_MOVED", `${move}. Nothing was pushed. ${listed(since)}`);
}

/** G04, where the missing part would no longer be a fast-forward. */
export function halfReleased(goal: Goal, { since }: ReleaseState): StepError {
  const { branch, tag, nextVersion } = goal;
  return releaseErrors(
    "E_HALF_RELEASED",
    `The tag ${tag} is there and ours, but ${branch} lacks the commit that opens ${nextVersion}, and it moved on. ${listed(since)}`,
    {
      hint: `Open the next version by hand: git switch ${branch} && git pull && NEW_VERSION=${nextVersion} VERSION_COMMIT_MESSAGE='Open ${nextVersion}' bump-version && git push origin ${branch}`,
    },
  );
}

const limit = 20;

function listed(commits: readonly CommitLine[]): string {
  const count = commits.length === 1 ? "1 commit" : `${commits.length} commits`;
  const lines = commits
    .slice(0, limit)
    .map(({ id, author, subject }) => `  ${shortSha(id)} ${author}: ${subject}`);
  const more = commits.length > limit ? [`  and ${commits.length - limit} more`] : [];
  return [`${count} came in between:`, ...lines, ...more].join("\n");
}
