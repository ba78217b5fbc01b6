import {
  findBranch,
  type GitLab,
  listProtectedTags,
  listVariables,
  matchesPattern,
  type Project,
  type ProjectVariable,
} from "../../src/gitlab/index.ts";
import { StepError } from "../../src/step/index.ts";
import type { SetupContext } from "./inputs.ts";
import { asking, type Check, orUnknown, verdicts, type Verdicts } from "./check.ts";

/** Variables that hold what must not be seen, and what they are for. */
const secrets: Readonly<Record<string, string>> = {
  CI_PROJECT_PASSWORD: "the push of a release",
  GITLAB_TOKEN: "the push of a release",
  DEPLOY_TOKEN: "merge requests in the DAG repository",
  SOURCE_TOKEN: "downloads for the caches",
  GIT_SIGNING_KEY_FILE: "signed commits and tags",
  SIGNING_KEY_FILE: "signed provenance",
};

/** Either may push. */
const pushTokens = ["CI_PROJECT_PASSWORD", "GITLAB_TOKEN"] as const;

export interface VariableFacts {
  readonly branch: string;
  readonly tag: string | undefined;
}

/** Whether the variables with secrets are there, hidden from logs, and seen by the jobs that need them. */
export async function checkVariables(
  context: SetupContext,
  gitlab: GitLab,
  project: Project | undefined,
  facts: VariableFacts,
): Promise<readonly Check[]> {
  const rights = "the role Maintainer and the scope read_api";
  let variables: readonly ProjectVariable[];
  try {
    variables = await listVariables(gitlab);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const check = verdicts("variables", "CI/CD variables", "masked, protected, seen by the jobs");
    return [await asking(check, rights, () => Promise.reject(error))];
  }
  const refs = await readProtection(gitlab, facts);
  const checks = variables
    .filter(({ key }) => Object.hasOwn(secrets, key))
    .map((variable) => judge(variable, refs, facts));
  const isThere = variables.some(({ key }) => pushTokens.some((name) => name === key));
  return isThere ? checks : [checkMissing(context, project), ...checks];
}

function checkMissing(
  { environment, variable }: SetupContext,
  project: Project | undefined,
): Check {
  const check = named("CI_PROJECT_PASSWORD");
  const inJob = variable("CI_JOB_ID") !== undefined;
  const given = pushTokens.find((name) => (environment[name] ?? "") !== "");
  const elsewhere =
    "Only the variables of the project can be looked at: see the group's (Settings, CI/CD, Variables) for masked and protected.";
  if (inJob && given !== undefined)
    return check.notProvable(
      `${given} comes from a group, the instance or .gitlab-ci.yml`,
      elsewhere,
    );
  if (project?.jobTokenMayPush === true) return check.ok("not set; the job token may push");
  const cure =
    "Add the variable CI_PROJECT_PASSWORD with a project access token (role Maintainer, scopes api and write_repository), masked and protected (Settings, CI/CD, Variables), or let job tokens push.";
  if (inJob) return check.wrong("not set: nothing that may push reaches the job", cure);
  return check.warning(
    "the project has no such variable",
    `${cure} If the group has it, all is well.`,
  );
}

function judge(variable: ProjectVariable, refs: Protection, { branch, tag }: VariableFacts): Check {
  const { key, isFile, isMasked, isProtected, environmentScope } = variable;
  const check = named(key);
  const settings = [
    isFile ? "file" : isMasked ? "masked" : "not masked",
    isProtected ? "protected" : "not protected",
    ...(environmentScope === "*" ? [] : [`for the environment ${environmentScope} only`]),
  ].join(", ");
  if (key.endsWith("_FILE") && !isFile)
    return check.wrong(
      settings,
      "Make it a variable of type File (Settings, CI/CD, Variables): the step reads a path.",
    );
  if (!isFile && !isMasked)
    return check.wrong(
      settings,
      "Mask it (Settings, CI/CD, Variables): every job's log may show it.",
    );
  if (environmentScope !== "*")
    return check.wrong(settings, "Give it the scope *: the jobs of a release have no environment.");
  // R15: without protection of the ref the variable is simply not there, and nothing says so.
  if (isProtected && refs.isBranchProtected === false)
    return check.wrong(
      `${settings}; but the branch ${branch} is not, so that its jobs do not get it`,
      `Protect ${branch} (Settings, Repository, Protected branches), or unprotect the variable.`,
    );
  if (isProtected && key === "SIGNING_KEY_FILE" && refs.isTagProtected === false)
    return check.wrong(
      `${settings}; but tags such as ${tag} are not, so that their jobs do not get it`,
      "Protect release tags (Settings, Repository, Protected tags, v*), or unprotect the variable.",
    );
  if (!isProtected)
    return check.warning(
      settings,
      `Protect it: else every branch's jobs can read it. ${branch} must then be protected, too.`,
    );
  return check.ok(settings);
}

function named(key: string): Verdicts {
  const use = secrets[key] ?? "";
  return verdicts(
    `variable:${key}`,
    `${key}, for ${use}`,
    key.endsWith("_FILE") ? "of type File, protected" : "masked and protected",
  );
}

/** Whether refs are protected; `undefined` where the token may not read it. */
interface Protection {
  readonly isBranchProtected: boolean | undefined;
  readonly isTagProtected: boolean | undefined;
}

async function readProtection(gitlab: GitLab, { branch, tag }: VariableFacts): Promise<Protection> {
  const found = await orUnknown(() => findBranch(gitlab, branch));
  const rules = await orUnknown(() => listProtectedTags(gitlab));
  return {
    isBranchProtected: found?.isProtected,
    isTagProtected:
      tag === undefined ? undefined : rules?.some(({ pattern }) => matchesPattern(pattern, tag)),
  };
}
