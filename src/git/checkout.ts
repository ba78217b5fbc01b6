import { realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gitErrors } from "./errors.ts";
import { findGit, type Git, type GitContext } from "./git.ts";
import { isSha, type ObjectFormat, type Sha } from "./sha.ts";

/** The repository that the job works in. Its configuration, hooks and attributes are those of an attacker (G18). */
export interface Checkout {
  /** Top of the work tree, without links. */
  readonly root: string;
  readonly gitDirectory: string;
  /** Where its objects are, also for a linked work tree. */
  readonly objectDirectory: string;
  /** The list of commits whose parents are not there, or `undefined` where the history is whole. */
  readonly shallowFile: string | undefined;
  readonly objectFormat: ObjectFormat;
  /** The commit that is checked out; `undefined` before the first commit. */
  readonly head: Sha | undefined;
  /** `refs/heads/…` where a branch is checked out; `undefined` for a detached HEAD, as runners leave it. */
  readonly branch: string | undefined;
}

/**
 * Finds git and opens the work tree that holds a folder, with one child for both.
 *
 * @throws {StepError} E_GIT_MISSING, E_GIT_TOO_OLD, E_NO_REPOSITORY.
 */
export async function openGitAt(
  context: GitContext,
  folder: string,
): Promise<{ git: Git; checkout: Checkout }> {
  const { git, opening } = await startGitAt(context, folder);
  return { git, checkout: await opening };
}

/**
 * The same, for who has something else to do meanwhile: git has been started when this returns.
 *
 * @throws {StepError} E_GIT_MISSING, E_NO_REPOSITORY; E_GIT_TOO_OLD and E_NO_REPOSITORY in what is being opened.
 */
export async function startGitAt(
  context: GitContext,
  folder: string,
): Promise<{ git: Git; opening: Promise<Checkout> }> {
  const [git, root] = await Promise.all([findGit(context), findRoot(folder)]);
  if (root === undefined) throw notARepository(folder);
  return { git, opening: readCheckout(git, root, folder) };
}

/**
 * Opens the work tree that holds a folder, for reading. Runs nothing of what its configuration names.
 *
 * @throws {StepError} E_NO_REPOSITORY; E_GIT_TOO_OLD where git has not been asked for its version.
 */
export async function openCheckout(git: Git, folder: string): Promise<Checkout> {
  const root = await findRoot(folder);
  if (root === undefined) throw notARepository(folder);
  return readCheckout(git, root, folder);
}

async function readCheckout(git: Git, root: string, folder: string): Promise<Checkout> {
  const args = [
    "rev-parse",
    // Came with 2.31, as GIT_CONFIG_COUNT did: without it the hooks of the checkout would run (G18).
    pathFormat,
    "--git-dir",
    "--git-path",
    "objects",
    "--git-path",
    "shallow",
    "--is-shallow-repository",
    "--show-object-format",
    "HEAD^{commit}",
    "--symbolic-full-name",
    "HEAD",
  ];
  const { stdout, stderr } = await git.run(args, {
    cwd: root,
    // Runners check out as another user than the image's (G12).
    config: [["safe.directory", root]],
    variables: { GIT_CEILING_DIRECTORIES: dirname(root) },
  });
  const [gitDirectory, objectDirectory, shallow, isShallow, format, head = "", name = ""] = stdout
    .toString()
    .split("\n");
  // What rev-parse does not know, it repeats.
  if (gitDirectory === pathFormat)
    throw gitErrors("E_GIT_TOO_OLD", "The git on PATH is older than 2.31, which is needed.");
  if (!gitDirectory || !objectDirectory || (format !== "sha1" && format !== "sha256"))
    throw notARepository(folder, stderr);
  return {
    root,
    gitDirectory,
    objectDirectory,
    shallowFile: isShallow === "true" ? shallow : undefined,
    objectFormat: format,
    head: isSha(head) ? head : undefined,
    branch: name.startsWith("refs/heads/") ? name : undefined,
  };
}

const pathFormat = "--path-format=absolute";

/**
 * The commit that is checked out.
 *
 * @throws {StepError} E_NO_COMMITS.
 */
export function requireHead({ head, root }: Checkout): Sha {
  if (head === undefined) throw gitErrors("E_NO_COMMITS", `The repository ${root} has no commits.`);
  return head;
}

async function findRoot(folder: string): Promise<string | undefined> {
  let here = await realpath(folder).catch(() => undefined);
  while (here !== undefined) {
    if (await exists(join(here, ".git"))) return here;
    const parent = dirname(here);
    here = parent === here ? undefined : parent;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function notARepository(folder: string, said = "") {
  const detail = said.trim() === "" ? "" : `: ${said.trim()}`;
  return gitErrors("E_NO_REPOSITORY", `${folder} is not inside a git work tree${detail}`);
}
