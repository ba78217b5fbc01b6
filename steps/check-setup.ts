import { condaError } from "../src/conda/index.ts";
import { gitErrors } from "../src/git/index.ts";
import { gitlabError } from "../src/gitlab/index.ts";
import { defineStep } from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import { setupErrors } from "./check-setup/errors.ts";
import { setupInputs, setupOutputs } from "./check-setup/inputs.ts";

export default defineStep({
  name: "check-setup",
  summary: "Check everything that a release needs, and say of each thing how to mend it",
  inputs: setupInputs,
  outputs: setupOutputs,
  examples: [
    {
      title: "In a pipeline of the project, before its first release",
      command: "check-setup",
    },
    {
      title: "On a laptop, in a clone of the project",
      command:
        "GITLAB_API=https://gitlab.example.org/api/v4 GITLAB_PROJECT=group/project GITLAB_TOKEN=glpat-… check-setup",
    },
  ],
  errors: [
    setupErrors.table,
    gitlabError.table,
    gitErrors.table,
    versionErrors.table,
    condaError.table,
  ],
  async plan(context) {
    const { examine } = await import("./check-setup/examine.ts");
    const { tellChecks } = await import("./check-setup/tell.ts");
    tellChecks(context, await examine(context));
    return [];
  },
});
