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
  | { kind: "done"; release: Sha; nextVersion: string }
  | { kind: "push"; release: Sha; branchFrom: Sha }
  /** A push that was not atomic, by someone else: the tag is there, the post-release commit is not (G04). */
  | { kind: "push-missing-bump"; release: Sha; branchFrom: Sha }
  | { kind: "push-missing-tag"; release: Sha }
  | { kind: "conflict"; error: StepError };

type Facts = Omit<ReleaseGoal, "buildNext" | "buildTag" | "rank" | "laterVersionAt">;

/** Decides, from what was read alone. */
export function planRelease(goal: Facts, state: ReleaseState): ReleasePlan {
  const { tag, release, postRelease } = state;
  if (tag !== undefined && release === undefined)
    return conflict(
      state.isTagBehind && !goal.marksDevelopment ? tagBehind(goal, tag) : tagElsewhere(goal, tag),
    );
  if (tag !== undefined && release !== undefined) return completeTagged(goal, state, release);
  if (state.rivals.length > 0) return conflict(versionNotGreater(goal, state.rivals));
  if (release !== undefined && postRelease !== undefined)
    return { kind: "push-missing-tag", release };
  if (isOpen(goal, state))
    return { kind: "push", release: release ?? goal.release.id, branchFrom: state.branchHead };
  return conflict(branchMoved(goal, state));
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
  { branch, tag }: Pick<Facts, "branch" | "tag">,
  plan: ReleasePlan,
  { next, tagObject }: { next: Sha; tagObject: Sha },
): readonly RefUpdate[] {
  const branchUpdate = (expected: Sha) => ({ ref: `refs/heads/${branch}`, id: next, expected });
  const tagUpdate = { ref: `refs/tags/${tag}`, id: tagObject, expected: undefined };
  switch (plan.kind) {
    case "push":
      return [branchUpdate(plan.branchFrom), tagUpdate];
    case "push-missing-bump":
      return [branchUpdate(plan.branchFrom)];
    case "push-missing-tag":
      return [tagUpdate];
    case "done":
    case "conflict":
      return [];
  }
}

const conflict = (error: StepError): ReleasePlan => ({ kind: "conflict", error });
