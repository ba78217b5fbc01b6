import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Environment } from "../environment.ts";
import { condaError } from "../errors.ts";
import { readCondaLock } from "./conda-lock.ts";
import type { EnvironmentSpec, Platform } from "./environment-spec.ts";
import { readExplicitList } from "./explicit-list.ts";
import { problemsError, SpecProblems } from "./problems.ts";
import { thisMachine } from "./virtual-packages.ts";

const usualNames = [
  "conda-environment.yaml",
  "conda-environment.yml",
  "environment.yml",
  "environment.yaml",
] as const;

/**
 * Finds the file that describes the project's environment.
 *
 * @param named what CONDA_ENVIRONMENT_FILE says, relative to the project folder; `undefined`: the usual names
 * @returns its path
 * @throws E_CONDA_FILE where there is none
 */
export async function findEnvironmentFile(
  projectDir: string,
  named?: string | undefined,
): Promise<string> {
  const names = named === undefined ? usualNames : [named];
  for (const name of names) {
    const path = resolve(projectDir, name);
    if (await isFile(path)) return path;
  }
  throw condaError(
    "E_CONDA_FILE",
    named === undefined
      ? `${projectDir} has none of ${usualNames.join(", ")}.`
      : `There is no file ${join(projectDir, named)}.`,
    {
      hint: 'Describe the environment, at least by "dependencies:" with "- python=3.11", or let CONDA_ENVIRONMENT_FILE name the file.',
    },
  );
}

/**
 * Reads an environment file, an explicit list (`@EXPLICIT`) or a conda-lock file; which one it is, its content says.
 *
 * @throws E_CONDA_FILE with all that is wrong in it, by line
 * @throws E_CONDA_NO_PYTHON where it asks for no python
 */
export async function readSpec(
  file: string,
  platform: Platform,
  warn: (message: string) => void,
): Promise<EnvironmentSpec> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw condaError("E_CONDA_FILE", `${file} cannot be read.`, { cause });
  });
  const problems = new SpecProblems(basename(file));
  const spec = await parse(file, text, platform, problems);
  for (const message of problems.warnings) warn(message);
  if (spec === undefined || problems.errors.length > 0) throw problemsError(problems);
  if (!asksForPython(spec))
    throw condaError(
      "E_CONDA_NO_PYTHON",
      `${basename(file)} must pin python (e.g. "- python=3.11").`,
    );
  return spec;
}

/**
 * Reads the file for its problems alone: they are told before anything is made, and in a dry run.
 *
 * @throws E_CONDA_FILE, E_CONDA_NO_PYTHON
 */
export async function checkSpec(file: string, env: Environment): Promise<EnvironmentSpec> {
  return readSpec(file, thisMachine(env).platform, () => {});
}

async function parse(
  file: string,
  text: string,
  platform: Platform,
  problems: SpecProblems,
): Promise<EnvironmentSpec | undefined> {
  if (/^@EXPLICIT\s*$/m.test(text)) return readExplicitList(file, text, platform, problems);
  const { parseYaml, readEnvironmentFile } = await import("./environment-file.ts");
  const { document, lines } = parseYaml(text, problems);
  if (problems.errors.length > 0) return undefined;
  const isLock = document.has("package") && document.has("metadata");
  return isLock
    ? readCondaLock(file, document.toJS(), platform, problems)
    : readEnvironmentFile(file, document, lines, platform, problems);
}

function asksForPython(spec: EnvironmentSpec): boolean {
  return spec.kind === "locked"
    ? spec.packages.some(({ url }) => /\/python-\d[^/]*$/.test(url))
    : spec.dependencies.some((dependency) =>
        /^([^\s:]+::)?python($|[\s=<>!~[])/i.test(dependency.spec),
      );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
