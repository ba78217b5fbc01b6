import { checkSpec, findEnvironmentFile } from "../../src/conda/index.ts";
import { StepError } from "../../src/step/index.ts";
import { folderSource, findPythonProject, normalizePep440 } from "../../src/version/index.ts";
import { type Check, examining, verdicts } from "./check.ts";
import type { SetupContext } from "./inputs.ts";

/** Whether conda-pack would find what it packs: the environment's description and a project that pip installs. */
export async function checkPacking(
  { inputs, environment }: SetupContext,
  folder: string,
): Promise<readonly Check[]> {
  const file = await findEnvironmentFile(folder, inputs.CONDA_ENVIRONMENT_FILE).catch(orNone);
  const isNamed = inputs.CONDA_ENVIRONMENT_FILE !== undefined;
  const conda = verdicts("conda-environment", "Conda environment file", "sound, with python in it");
  const environmentCheck = await examining(conda, async () => {
    if (file instanceof StepError) {
      if (isNamed) throw file;
      return conda.ok("none: conda-pack is not used");
    }
    await checkSpec(file, environment);
    return conda.ok(file.slice(folder.length + 1));
  });
  return [environmentCheck, await checkPython(folder, !(file instanceof StepError))];
}

async function checkPython(folder: string, isPacked: boolean): Promise<Check> {
  const check = verdicts("python-project", "Python project", "pip can install it");
  return examining(check, async () => {
    const project = await findPythonProject(folderSource(folder));
    if (project === undefined) {
      if (!isPacked) return check.ok("none");
      return check.wrong(
        "there is neither pyproject.toml nor setup.py",
        "Add a pyproject.toml with [build-system] and [project]: conda-pack installs the project with pip.",
      );
    }
    const { problems, name, version } = project;
    if (problems.length > 0)
      return check.wrong(problems.join("; "), "Correct it: pip would refuse the project.");
    const normal = version === undefined ? undefined : normalizePep440(version);
    if (version !== undefined && normal === undefined)
      return check.wrong(
        `${project.file}: version '${version}' is none that pip takes`,
        "Write it as PEP 440 has it: 1.2.0, 1.2.0.dev0.",
      );
    return check.ok(`${name ?? "a project"} by ${project.file}`);
  });
}

function orNone(error: unknown): StepError {
  if (error instanceof StepError) return error;
  throw error;
}
