import { condaError, packErrors, smokeErrors } from "../src/conda/index.ts";
import { defineStep } from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import { checkInputs } from "./conda-pack/check-inputs.ts";
import { packStepErrors } from "./conda-pack/errors.ts";
import { packInputs, packOutputs } from "./conda-pack/inputs.ts";
import { nothingToRelease } from "./shared/nothing-to-release.ts";
import { projectErrors } from "./shared/project-folder.ts";

const places = () => import("./conda-pack/check-places.ts");

export default defineStep({
  name: "conda-pack",
  summary: "Pack the project and its conda environment into one archive that runs anywhere",
  inputs: packInputs,
  outputs: packOutputs,
  examples: [
    {
      title: "Make the environment, install the project, pack both into dist/",
      command: "conda-pack",
    },
    {
      title: "Pack an environment that is there, as small as it gets",
      command:
        "CONDA_PREFIX_TO_PACK=/opt/conda/envs/jobs PACK_OUTPUT=jobs.tgz PACK_COMPRESSOR=builtin PACK_LEVEL=9 conda-pack",
    },
  ],
  errors: [
    packErrors.table,
    smokeErrors.table,
    condaError.table,
    packStepErrors.table,
    projectErrors.table,
    versionErrors.table,
  ],
  // An environment that is there has nothing to do with the release.
  idle: (beforehand) =>
    beforehand.variable("CONDA_PREFIX_TO_PACK") === undefined
      ? nothingToRelease(beforehand)
      : undefined,
  // What looks at the machine takes as long to load as help and version take in all.
  check: [
    checkInputs,
    async (...given) => (await places()).checkCompressor(...given),
    async (...given) => (await places()).checkOutputPlace(...given),
    async (...given) => (await places()).checkCachePlace(...given),
    async (...given) => (await places()).checkSmokePlace(...given),
    async (...given) => (await import("./conda-pack/check-source.ts")).checkSource(...given),
  ],
  async plan(context) {
    const { planPacking } = await import("./conda-pack/plan.ts");
    return planPacking(context);
  },
});
