import { join, resolve } from "node:path";
import type { InstalledProject } from "../../src/conda/index.ts";
import {
  folderSource,
  isDevelopmentVersion,
  isSameVersion,
  readConfiguredVersion,
} from "../../src/version/index.ts";
import { packStepErrors } from "./errors.ts";
import type { PackContext } from "./inputs.ts";

export interface PackName {
  name: string | undefined;
  version: string | undefined;
  /** Absolute. */
  output: string;
}

/** Decides on the name of an existing environment's pack; the inputs were checked to be enough. */
export function nameEnvironmentPack({ inputs, cwd, variable }: PackContext): PackName {
  const { PACK_NAME: name, PACK_VERSION: version, PACK_OUTPUT: output } = inputs;
  if (output !== undefined) return { name, version, output: resolve(cwd, output) };
  return { name, version, output: defaultOutput(cwd, name ?? "", version ?? "", variable) };
}

/**
 * Decides on the name of the project's pack. PACK_NAME and PACK_VERSION change the file's name, not what was packed.
 *
 * The version is the bump configuration's text, which is what the tag spells, where it is the same version as the
 * installed one (PEP 440: `0.16.0.dev` is installed as `0.16.0.dev0`).
 *
 * @throws E_PACK_VERSION where the two are different versions
 */
export async function nameProjectPack(
  context: PackContext,
  project: InstalledProject,
): Promise<PackName & { name: string; version: string }> {
  const { inputs, cwd, variable } = context;
  const name = project.name.toLowerCase().replaceAll(/[-_.]+/g, "-");
  const version = await readVersion(context, project);
  const { PACK_NAME = name, PACK_VERSION = version, PACK_OUTPUT } = inputs;
  const output =
    PACK_OUTPUT === undefined
      ? defaultOutput(cwd, PACK_NAME, PACK_VERSION, variable)
      : resolve(cwd, PACK_OUTPUT);
  return { name, version, output };
}

async function readVersion(
  { inputs, cwd, environment, clock }: PackContext,
  installed: InstalledProject,
): Promise<string> {
  const source = folderSource(resolve(cwd, inputs.PROJECT_DIR));
  const around = { env: environment, now: clock.now() };
  const configured = await readConfiguredVersion(source, around);
  if (configured === undefined) return installed.version;
  const { path, version } = configured;
  if (isSameVersion(version, installed.version)) return version;
  throw packStepErrors(
    "E_PACK_VERSION",
    `${path} says ${version}, but ${installed.name} was installed as ${installed.version}`,
  );
}

// A development version is packed many times: ref and commit give each pack a name, and so an address, of its own.
function defaultOutput(
  cwd: string,
  name: string,
  version: string,
  variable: PackContext["variable"],
): string {
  const ref = variable("CI_COMMIT_REF_SLUG");
  const sha = variable("CI_COMMIT_SHORT_SHA") ?? variable("CI_COMMIT_SHA")?.slice(0, 8);
  const which = isDevelopmentVersion(version) ? [ref, sha].filter(Boolean) : [];
  return join(cwd, "dist", `${[name, version, ...which].join("-")}.conda.tgz`);
}
