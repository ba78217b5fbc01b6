import { effect, type RunnableEffect } from "../../step/effect.ts";
import { pushAtomically, type RefUpdate, type Settled } from "../atomic-push.ts";
import { gitErrors } from "../errors.ts";
import { listRefs } from "../list-refs.ts";
import type { OpenPush } from "../open-push.ts";
import type { Server } from "../server.ts";
import { type Sha, shortSha } from "../sha.ts";
import type { ReleaseGoal } from "./goal.ts";
import { observeRelease } from "./observe.ts";
import { planRelease, type ReleasePlan, updatesOf } from "./plan.ts";

/** A release that the server holds as a whole. */
export interface Released {
  readonly release: Sha;
  readonly nextVersion: string | undefined;
}

type OpenPlan = Exclude<ReleasePlan, { kind: "conflict" }>;

/**
 * The one effect of a release: its branch and its tag, at once.
 *
 * @param open a connection that the push may take.
 * @param tell is told of the release when the server is seen to hold it as a whole.
 */
export function pushRelease(
  server: Server,
  goal: ReleaseGoal,
  plan: OpenPlan,
  open: OpenPush | undefined,
  tell: (released: Released) => void,
): RunnableEffect<Released> {
  const title = titleOf(goal, plan);
  const told = ({ release, nextVersion }: Released): Released => {
    tell({ release, nextVersion });
    return { release, nextVersion };
  };
  /** Ids say all: where branch and tag are exactly what was pushed, their history needs no reading. */
  const isThere = async () => {
    if (plan.kind !== "push") return false;
    const pushed = await updatesFor(goal, plan);
    const refs = await listRefs(
      server,
      pushed.map(({ ref }) => ref),
    );
    return pushed.every(({ ref, id }) => refs.get(ref) === id);
  };
  return effect<Released>({
    id: `push:${goal.tag}`,
    sentence: sentenceOf(server, goal, plan),
    // The plan was made from what the server holds; should it change meanwhile, the leases hold the push back.
    isDone: async () => (plan.kind === "done" ? told(plan) : false),
    async apply() {
      if (plan.kind === "done") return;
      await pushAtomically(server, {
        updates: await updatesFor(goal, plan),
        title,
        first: open && ((updates) => open.send(updates, goal.base)),
        look: () => settle(server, goal, plan),
      });
    },
    async verify() {
      if (await isThere()) return told({ release: plan.release, nextVersion: goal.nextVersion });
      const seen = planRelease(goal, await observeRelease(server, goal));
      if (seen.kind === "done") return told(seen);
      throw gitErrors(
        "E_PUSH_UNKNOWN",
        `${server.remote.url} took ${title}, but does not show it.`,
        seen.kind === "conflict" ? { cause: seen.error } : {},
      );
    },
  });
}

/** Begins to pack what is pushed where nothing of the release is there yet, while that is still being found out. */
export async function packRelease(goal: ReleaseGoal, open: OpenPush): Promise<void> {
  const { base, pushesBranch, nextBranch } = goal;
  const release = goal.release.id;
  const updates = await updatesFor(
    goal,
    pushesBranch
      ? { kind: "push", release, branchFrom: base }
      : { kind: "push-tag", release, withNext: nextBranch !== undefined },
  );
  open.pack({ ids: updates.map(({ id }) => id), known: base });
}

async function updatesFor(goal: ReleaseGoal, plan: OpenPlan): Promise<readonly RefUpdate[]> {
  const [next, tagObject] = await Promise.all([
    goal.buildNext?.(plan.release),
    goal.buildTag(plan.release),
  ]);
  return updatesOf(goal, plan, { next: next?.id, tagObject });
}

async function settle(server: Server, goal: ReleaseGoal, plan: OpenPlan): Promise<Settled> {
  const seen = planRelease(goal, await observeRelease(server, goal));
  if (seen.kind === "conflict") throw seen.error;
  if (seen.kind === "done") return "done";
  return seen.kind === plan.kind ? "absent" : "mixed";
}

function titleOf({ tag, branch, nextBranch }: ReleaseGoal, plan: OpenPlan): string {
  switch (plan.kind) {
    case "push-missing-bump":
      return `branch ${branch}`;
    case "push-next":
      return `branch ${nextBranch}`;
    case "push-missing-tag":
      return `tag ${tag}`;
    case "push-tag":
      return plan.withNext ? `tag ${tag} and branch ${nextBranch}` : `tag ${tag}`;
    case "push":
    case "done":
      return `tag ${tag} and branch ${branch}`;
  }
}

function sentenceOf({ remote }: Server, goal: ReleaseGoal, plan: OpenPlan): string {
  const { tag, branch, version, nextVersion, nextBranch } = goal;
  const commit = shortSha(plan.release);
  switch (plan.kind) {
    case "done":
      return `Release ${version}: tag ${tag} on ${commit}${goal.pushesBranch ? `, ${branch} on ${plan.nextVersion}` : ""}`;
    case "push-tag":
      return plan.withNext
        ? `Push tag ${tag} (${version}, on ${commit}) and branch ${nextBranch} (${nextVersion}) at once to ${remote.url}`
        : `Push tag ${tag} (${version}, on ${commit}) to ${remote.url}`;
    case "push-next":
      return `Push branch ${nextBranch} (${nextVersion}) for a merge request to ${remote.url}`;
    case "push":
      return `Push tag ${tag} (${version}, on ${commit}) and branch ${branch} (${nextVersion}) at once to ${remote.url}`;
    case "push-missing-bump":
      return `Push branch ${branch} (${nextVersion}), which the release ${tag} lacks, to ${remote.url}`;
    case "push-missing-tag":
      return `Push tag ${tag} (${version}, on ${commit}), which the release lacks, to ${remote.url}`;
  }
}
