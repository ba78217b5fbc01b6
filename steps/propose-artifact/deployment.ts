import { requireRefNames } from "../../src/git/index.ts";
import {
  type Branch,
  connectProject,
  expectedRefusal,
  findBranch,
  findUserIds,
  type GitLab,
  gitlabError,
  readProject,
} from "../../src/gitlab/index.ts";
import { type DeployRepository, openRepository } from "./checkout.ts";
import type { ProposeContext } from "./inputs.ts";

/** The project of DAGs, and the branch that is deployed from. */
export interface Deployment {
  gitlab: GitLab;
  path: string;
  /** The branch as it was when it was looked at. */
  target: Branch;
  repository: DeployRepository;
  reviewerIds: readonly number[];
}

/** @throws {StepError} E_REF_NAME, E_NOT_FOUND, E_USER_UNKNOWN; what the token is refused for. */
export async function openDeployment(context: ProposeContext): Promise<Deployment> {
  const { inputs, origins, dryRun, refuse } = context;
  if (inputs.DEPLOY_BRANCH !== undefined)
    requireRefNames([{ what: "DEPLOY_BRANCH", name: inputs.DEPLOY_BRANCH }]);
  const gitlab = connectProject(context, inputs.DEPLOY_PROJECT, [
    { variable: origins.DEPLOY_TOKEN ?? "DEPLOY_TOKEN", secret: inputs.DEPLOY_TOKEN },
  ]);
  const { path, webUrl, defaultBranch } = await readProject(gitlab);
  const name = inputs.DEPLOY_BRANCH ?? defaultBranch ?? "main";
  const target = await findBranch(gitlab, name);
  if (target === undefined) throw gitlabError("E_NOT_FOUND", `${path} has no branch ${name}.`);
  const refusal = dryRun ? await expectedRefusal(gitlab, "propose an artifact") : undefined;
  if (refusal !== undefined) refuse(refusal);
  return {
    gitlab,
    path,
    target,
    reviewerIds: await findUserIds(gitlab, inputs.DEPLOY_REVIEWERS ?? []),
    repository: await openRepository(context, gitlab, webUrl),
  };
}
