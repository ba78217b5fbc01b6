import { chmod, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { findLeftovers, ownerName } from "../../step/leftovers.ts";
import { versionErrors } from "../errors.ts";
import type { Edit } from "./working-copy.ts";

/**
 * Writes all edits below a folder, each through a file beside it that is then renamed, with the same mode.
 *
 * When one fails, those before it are put back from memory.
 *
 * @throws E_VERSION_WRITE
 */
export async function writeEdits(root: string, edits: readonly Edit[]): Promise<void> {
  const written: Edit[] = [];
  for (const edit of edits)
    try {
      await replaceFile(join(root, edit.path), edit.after);
      written.push(edit);
    } catch (error) {
      await restoreFiles(root, written);
      throw versionErrors(
        "E_VERSION_WRITE",
        `'${edit.path}' could not be written: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
}

/** Puts back what the files held before; those that hold it are not touched. */
export async function restoreFiles(root: string, edits: readonly Edit[]): Promise<void> {
  for (const { path, before } of edits) {
    const place = join(root, path);
    if (!(await readFile(place)).equals(before)) await replaceFile(place, before);
  }
}

/** What runs that were killed left beside files that they were writing. @returns paths below the folder. */
export async function findUnfinished(root: string, paths: readonly string[]): Promise<string[]> {
  const found = paths.map(async (path) => {
    const folder = posix.dirname(path);
    const names = await findLeftovers(join(root, folder), unfinishedName(path));
    return names.map((name) => posix.join(folder, name));
  });
  return (await Promise.all(found)).flat();
}

/** How the name of a file begins that is still being written; its owner follows. */
function unfinishedName(path: string): string {
  return `.${basename(path)}.slipway-`;
}

/** Whether every file holds what the edits put there. */
export async function holdsEdits(root: string, edits: readonly Edit[]): Promise<boolean> {
  for (const { path, after } of edits) {
    const bytes = await readFile(join(root, path));
    if (!bytes.equals(after)) return false;
  }
  return true;
}

async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  const { mode } = await stat(path);
  const beside = join(dirname(path), unfinishedName(path) + (await ownerName()));
  try {
    await writeFile(beside, bytes, { flag: "wx", flush: true });
    await chmod(beside, mode & 0o7777);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
