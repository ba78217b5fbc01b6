import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { condaError } from "../errors.ts";

const marker = ".slipway-incomplete";

/**
 * Makes the folder of a new environment. What a killed run left there is removed; anything else that lies there
 * is not touched.
 *
 * @throws E_CONDA_PREFIX where the folder holds something else
 */
export async function startPrefix(prefix: string): Promise<void> {
  await removeIncomplete(prefix);
  await mkdir(prefix, { recursive: true });
  if ((await readdir(prefix)).length > 0)
    throw condaError("E_CONDA_PREFIX", `${prefix} is not empty.`, {
      hint: "Remove it, or let the environment be made at another path.",
    });
  await mkdir(join(prefix, "conda-meta"));
  await writeFile(join(prefix, "conda-meta", marker), "");
}

/** Says that the environment is whole. */
export async function finishPrefix(prefix: string): Promise<void> {
  await rm(join(prefix, "conda-meta", marker), { force: true });
}

/** Removes an environment that was begun and not finished. */
export async function removeIncomplete(prefix: string): Promise<void> {
  const names: readonly string[] = await readdir(join(prefix, "conda-meta")).catch(() => []);
  if (names.includes(marker)) await rm(prefix, { recursive: true, force: true });
}
