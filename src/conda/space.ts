import { statfs } from "node:fs/promises";
import { humanSize } from "../step/log/progress.ts";
import { condaError } from "./errors.ts";

/**
 * Tells a full file system from other failures.
 *
 * @param neededBytes what the work takes about in all
 * @returns E_CONDA_SPACE, or the error itself
 */
export async function translateSpace(
  thrown: unknown,
  folder: string,
  neededBytes: number,
): Promise<unknown> {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : "";
  if (code !== "ENOSPC" && code !== "EDQUOT") return thrown;
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  const more = Math.max(neededBytes - free, 1_000_000);
  return condaError(
    "E_CONDA_SPACE",
    `No space left: ${folder} needs about ${humanSize(more)} more.`,
    {
      cause: thrown,
    },
  );
}
