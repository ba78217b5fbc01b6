import {
  observeRelease,
  planRelease,
  type ReleaseGoal,
  type ReleasePlan,
  type Server,
} from "../../src/git/index.ts";
import {
  type GitLab,
  type PushRights,
  pushRightsError,
  readPushRights,
} from "../../src/gitlab/index.ts";
import { StepError } from "../../src/step/index.ts";
import type { TagContext } from "./inputs.ts";

type OpenPlan = Exclude<ReleasePlan, { kind: "conflict" }>;

/**
 * Asks the server, at once, what it holds and what the token may do; decides what is left to do.
 *
 * @returns `undefined` in a dry run that found a conflict.
 * @throws {StepError} all that stands in the way of the push together, except where nothing is left to push.
 */
export async function lookAtServer(
  context: TagContext,
  { gitlab, server, goal }: { gitlab: GitLab; server: Server; goal: ReleaseGoal },
): Promise<OpenPlan | undefined> {
  const question = { branch: goal.branch, tag: goal.tag };
  const [rights, state] = await Promise.allSettled([
    readPushRights(gitlab, question),
    observeRelease(server, goal),
  ]);
  if (state.status === "rejected") throw betterReason(state.reason, rights, question);
  const plan = planRelease(goal, state.value);
  if (plan.kind === "conflict") {
    context.refuse(plan.error);
    return undefined;
  }
  if (plan.kind === "done") return plan;
  if (rights.status === "rejected") throw rights.reason;
  for (const finding of rights.value.notProvable) context.log.warn(finding);
  const error = pushRightsError(rights.value, question);
  if (error !== undefined) context.refuse(error);
  return plan;
}

/** Where git is refused, the API tells more exactly why: the token has expired, it is of another project. */
function betterReason(
  reason: unknown,
  rights: PromiseSettledResult<PushRights>,
  question: { branch: string; tag: string },
): unknown {
  if (!(reason instanceof StepError) || !rightsCodes.has(reason.code)) return reason;
  if (rights.status === "rejected") return rights.reason;
  return pushRightsError(rights.value, question) ?? reason;
}

const rightsCodes = new Set(["E_GIT_TOKEN_REFUSED", "E_GIT_FORBIDDEN", "E_GIT_NOT_FOUND"]);
