import {
  type Checkout,
  releaseErrors,
  requireRefNames,
  requireReleaseBranch,
} from "../../src/git/index.ts";
import type { TagContext } from "./inputs.ts";

/**
 * The branch of the pipeline; outside of pipelines the one that is checked out.
 *
 * @throws {StepError} E_REF_NAME, E_RELEASE_BRANCH where it is none that releases are made from.
 */
export async function readBranch(
  { inputs, variable }: TagContext,
  checkout: Promise<Pick<Checkout, "branch">>,
): Promise<string> {
  const patterns = inputs.RELEASE_BRANCHES;
  const isPipeline = variable("CI_COMMIT_REF_NAME") !== undefined;
  const name =
    variable("CI_COMMIT_BRANCH") ??
    (isPipeline ? undefined : (await checkout).branch?.replace("refs/heads/", ""));
  if (name === undefined)
    throw releaseErrors(
      "E_RELEASE_BRANCH",
      isPipeline
        ? `This pipeline is of ${variable("CI_COMMIT_REF_NAME")}, which is no branch (CI_COMMIT_BRANCH is not set); releases are made from ${patterns.join(", ")}.`
        : `No branch is checked out, and CI_COMMIT_BRANCH is not set; releases are made from ${patterns.join(", ")}.`,
    );
  requireRefNames([{ what: "The branch name", name }]);
  requireReleaseBranch(name, patterns);
  return name;
}
