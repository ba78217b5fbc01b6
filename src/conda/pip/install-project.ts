import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { condaError } from "../errors.ts";
import {
  distInfoFolders,
  originOf,
  readInstalledProject,
  type InstalledProject,
} from "./installed-project.ts";
import { pipInstall, requirePython, type PipContext } from "./run-pip.ts";

export interface InstallProjectOptions extends PipContext {
  /** Absolute path of the folder with pyproject.toml, setup.cfg or setup.py. */
  readonly projectDir: string;
}

const markers = ["pyproject.toml", "setup.cfg", "setup.py"] as const;

/**
 * Installs the project into the environment with the environment's own python, never editable, and anew where it is
 * there already.
 *
 * @returns name, version, modules and scripts from its metadata as installed
 * @throws E_PROJECT_NOT_INSTALLABLE where the folder holds nothing that pip can install
 * @throws E_PIP_INSTALL, E_PIP_MISSING, E_CONDA_NO_PYTHON
 */
export async function installProject(options: InstallProjectOptions): Promise<InstalledProject> {
  const { prefix, log } = options;
  await requirePython(prefix);
  await checkInstallable(options.projectDir);
  const projectDir = await realpath(options.projectDir);
  const before = new Set(await distInfoFolders(prefix));
  // pip installs a folder anew even where the same version is there already; conda's packages stay as they are.
  await log.section(`Installing ${options.projectDir} with pip`, () =>
    pipInstall(options.projectDir, [projectDir], projectDir, options),
  );
  return readInstalledProject(prefix, await findDistInfo(prefix, projectDir, before));
}

/**
 * Looks whether the folder holds what pip installs.
 *
 * @throws E_PROJECT_NOT_INSTALLABLE
 */
export async function checkInstallable(path: string): Promise<void> {
  for (const marker of markers) {
    const found = await stat(join(path, marker)).catch(() => undefined);
    if (found?.isFile() === true) return;
  }
  throw condaError("E_PROJECT_NOT_INSTALLABLE", `${path} has none of ${markers.join(", ")}.`);
}

/** The project's metadata says where it came from; pip before 20.1 left no such note, but it is what is new then. */
async function findDistInfo(
  prefix: string,
  projectDir: string,
  before: ReadonlySet<string>,
): Promise<string> {
  const folders = await distInfoFolders(prefix);
  const wanted = pathToFileURL(projectDir).href;
  for (const folder of folders) {
    const origin = await originOf(prefix, folder);
    if (origin !== undefined && decodeURI(origin) === decodeURI(wanted)) return folder;
  }
  const [added, ...others] = folders.filter((folder) => !before.has(folder));
  if (added !== undefined && others.length === 0) return added;
  throw condaError(
    "E_PIP_INSTALL",
    `pip installed ${projectDir}, but the environment holds no metadata of it.`,
    { hint: "Does the project's build backend write a dist-info folder? Take a newer pip." },
  );
}
