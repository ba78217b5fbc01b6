import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import type { Checkout } from "./checkout.ts";
import { commitFiles } from "./commit-files.ts";
import { type Commit, readCommit } from "./commit.ts";
import { gitErrors } from "./errors.ts";
import { gitFailed, type GitOptions, type GitResult } from "./git.ts";
import type { Repository } from "./private-repository.ts";
import { type Sha, shortSha } from "./sha.ts";

/**
 * Makes a commit of the private repository the HEAD of the checkout: its objects are copied, the index takes the
 * given paths from it, and last HEAD (or the branch it stands for) moves on. The working files are the caller's.
 *
 * Adopting a commit that is HEAD already only repairs the index, so that a run may be stopped anywhere and repeated.
 *
 * @param paths the files that the commit changed, from the top of the work tree.
 * @throws {StepError} E_CHECKOUT_LOCKED, E_CHECKOUT_MOVED.
 */
export async function adoptCommit(
  repository: Repository,
  checkout: Checkout,
  id: Sha,
  paths: readonly string[],
): Promise<void> {
  const commit = await readCommit(repository, id);
  await copyObjects(repository, checkout);
  await updateIndex(repository, checkout, id, paths);
  if (checkout.head !== id) await moveHead(repository, checkout, commit);
}

/** Copies what the private repository holds and the checkout does not: always loose, for nothing was fetched. */
async function copyObjects({ directory }: Repository, { objectDirectory }: Checkout) {
  const source = join(directory, "objects");
  const folders = (await readdir(source)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  const copying = folders.map(async (folder) => {
    const [names] = await Promise.all([
      readdir(join(source, folder)),
      mkdir(join(objectDirectory, folder), { recursive: true }),
    ]);
    for (const name of names)
      await copyObject(join(source, folder, name), join(objectDirectory, folder), name);
  });
  await Promise.all(copying);
}

async function copyObject(from: string, folder: string, name: string): Promise<void> {
  const target = join(folder, name);
  if ((await stat(target).catch(() => undefined)) !== undefined) return;
  // As git does it: a reader sees the whole object or none. Left-overs of a kill are swept by git's own gc.
  const temporary = join(folder, `tmp_obj_${randomUUID().slice(0, 8)}`);
  try {
    await copyFile(from, temporary, constants.COPYFILE_EXCL);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function updateIndex(
  repository: Repository,
  checkout: Checkout,
  id: Sha,
  paths: readonly string[],
): Promise<void> {
  const entries = await entriesOf(repository, id, paths);
  await writeIndex(repository, checkout, entries);
}

/** Entries as `git ls-files --stage` tells them, without the path: `100644 1a2b… 0`. */
export async function entriesOf(
  repository: Repository,
  id: Sha,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const { entries } = commitFiles(repository, id, "");
  const found = new Map<string, string>();
  for (const path of paths) {
    const entry = (await entries(posix.dirname(path)))?.get(posix.basename(path));
    if (entry !== undefined) found.set(path, `${entry.mode} ${entry.id} 0`);
  }
  return found;
}

export async function writeIndex(
  repository: Repository,
  checkout: Checkout,
  entries: ReadonlyMap<string, string>,
): Promise<void> {
  const input = Array.from(entries, ([path, entry]) => `${entry}\t${path}\0`).join("");
  await writeCheckout(repository, checkout, ["update-index", "-z", "--index-info"], { input });
}

async function moveHead(
  repository: Repository,
  checkout: Checkout,
  { id, parents, committer, message }: Commit,
): Promise<void> {
  const [parent] = parents;
  if (parent === undefined || parent !== checkout.head) throw movedFrom(checkout, parent);
  const reason = `slipway: ${message.split("\n")[0] ?? ""}`;
  await writeCheckout(repository, checkout, ["update-ref", "-m", reason, "HEAD", id, parent], {
    variables: {
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: `@${committer.seconds} ${committer.zone}`,
    },
  });
}

/** Runs one of the commands that write into the checkout; none runs hooks or filters here. */
export async function writeCheckout(
  { git }: Repository,
  checkout: Checkout,
  args: readonly string[],
  options: GitOptions,
): Promise<void> {
  // An empty work tree: to write the index, git looks again into files as young as the index, through their filters.
  const { gitDirectory } = checkout;
  const result = await git.run(args, { ...options, gitDirectory, workTree: git.emptyFolder });
  if (result.exitCode !== 0) throw writeFailed(checkout, args, result);
}

function writeFailed(checkout: Checkout, args: readonly string[], result: GitResult) {
  const lock = /Unable to create '([^']+\.lock)': File exists/.exec(result.stderr)?.[1];
  if (lock !== undefined)
    return gitErrors("E_CHECKOUT_LOCKED", `The checkout is locked by ${lock}.`);
  if (/is at [0-9a-f]+ but expected/.test(result.stderr)) return movedFrom(checkout, checkout.head);
  return gitFailed(args, result);
}

export function movedFrom({ root }: Checkout, expected: Sha | undefined) {
  const where = expected === undefined ? "a commit without parents" : shortSha(expected);
  return gitErrors("E_CHECKOUT_MOVED", `HEAD of ${root} is no longer on ${where}.`);
}
