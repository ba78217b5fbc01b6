import {
  connectGitLab,
  findProject,
  findPushProblems,
  findTag,
  type GitLab,
  readServer,
} from "../../src/gitlab/index.ts";
import { nextBranchOf } from "../../src/git/index.ts";
import { StepError } from "../../src/step/index.ts";
import { type Check, orUnknown, verdicts } from "./check.ts";
import type { SetupContext } from "./inputs.ts";
import { checkJobTokenScope } from "./job-token.ts";
import { checkPush } from "./push.ts";
import { checkRegistry } from "./registry.ts";
import { checkToken } from "./token.ts";
import { checkVariables } from "./variables.ts";
import type { VersionFinding } from "./version.ts";

const skewLimits = { warningSeconds: 30, wrongSeconds: 300 };

/** Everything that only GitLab knows. Where it cannot be asked, that is the one finding. */
export async function checkServer(
  context: SetupContext,
  version: Pick<VersionFinding, "tag" | "nextVersion" | "isFromTags">,
): Promise<readonly Check[]> {
  const check = verdicts("gitlab", "GitLab", "answers, and knows a token");
  const { GITLAB_API, GITLAB_PROJECT } = context.inputs;
  if (GITLAB_API === undefined || GITLAB_PROJECT === undefined)
    return [
      check.notProvable(
        "neither in a job, nor told where GitLab is",
        "Set GITLAB_API, GITLAB_PROJECT and GITLAB_TOKEN, or run it in a job.",
      ),
    ];
  try {
    const gitlab = connectGitLab(
      { ...context, inputs: { ...context.inputs, GITLAB_API, GITLAB_PROJECT } },
      ["CI_PROJECT_PASSWORD", "GITLAB_TOKEN", "CI_JOB_TOKEN"],
    );
    const server = await readServer(gitlab);
    const running = server.version === undefined ? "" : `, version ${server.version}`;
    return [
      check.ok(`${gitlab.host}${running}, asked with the token in ${gitlab.token.variable}`),
      checkClock(context, server.date),
      ...(await askProject(context, gitlab, version)),
    ];
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return [check.refused(error)];
  }
}

async function askProject(
  context: SetupContext,
  gitlab: GitLab,
  { tag, nextVersion, isFromTags }: Pick<VersionFinding, "tag" | "nextVersion" | "isFromTags">,
): Promise<readonly Check[]> {
  const { inputs, variable } = context;
  const way = isFromTags ? "none" : inputs.POST_RELEASE;
  const project = await orUnknown(() => findProject(gitlab));
  const branch = variable("CI_DEFAULT_BRANCH") ?? project?.defaultBranch ?? "main";
  const proposed = way === "merge_request" ? nextBranchOf(nextVersion ?? "version") : undefined;
  const question = {
    branch: way === "push" ? branch : undefined,
    proposedBranch: proposed,
    tag: tag ?? "v0.0.0",
  };
  const problems = await findPushProblems(gitlab, question);
  const isStranger = problems.some(
    ({ topic, state }) => state === "refused" && (topic === "token" || topic === "project"),
  );
  const tagExists =
    tag !== undefined && !isStranger && (await orUnknown(() => findTag(gitlab, tag))) !== undefined;
  const facts = { branch, proposed, way, tag, tagExists };
  const token = await checkToken(gitlab, project, problems);
  if (isStranger)
    return token.some(({ state }) => state === "wrong")
      ? token
      : [...token, ...checkPush(gitlab, project, problems, facts).slice(0, 1)];
  const packageName = inputs.PACKAGE_NAME ?? project?.path.split("/").at(-1) ?? "package";
  return [
    ...token,
    ...checkPush(gitlab, project, problems, facts),
    await checkJobTokenScope(gitlab),
    ...(await checkRegistry(gitlab, project, packageName)),
    ...(await checkVariables(context, gitlab, project, { branch, tag })),
  ];
}

function checkClock({ clock }: SetupContext, date: Date | undefined): Check {
  const check = verdicts(
    "clock",
    "Clock of this machine",
    `within ${skewLimits.warningSeconds} s of GitLab's`,
  );
  if (date === undefined)
    return check.notProvable(
      "GitLab's answer has no date",
      "A proxy takes it out; compare the clock by hand.",
    );
  const skew = Math.round((clock.now().getTime() - date.getTime()) / 1000);
  const found = `${Math.abs(skew)} s ${skew < 0 ? "behind" : "ahead of"} GitLab`;
  const cure =
    "Let the runner's host follow a time server: certificates and signed requests depend on it.";
  if (Math.abs(skew) > skewLimits.wrongSeconds) return check.wrong(found, cure);
  return Math.abs(skew) > skewLimits.warningSeconds ? check.warning(found, cure) : check.ok(found);
}
