import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

import { packErrors } from "./errors.ts";
import { formatOf } from "./format.ts";
import { checkReplaceable } from "./write-directory.ts";

export interface OutputPlace {
  output: string;
  /** The environment to pack, where it is there already. */
  prefix?: string | undefined;
}

/**
 * Looks whether the pack can be made under that name: what is found only after an environment was made and packed has
 * cost minutes.
 *
 * @throws E_PACK_OPTIONS, E_OUTPUT_FOLDER, E_OUTPUT_EXISTS
 */
export async function checkOutput({ output, prefix }: OutputPlace): Promise<void> {
  const target = resolve(output);
  const format = formatOf(output);
  if (prefix !== undefined && (await isWithin(prefix, target)))
    throw packErrors(
      "E_PACK_OPTIONS",
      `${target} lies in the environment ${prefix} that is packed; the next pack would hold this one`,
    );
  if (format === "directory") return checkReplaceable(target);
  const isFolder = async (path: string) =>
    (await stat(path).catch(() => undefined))?.isDirectory() === true;
  if (!(await isFolder(dirname(target))))
    throw packErrors("E_OUTPUT_FOLDER", `Folder ${dirname(target)} does not exist`);
  if (await isFolder(target))
    throw packErrors("E_OUTPUT_EXISTS", `${target} is a directory; the pack would be a file`);
}

async function isWithin(folder: string, path: string): Promise<boolean> {
  const real = (some: string) => realpath(some).catch(() => some);
  const place = join(await real(dirname(path)), basename(path));
  const way = relative(await real(folder), place);
  return way !== ".." && !way.startsWith(`..${sep}`);
}
