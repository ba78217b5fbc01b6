import {
  observeRelease,
  openPush,
  type OpenPush,
  packRelease,
  planRelease,
  readReleaseRefs,
  type ReleaseGoal,
  type ReleasePlan,
  type ReleaseRefs,
  type Server,
} from "../../src/git/index.ts";
import {
  askPushRights,
  type GitLab,
  type PushQuestion,
  type PushRights,
  pushRightsError,
} from "../../src/gitlab/index.ts";
import { StepError } from "../../src/step/index.ts";
import type { TagContext } from "./inputs.ts";

type OpenPlan = Exclude<ReleasePlan, { kind: "conflict" }>;

/** What the server was asked already. */
export interface Asked {
  readonly refs: Promise<ReleaseRefs>;
  rights(question: PushQuestion): Promise<PushRights>;
  /** `undefined` where nothing is to be pushed. */
  readonly push: OpenPush | undefined;
}

/** Asks what the token may do, while the checkout is still being opened. */
export function askRights(
  { inputs }: TagContext,
  gitlab: GitLab,
  branch: Promise<string>,
): Asked["rights"] {
  const aim = branch.then((name) => ({
    branch: inputs.POST_RELEASE === "push" ? name : undefined,
    proposes: inputs.POST_RELEASE === "merge_request",
  }));
  return askPushRights(gitlab, aim);
}

/** Asks the server what it holds and what can be pushed to it, while the checkout is still being read. */
export function askServer(
  { inputs, dryRun }: TagContext,
  server: Server,
  branch: string,
): Pick<Asked, "refs" | "push"> {
  const refs = readReleaseRefs(server, branch, inputs.POST_RELEASE === "merge_request");
  // Who waits for it is told of a failure; where the checkout cannot be released, nobody does.
  refs.catch(() => {});
  return { refs, push: dryRun ? undefined : openPush(server) };
}

/**
 * Waits for what the server was asked, and decides what is left to do.
 *
 * @returns `undefined` in a dry run that found a conflict.
 * @throws {StepError} all that stands in the way of the push together, except where nothing is left to push.
 */
export async function lookAtServer(
  context: TagContext,
  { asked, server, goal }: { asked: Asked; server: Server; goal: ReleaseGoal },
): Promise<OpenPlan | undefined> {
  const question = {
    branch: goal.pushesBranch ? goal.branch : undefined,
    proposedBranch: goal.nextBranch,
    tag: goal.tag,
  };
  // What keeps it from being built is told when it is needed.
  if (asked.push !== undefined) packRelease(goal, asked.push).catch(() => {});
  const [rights, state] = await Promise.allSettled([
    asked.rights(question),
    observeRelease(server, goal, asked.refs),
  ]);
  if (state.status === "rejected") throw betterReason(state.reason, rights, question);
  const plan = planRelease(goal, state.value);
  if (plan.kind === "done") return plan;
  const missing =
    rights.status === "rejected" ? undefined : pushRightsError(rights.value, question);
  if (plan.kind === "conflict") {
    context.refuse(missing === undefined ? plan.error : both(plan.error, missing));
    return undefined;
  }
  if (rights.status === "rejected") throw rights.reason;
  for (const finding of rights.value.notProvable) context.log.warn(finding);
  if (missing !== undefined) context.refuse(missing);
  return plan;
}

/** A conflict ends the run; what the next one would be refused for is told with it. */
function both({ code, exit, message, hint, cause }: StepError, missing: StepError): StepError {
  return new StepError({
    code,
    exit,
    message: `${message}\nBesides, ${missing.message}`,
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

/** Where git is refused, the API tells more exactly why: the token has expired, it is of another project. */
function betterReason(
  reason: unknown,
  rights: PromiseSettledResult<PushRights>,
  question: PushQuestion,
): unknown {
  if (!(reason instanceof StepError) || !rightsCodes.has(reason.code)) return reason;
  if (rights.status === "rejected") return rights.reason;
  return pushRightsError(rights.value, question) ?? reason;
}

const rightsCodes = new Set(["E_GIT_TOKEN_REFUSED", "E_GIT_FORBIDDEN", "E_GIT_NOT_FOUND"]);
