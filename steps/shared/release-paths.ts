import { realpath, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { globs, type StepContext } from "../../src/step/index.ts";

export const releasePathsInput = {
  RELEASE_PATHS: globs({
    optional: true,
    about:
      "Folders whose commits count for a release, in a repository of several projects; * and ** stand for folders. By default PROJECT_DIR.",
    example: "packages/api, libs/shared",
  }),
};

type PathsContext = Pick<StepContext, "cwd" | "variable"> & {
  readonly inputs: {
    readonly RELEASE_PATHS: readonly string[] | undefined;
    readonly PROJECT_DIR: string;
  };
};

/**
 * The folders from the repository's root, with slashes.
 *
 * @returns a sentence for each that lies elsewhere.
 */
export async function readReleasePaths({ inputs, cwd, variable }: PathsContext): Promise<{
  paths: readonly string[];
  problems: readonly string[];
}> {
  const here = await realpath(cwd);
  // A job that fetches nothing has no .git to look for.
  const root = (await findRoot(here)) ?? (await realpath(variable("CI_PROJECT_DIR") ?? here));
  const paths: string[] = [];
  const problems: string[] = [];
  for (const given of inputs.RELEASE_PATHS ?? [inputs.PROJECT_DIR]) {
    const path = relative(root, resolve(here, given)).split(sep).join("/");
    if (path.split("/")[0] === "..")
      problems.push(`RELEASE_PATHS: ${JSON.stringify(given)} lies outside of the repository.`);
    else paths.push(path);
  }
  return { paths, problems };
}

async function findRoot(folder: string): Promise<string | undefined> {
  const isThere = await stat(join(folder, ".git")).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  return dirname(folder) === folder ? undefined : findRoot(dirname(folder));
}
