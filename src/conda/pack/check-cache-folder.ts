import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";

import { packErrors } from "./errors.ts";

/** File systems that show the kernel's state (statfs(2)): files that are made there are not kept. */
const kernelViews = new Map([
  [0x9fa0, "proc"],
  [0x62656572, "sysfs"],
  [0x63677270, "cgroup2"],
  [0x27e0eb, "cgroup"],
]);

/**
 * Looks whether a cache could be kept in the folder, without making it.
 *
 * @throws E_PACK_CACHE
 */
export async function checkCacheFolder(folder: string): Promise<void> {
  let existing = folder;
  let found = await stat(existing).catch(() => undefined);
  while (found === undefined && dirname(existing) !== existing) {
    existing = dirname(existing);
    found = await stat(existing).catch(() => undefined);
  }
  if (found?.isDirectory() === false)
    throw packErrors("E_PACK_CACHE", `PACK_CACHE_DIR is ${folder}, but ${existing} is a file`);
  const view = kernelViews.get((await statfs(existing)).type);
  if (view === undefined) return;
  throw packErrors(
    "E_PACK_CACHE",
    `PACK_CACHE_DIR is ${folder}, but ${existing} is a view of the kernel (${view}), not a disk`,
  );
}
