import { resolve } from "node:path";
import { gitErrors } from "../src/git/index.ts";
import { defineStep } from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import { autoErrors } from "./shared/auto-inputs.ts";
import { projectErrors, requireProject } from "./shared/project-folder.ts";
import { warnOfCreation } from "./shared/surroundings.ts";
import { bumpErrors } from "./bump-version/errors.ts";
import { bumpInputs, bumpOutputs, oneOperation } from "./bump-version/inputs.ts";

export default defineStep({
  name: "bump-version",
  summary:
    "Write the next version into every file that holds it, and commit that as the release commit",
  inputs: bumpInputs,
  outputs: bumpOutputs,
  examples: [
    {
      title: "Release the version that is in development: 0.15.0.dev becomes 0.15.0",
      command: "bump-version",
    },
    {
      title: "Release what the Conventional Commits since the last release ask for, if they do",
      command: "VERSION_BUMP=auto bump-version && tag-release",
    },
    {
      title: "Raise the minor version in the files and leave the edits uncommitted",
      command: "VERSION_BUMP=minor VERSION_COMMIT=false bump-version",
    },
  ],
  errors: [
    versionErrors.table,
    gitErrors.table,
    bumpErrors.table,
    projectErrors.table,
    autoErrors.table,
  ],
  check: [requireProject, oneOperation],
  async plan(context) {
    warnOfCreation(context);
    const folder = resolve(context.cwd, context.inputs.PROJECT_DIR);
    if (context.inputs.VERSION_COMMIT) {
      const { planCommitted } = await import("./bump-version/committed.ts");
      return planCommitted(context, folder);
    }
    const { planUncommitted } = await import("./bump-version/uncommitted.ts");
    return planUncommitted(context, folder);
  },
});
