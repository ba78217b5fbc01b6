import { exit, type ExitCode, StepError } from "../step/errors.ts";
import { rehearsalError } from "./errors.ts";

/** A rehearsed step failed: the rehearsal ends as that step did. */
export function stepFailed(job: string, command: string, exitCode: number): StepError {
  const known =
    Object.values(exit).find((code): code is ExitCode => code === exitCode) ?? exit.defect;
  const { code, message, hint } = rehearsalError(
    "E_REHEARSAL",
    `${command} of the job ${job} ended with exit code ${exitCode}. Its own error stands above.`,
  );
  return new StepError({ code, exit: known, message, ...(hint === undefined ? {} : { hint }) });
}
