import { readFileSync } from "node:fs";
import {
  chmod,
  lutimes,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import type { Log } from "../../step/log.ts";
import { piecesOf, type Content } from "./content.ts";
import type { Entry, Group } from "./entry.ts";
import { packErrors } from "./errors.ts";
import { codeOf } from "./guards.ts";
import { ownerName, sweepLeftovers } from "../../step/leftovers.ts";
import { type DiskPath, onDisk } from "./raw-path.ts";

/**
 * Writes the groups as a folder with the same content as the archive. It comes into being beside the target and takes its
 * place when it is whole; what is there already must be empty or an earlier pack.
 *
 * @param prove called with the new folder before it gets its name
 * @throws E_OUTPUT_EXISTS, E_OUTPUT_FOLDER, E_PACK_DISK_FULL
 */
export async function writeDirectory(
  groups: readonly Group[],
  target: string,
  {
    log,
    signal,
    prove,
  }: { log: Log; signal?: AbortSignal | undefined; prove?: (folder: string) => Promise<void> },
): Promise<void> {
  await checkReplaceable(target);
  await sweepLeftovers(dirname(target), `${basename(target)}.`);
  const part = `${target}.${await ownerName()}.part`;
  const entries = groups.flatMap((group) => group.entries);
  const progress = log.progress("Packing", entries.length, "files");
  try {
    await mkdir(part, { mode: 0o755 });
    const folders = new Set<string>();
    for (const entry of entries) {
      signal?.throwIfAborted();
      await writeEntry(part, entry, folders);
      progress.advance(1);
    }
    await prove?.(part);
    await takePlace(part, target);
  } catch (cause) {
    await rm(part, { recursive: true, force: true });
    if (codeOf(cause) === "ENOSPC" || codeOf(cause) === "EDQUOT")
      throw packErrors("E_PACK_DISK_FULL", `No space left: ${dirname(target)} is full`, { cause });
    throw cause;
  } finally {
    progress.end();
  }
}

/** @throws E_OUTPUT_FOLDER, E_OUTPUT_EXISTS */
export async function checkReplaceable(target: string): Promise<void> {
  if ((await stat(dirname(target)).catch(() => undefined))?.isDirectory() !== true)
    throw packErrors("E_OUTPUT_FOLDER", `Folder ${dirname(target)} does not exist`);
  const there = await readdir(target).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    if (codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  });
  if (there === undefined || (there.length > 0 && !isPack(target)))
    throw packErrors("E_OUTPUT_EXISTS", `${target} already holds something that is not a pack`);
}

function isPack(folder: string): boolean {
  try {
    return readFileSync(join(folder, "bin/activate"), "utf8").includes("_slipway_prefix");
  } catch {
    return false;
  }
}

async function takePlace(part: string, target: string): Promise<void> {
  const old = `${part}.old`;
  const hadOld = await rename(target, old).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return false;
      throw error;
    },
  );
  await rename(part, target);
  if (hadOld) await rm(old, { recursive: true, force: true });
}

async function writeEntry(root: string, entry: Entry, folders: Set<string>): Promise<void> {
  const place = onDisk(root, entry.path);
  const slash = entry.path.lastIndexOf("/");
  await makeFolder(root, slash === -1 ? "" : entry.path.slice(0, slash), folders);
  if (entry.kind === "directory") {
    await makeFolder(root, entry.path, folders);
  } else if (entry.kind === "link") {
    await symlink(Buffer.from(entry.target, "latin1"), place);
    await lutimes(place, entry.mtimeSeconds, entry.mtimeSeconds);
  } else {
    await writeContent(place, entry.content);
    await chmod(place, entry.mode);
    await utimes(place, entry.mtimeSeconds, entry.mtimeSeconds);
  }
}

async function makeFolder(root: string, folder: string, folders: Set<string>): Promise<void> {
  if (folder === "" || folders.has(folder)) return;
  const slash = folder.lastIndexOf("/");
  await makeFolder(root, slash === -1 ? "" : folder.slice(0, slash), folders);
  await mkdir(onDisk(root, folder));
  // Whatever the umask.
  await chmod(onDisk(root, folder), 0o755);
  folders.add(folder);
}

async function writeContent(place: DiskPath, content: Content): Promise<void> {
  const handle = await open(place, "wx");
  try {
    for (const piece of piecesOf(content)) await handle.writeFile(piece);
  } finally {
    await handle.close();
  }
}
