import type { Commit, Identity } from "../../src/git/index.ts";
import { text, type StepContext, type Values } from "../../src/step/index.ts";

/** Who makes the commits and tags of a release: never the person who started the job. */
export const authorInputs = {
  GIT_AUTHOR_NAME: text({
    default: "Slipway",
    about: "Name of the author and committer of the commits that a release makes.",
    example: "Release Bot",
  }),
  GIT_AUTHOR_EMAIL: text({
    optional: true,
    about:
      "Address of that author. By default slipway@noreply.HOST with the host of GitLab. Set both where a push rule wants a known author.",
    example: "release-bot@example.org",
  }),
};

export function readAuthor(
  inputs: Values<typeof authorInputs>,
  variable: StepContext["variable"],
): Identity {
  const host = variable("CI_SERVER_HOST") ?? "localhost";
  return {
    name: inputs.GIT_AUTHOR_NAME,
    email: inputs.GIT_AUTHOR_EMAIL ?? `slipway@noreply.${host}`,
  };
}

/**
 * The moment a release counts from: when the pipeline was created, else the date of the commit it is built on. A
 * retried job reads the same moment, so that it makes the same object ids.
 */
export function releaseMoment(variable: StepContext["variable"], base: Commit): Date {
  return pipelineMoment(variable) ?? new Date(base.committer.seconds * 1000);
}

/** When the pipeline was created; `undefined` outside of pipelines. */
export function pipelineMoment(variable: StepContext["variable"]): Date | undefined {
  const created = Date.parse(variable("CI_PIPELINE_CREATED_AT") ?? "");
  return Number.isNaN(created) ? undefined : new Date(created);
}

/** The release commit and the tag come one second after that moment, the post-release commit two. */
export function secondsAfter(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}
