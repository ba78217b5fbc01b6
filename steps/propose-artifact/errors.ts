import { defineErrors, exit } from "../../src/step/index.ts";

export const proposeErrors = defineErrors({
  E_PROPOSE_ARTIFACT: {
    exit: exit.config,
    cause: "It is not clear which file shall be deployed, or under which name.",
    cure: "Give its address in ARTIFACT_URL and its name in ARTIFACT_NAME.",
  },
  E_PROPOSE_MISSING: {
    exit: exit.refused,
    cause: "The registry does not hold the file that shall be deployed.",
    cure: "Run the upload of this version first, to its end; or check ARTIFACT_URL and ARTIFACT_VERSION.",
  },
  E_PROPOSE_FILES: {
    exit: exit.config,
    cause: "The repository has no file that DEPLOY_FILES means.",
    cure: "Check DEPLOY_FILES and DEPLOY_BRANCH; names are relative to the top of the repository.",
  },
});
