import { artifactsError } from "../src/artifacts/errors.ts";
import { gitErrors } from "../src/git/index.ts";
import { gitlabError } from "../src/gitlab/index.ts";
import { defineStep } from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import { proposeErrors } from "./propose-artifact/errors.ts";
import { checkInputs, proposeInputs, proposeOutputs } from "./propose-artifact/inputs.ts";
import { checkFormat } from "./shared/package-target.ts";

export default defineStep({
  name: "propose-artifact",
  summary: "Propose a released file to the DAG repository: one merge request, always up to date",
  inputs: proposeInputs,
  outputs: proposeOutputs,
  examples: [
    {
      title: "After upload-package, in the pipeline of a tag",
      command:
        "DEPLOY_PROJECT=group/airflow-dags DEPLOY_FILES=analytics/config/artifacts.yaml propose-artifact",
    },
    {
      title: "Show what a rollback would change, from a laptop",
      command:
        "DRY_RUN=true GITLAB_API=https://gitlab.example.org/api/v4 GITLAB_PROJECT=group/project GITLAB_TOKEN=glpat-… PACKAGE_NAME=project DEPLOY_PROJECT=group/airflow-dags ARTIFACT_VERSION=0.14.0 propose-artifact",
    },
  ],
  errors: [
    proposeErrors.table,
    artifactsError.table,
    gitlabError.table,
    gitErrors.table,
    versionErrors.table,
  ],
  check: [checkInputs, checkFormat],
  async plan(context) {
    const { planProposal } = await import("./propose-artifact/plan.ts");
    return planProposal(context);
  },
});
