// By their own names: the domain's index brings the YAML library, which only a plan needs.
import { artifactsError } from "../src/artifacts/errors.ts";
import { syncError } from "../src/artifacts/sync-errors.ts";
import { gitErrors } from "../src/git/index.ts";
import { gitlabError } from "../src/gitlab/index.ts";
import { defineStep } from "../src/step/index.ts";
import { checkInputs, inputs, outputs } from "./sync-artifacts/inputs.ts";

export default defineStep({
  name: "sync-artifacts",
  summary: "Bring every artifact that a DAG repository declares into all its caches",
  inputs,
  outputs,
  examples: [
    {
      title: "Show what is missing in the caches, on a laptop",
      command:
        "SYNC_MODE=status ARTIFACT_FILES=*/config/artifacts.yaml HDFS_USER=me sync-artifacts",
    },
    {
      title: "Warm all caches after a merge, logged in by Kerberos",
      command:
        "ARTIFACT_FILES=*/config/artifacts.yaml KERBEROS_PRINCIPAL=analytics@EXAMPLE.ORG KERBEROS_KEYTAB_FILE=analytics.keytab sync-artifacts",
    },
  ],
  errors: [artifactsError.table, syncError.table, gitlabError.table, gitErrors.table],
  check: (values) => checkInputs(values),
  async plan(context) {
    // Everything that a mode needs is loaded with it.
    switch (context.inputs.SYNC_MODE) {
      case "sync":
        return (await import("./sync-artifacts/sync.ts")).planSync(context);
      case "status":
        return (await import("./sync-artifacts/status.ts")).showStatus(context);
      case "verify":
        return (await import("./sync-artifacts/verify.ts")).verifyEntries(context);
    }
  },
});
