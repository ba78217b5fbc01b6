import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import {
  checkCacheFolder,
  checkCompression,
  checkOutput,
  packErrors,
  smokeErrors,
} from "../../src/conda/index.ts";
import type { PackContext } from "./inputs.ts";

/**
 * Looks at the places that inputs name, before an environment is made and in a dry run, too.
 *
 * @throws E_PACK_OPTIONS, E_COMPRESSOR_MISSING, E_OUTPUT_FOLDER, E_OUTPUT_EXISTS, E_PACK_CACHE, E_SMOKE_FOLDER
 */
export async function checkPlaces({ inputs, cwd, environment }: PackContext): Promise<void> {
  const { CONDA_PREFIX_TO_PACK: prefix, PACK_OUTPUT, PACK_LEVEL: level, PACK_SMOKE_DIR } = inputs;
  const options = {
    compressor: inputs.PACK_COMPRESSOR,
    ...(level !== undefined && { level }),
    searchPath: environment["PATH"] ?? "",
  };
  if (PACK_OUTPUT === undefined) {
    checkCompression("tar.gz", options);
    const folder = resolve(cwd, "dist");
    if ((await stat(folder).catch(() => undefined))?.isDirectory() === false)
      throw packErrors("E_OUTPUT_FOLDER", `${folder} is a file; the pack goes into a folder`);
  } else
    await checkOutput({
      ...options,
      output: resolve(cwd, PACK_OUTPUT),
      prefix: prefix === undefined ? undefined : resolve(cwd, prefix),
    });
  if (inputs.PACK_CACHE_DIR !== undefined)
    await checkCacheFolder(resolve(cwd, inputs.PACK_CACHE_DIR));
  if (!inputs.PACK_SMOKE_TEST || PACK_SMOKE_DIR === undefined) return;
  const folder = resolve(cwd, PACK_SMOKE_DIR);
  const there = await stat(folder).catch(() => undefined);
  if (there?.isDirectory() !== true)
    throw smokeErrors("E_SMOKE_FOLDER", `PACK_SMOKE_DIR: ${folder} is not a folder`);
}
