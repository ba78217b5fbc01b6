import type { StepError } from "../step/errors.ts";
import { type Answered, type Call, title } from "./call.ts";
import { attempt, type GitLab } from "./client.ts";
import { readErrorText } from "./error-text.ts";
import { gitlabError } from "./errors.ts";
import { answerFailure, transportFailure } from "./failures.ts";
import { judgeAnswer, judgeTransport, type Verdict } from "./retry.ts";
import { TransportError } from "./transport-error.ts";

/** What an answer means that this very request explains better than its status does. */
export interface Judgement {
  verdict?: Verdict;
  failure?: StepError;
  /** It may have happened all the same, as with "already exists": GitLab is asked. */
  doubtful?: boolean;
}

/** A change of GitLab's state, and how to tell whether it has happened. */
export interface Write {
  call: Call;
  /** Looks whether GitLab already holds what the call makes. It is asked before every further attempt. */
  isThere(): Promise<boolean>;
  /** @param failed how many attempts were refused, this one included. */
  judge?(
    answered: Answered,
    text: string,
    failed: number,
  ): Promise<Judgement | undefined> | Judgement | undefined;
}

/**
 * Changes something, at most once.
 *
 * A lost or doubtful answer is neither a failure nor a reason to send again: GitLab is asked first what became of it
 * (H01, H03, H04).
 *
 * @returns the answer of the success; `"there"` where it was found to have happened already.
 * @throws {StepError} E_GITLAB_OUTCOME_UNKNOWN where it cannot be decided; else what the refusal means.
 */
export async function write(
  gitlab: GitLab,
  { call, isThere, judge }: Write,
): Promise<Answered | "there"> {
  for (let failed = 1; ; failed += 1) {
    const outcome = await attempt(() => gitlab.send(call));
    if (!(outcome instanceof TransportError) && outcome.status >= 200 && outcome.status < 300)
      return outcome;
    const { verdict, failure, doubtful } =
      outcome instanceof TransportError
        ? lost(gitlab, call, outcome, failed)
        : await refused(gitlab, outcome, judge, failed);
    if (doubtful && (await look(gitlab, call, isThere, failure))) return "there";
    const why = `${title(call)}: ${outcome instanceof TransportError ? outcome.message : outcome.status}`;
    if (!(await gitlab.pause(failed, verdict, why))) throw failure;
    // Somebody may have made it while we waited, or the server may have finished late.
    if (await look(gitlab, call, isThere, failure)) return "there";
  }
}

function lost(
  gitlab: GitLab,
  call: Call,
  error: TransportError,
  failed: number,
): Required<Judgement> {
  return {
    verdict: judgeTransport(error),
    failure: transportFailure(error, call.purpose, gitlab, failed),
    doubtful: error.sent,
  };
}

async function refused(
  gitlab: GitLab,
  answered: Answered,
  judge: Write["judge"],
  failed: number,
): Promise<Required<Judgement>> {
  const better = await judge?.(answered, readErrorText(answered).text, failed);
  const final: Verdict = { retry: false };
  return {
    // An error of its own is final unless it comes with another verdict.
    verdict:
      better?.verdict ??
      (better?.failure === undefined ? judgeAnswer(answered, gitlab.clock.now()) : final),
    failure: better?.failure ?? answerFailure(answered, gitlab),
    doubtful: better?.doubtful ?? answered.status >= 500,
  };
}

async function look(
  gitlab: GitLab,
  call: Call,
  isThere: () => Promise<boolean>,
  failure: StepError,
): Promise<boolean> {
  try {
    const there = await isThere();
    if (there) gitlab.log.info(`${title(call)}: it has happened; GitLab was asked.`);
    return there;
  } catch (error) {
    throw gitlabError(
      "E_GITLAB_OUTCOME_UNKNOWN",
      `${failure.message} Whether it has happened all the same could not be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: failure },
    );
  }
}
