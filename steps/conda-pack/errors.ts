import { defineErrors, exit } from "../../src/step/index.ts";

export const packStepErrors = defineErrors({
  E_PACK_VERSION: {
    exit: exit.config,
    cause: "The project's metadata and its bump configuration hold different versions.",
    cure: "Let the bump configuration write the file that the build backend reads the version from.",
  },
});
