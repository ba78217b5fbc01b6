import type { StepError } from "../../step/errors.ts";
import type { RefUpdate } from "../atomic-push.ts";
import type { Sha } from "../sha.ts";
import {
  branchMoved,
  halfReleased,
  tagBehind,
  tagElsewhere,
  versionNotGreater,
} from "./conflicts.ts";
import type { ReleaseGoal } from "./goal.ts";
import type { ReleaseState } from "./observe.ts";

/** What is to be done about a release, by what the server holds. */
export type ReleasePlan =
  | { kind: "done"; release: Sha; nextVersion: string | undefined }
  | { kind: "push"; release: Sha; branchFrom: Sha }
  /** A push that was not atomic, by someone else: the tag is there, the post-release commit is not (G04). */
  | { kind: "push-missing-bump"; release: Sha; branchFrom: Sha }
  | { kind: "push-missing-tag"; release: Sha }
  /** Nobody pushes to the branch: the tag, and the branch of a merge request where there is one to be made. */
  | { kind: "push-tag"; release: Sha; withNext: boolean }
  | { kind: "push-next"; release: Sha }
  | { kind: "conflict"; error: StepError };

type Facts = Omit<ReleaseGoal, "buildNext" | "buildTag" | "rank" | "laterVersionAt" | "treeMadeOn">;

/** Decides, from what was read alone. */
export function planRelease(goal: Facts, state: ReleaseState): ReleasePlan {
  const { tag, release, postRelease } = state;
  if (tag !== undefined && release === undefined)
    return conflict(
      state.isTagBehind && !goal.marksDevelopment ? tagBehind(goal, tag) : tagElsewhere(goal, tag),
    );
  if (tag !== undefined && release !== undefined)
    return goal.pushesBranch
      ? completeTagged(goal, state, release)
      : completeApart(goal, state, release);
  if (state.rivals.length > 0) return conflict(versionNotGreater(goal, state.rivals));
  if (!goal.pushesBranch) return planApart(goal, state);
  if (release !== undefined && postRelease !== undefined)
    return { kind: "push-missing-tag", release };
  if (isOpen(goal, state))
    return { kind: "push", release: release ?? goal.release.id, branchFrom: state.branchHead };
  return conflict(branchMoved(goal, state));
}

/** Where the branch is not pushed, it may go on meanwhile; only rewritten it must not be. */
function planApart(goal: Facts, state: ReleaseState): ReleasePlan {
  if (!state.isContinued) return conflict(branchMoved(goal, state));
  return {
    kind: "push-tag",
    release: state.release ?? goal.release.id,
    withNext: lacksNext(goal, state),
  };
}

function completeApart(goal: Facts, state: ReleaseState, release: Sha): ReleasePlan {
  if (lacksNext(goal, state)) return { kind: "push-next", release };
  return { kind: "done", release, nextVersion: state.postRelease ?? goal.nextVersion };
}

function lacksNext({ nextBranch }: Facts, { nextHead, postRelease }: ReleaseState): boolean {
  return nextBranch !== undefined && nextHead === undefined && postRelease === undefined;
}

function completeTagged(goal: Facts, state: ReleaseState, release: Sha): ReleasePlan {
  const { branchHead, postRelease } = state;
  if (postRelease !== undefined) return { kind: "done", release, nextVersion: postRelease };
  if (isOpen(goal, state)) return { kind: "push-missing-bump", release, branchFrom: branchHead };
  return conflict(halfReleased(goal, state));
}

/** Whether the branch is where the release was built on, or on the release commit itself: we only go forward. */
function isOpen({ base }: Facts, { branchHead, release }: ReleaseState): boolean {
  return branchHead === base || branchHead === release;
}

/** The references that carry out a plan, each guarded by what it was built on. */
export function updatesOf(
  { branch, tag, nextBranch }: Pick<Facts, "branch" | "tag" | "nextBranch">,
  plan: ReleasePlan,
  { next, tagObject }: { next: Sha | undefined; tagObject: Sha },
): readonly RefUpdate[] {
  const headUpdate = (name: string | undefined, expected: Sha | undefined): readonly RefUpdate[] =>
    next === undefined || name === undefined
      ? []
      : [{ ref: `refs/heads/${name}`, id: next, expected }];
  const tagUpdate = { ref: `refs/tags/${tag}`, id: tagObject, expected: undefined };
  switch (plan.kind) {
    case "push":
      return [...headUpdate(branch, plan.branchFrom), tagUpdate];
    case "push-missing-bump":
      return headUpdate(branch, plan.branchFrom);
    case "push-tag":
      return plan.withNext ? [...headUpdate(nextBranch, undefined), tagUpdate] : [tagUpdate];
    case "push-next":
      return headUpdate(nextBranch, undefined);
    case "push-missing-tag":
      return [tagUpdate];
    case "done":
    case "conflict":
      return [];
  }
}

const conflict = (error: StepError): ReleasePlan => ({ kind: "conflict", error });
