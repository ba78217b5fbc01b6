import { basename, resolve } from "node:path";
import {
  checkInstallable,
  checkPrefix,
  checkSpec,
  editableError,
  editableLines,
  findEnvironmentFile,
} from "../../src/conda/index.ts";
import { errorsOf, type Place, type StepError, type Values } from "../../src/step/index.ts";
import { folderSource, readConfiguredVersion } from "../../src/version/index.ts";
import { requireProject } from "../shared/project-folder.ts";
import type { packInputs } from "./inputs.ts";

/**
 * A rule: what is packed is there and can be read, the environment that is named or the project. What is found only
 * after an environment was made has cost minutes.
 */
export async function checkSource(
  inputs: Values<typeof packInputs>,
  place: Place,
): Promise<readonly StepError[]> {
  const { CONDA_PREFIX_TO_PACK, CONDA_ENVIRONMENT_FILE, PROJECT_DIR } = inputs;
  const { cwd, environment: env, clock } = place;
  if (CONDA_PREFIX_TO_PACK !== undefined)
    return errorsOf(() => checkPrefix(resolve(cwd, CONDA_PREFIX_TO_PACK)));
  const missing = await requireProject(inputs, place);
  if (missing.length > 0) return missing;
  const folder = resolve(cwd, PROJECT_DIR);
  return errorsOf(
    async () => {
      const file = await findEnvironmentFile(folder, CONDA_ENVIRONMENT_FILE);
      const editables = editableLines(await checkSpec(file, env), folder);
      if (editables.length > 0 && !inputs.PACK_IGNORE_EDITABLE)
        throw editableError(`${basename(file)}: ${editables.join(", ")}`);
    },
    () => checkInstallable(folder),
    () => readConfiguredVersion(folderSource(folder), { env, now: clock.now() }),
  );
}
