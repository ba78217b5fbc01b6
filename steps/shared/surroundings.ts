import type { StepContext } from "../../src/step/index.ts";
import type { Surroundings } from "../../src/version/index.ts";

type Context = Pick<StepContext, "variable" | "environment" | "clock" | "redactor">;

/** Says that the pipeline's date cannot be read: what is released then has another one than the job's. */
export function warnOfCreation({ variable, log }: Pick<StepContext, "variable" | "log">): void {
  const created = variable("CI_PIPELINE_CREATED_AT");
  if (created !== undefined && Number.isNaN(Date.parse(created)))
    log.warn(
      `CI_PIPELINE_CREATED_AT is '${created}', which is no date such as 2026-02-03T04:05:06Z: the date of the commit counts instead.`,
    );
}

/** What templates may know of the job. The instant is the pipeline's, so that a retried job makes the same texts. */
export function readSurroundings(
  { variable, environment, clock, redactor }: Context,
  more: Partial<Surroundings> = {},
): Surroundings {
  const created = Date.parse(variable("CI_PIPELINE_CREATED_AT") ?? "");
  return {
    env: environment,
    isSecret: (value) => redactor.masks(value),
    now: Number.isNaN(created) ? clock.now() : new Date(created),
    commitSha: variable("CI_COMMIT_SHA"),
    branch: variable("CI_COMMIT_BRANCH") ?? variable("CI_COMMIT_REF_NAME"),
    ...more,
  };
}
