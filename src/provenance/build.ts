import type { Build } from "./statement.ts";

interface Asked {
  /** A predefined variable, `undefined` where it is not set. */
  variable(name: string): string | undefined;
  toolVersion: string;
  step: string;
  inputs: Readonly<Record<string, unknown>>;
}

/**
 * The build that the running job is.
 *
 * @returns `undefined` outside of a job: nothing there can say who built.
 * @see https://docs.gitlab.com/ci/variables/predefined_variables/
 */
export function readBuild({ variable, toolVersion, step, inputs }: Asked): Build | undefined {
  const projectUrl = variable("CI_PROJECT_URL");
  const commit = variable("CI_COMMIT_SHA");
  const jobUrl = variable("CI_JOB_URL");
  const server = variable("CI_SERVER_URL");
  if (projectUrl === undefined || commit === undefined) return undefined;
  if (jobUrl === undefined || server === undefined) return undefined;
  const tag = variable("CI_COMMIT_TAG");
  const branch = variable("CI_COMMIT_BRANCH");
  return {
    projectUrl,
    commit,
    ref:
      tag !== undefined
        ? `refs/tags/${tag}`
        : branch === undefined
          ? undefined
          : `refs/heads/${branch}`,
    jobUrl,
    jobName: variable("CI_JOB_NAME"),
    pipelineUrl: variable("CI_PIPELINE_URL"),
    pipelineSource: variable("CI_PIPELINE_SOURCE"),
    builder: `${server}/-/runners/${variable("CI_RUNNER_ID") ?? "unknown"}`,
    runnerVersion: variable("CI_RUNNER_VERSION"),
    image: variable("CI_JOB_IMAGE"),
    startedAt: variable("CI_JOB_STARTED_AT"),
    toolVersion,
    step,
    inputs,
  };
}
