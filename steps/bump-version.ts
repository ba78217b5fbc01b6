import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { gitErrors } from "../src/git/index.ts";
import { defineStep } from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import { autoErrors } from "./shared/auto-inputs.ts";
import { bumpErrors } from "./bump-version/errors.ts";
import { bumpInputs, bumpOutputs } from "./bump-version/inputs.ts";

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
  errors: [versionErrors.table, gitErrors.table, bumpErrors.table, autoErrors.table],
  check({ VERSION_BUMP, NEW_VERSION }) {
    if (VERSION_BUMP === undefined || NEW_VERSION === undefined) return [];
    return [
      {
        name: "NEW_VERSION",
        got: NEW_VERSION,
        expected: "to be the only one of NEW_VERSION and VERSION_BUMP",
        cure: "Unset one of them.",
      },
    ];
  },
  async plan(context) {
    const folder = resolve(context.cwd, context.inputs.PROJECT_DIR);
    const status = await stat(folder).catch(() => undefined);
    if (!status?.isDirectory())
      throw bumpErrors("E_PROJECT_DIR", `PROJECT_DIR is ${folder}, which is no folder`);
    if (context.inputs.VERSION_COMMIT) {
      const { planCommitted } = await import("./bump-version/committed.ts");
      return planCommitted(context, folder);
    }
    const { planUncommitted } = await import("./bump-version/uncommitted.ts");
    return planUncommitted(context, folder);
  },
});
