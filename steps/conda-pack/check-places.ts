import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import {
  checkCacheFolder,
  checkCompression,
  checkOutput,
  packErrors,
  smokeErrors,
} from "../../src/conda/index.ts";
import { errorsOf, type Place, type StepError, type Values } from "../../src/step/index.ts";
import { knownFormat } from "./check-inputs.ts";
import type { packInputs } from "./inputs.ts";

type Inputs = Values<typeof packInputs>;
type Found = Promise<readonly StepError[]>;

/** A rule: what is asked for can compress the pack. */
export async function checkCompressor(inputs: Inputs, { environment }: Place): Found {
  const { PACK_COMPRESSOR: compressor, PACK_LEVEL: level, PACK_OUTPUT } = inputs;
  const format = PACK_OUTPUT === undefined ? "tar.gz" : knownFormat(PACK_OUTPUT);
  if (format === undefined) return [];
  return errorsOf(() =>
    checkCompression(format, {
      compressor,
      ...(level !== undefined && { level }),
      searchPath: environment["PATH"] ?? "",
    }),
  );
}

/** A rule: the pack can be made where it shall go. */
export async function checkOutputPlace(inputs: Inputs, { cwd }: Place): Found {
  const { CONDA_PREFIX_TO_PACK, PACK_OUTPUT } = inputs;
  if (PACK_OUTPUT === undefined) return errorsOf(() => checkDefaultFolder(resolve(cwd, "dist")));
  if (knownFormat(PACK_OUTPUT) === undefined) return [];
  const output = resolve(cwd, PACK_OUTPUT);
  const prefix = CONDA_PREFIX_TO_PACK && resolve(cwd, CONDA_PREFIX_TO_PACK);
  return errorsOf(() => checkOutput({ output, prefix }));
}

async function checkDefaultFolder(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => undefined);
  if (there?.isDirectory() === false)
    throw packErrors("E_OUTPUT_FOLDER", `${folder} is a file; the pack goes into a folder`);
}

/** A rule: a cache of segments can be kept where it is named. */
export async function checkCachePlace({ PACK_CACHE_DIR }: Inputs, { cwd }: Place): Found {
  if (PACK_CACHE_DIR === undefined) return [];
  return errorsOf(() => checkCacheFolder(resolve(cwd, PACK_CACHE_DIR)));
}

/** A rule: the pack can be tried out where it is named. */
export async function checkSmokePlace(inputs: Inputs, { cwd }: Place): Found {
  const { PACK_SMOKE_TEST, PACK_SMOKE_DIR } = inputs;
  if (!PACK_SMOKE_TEST || PACK_SMOKE_DIR === undefined) return [];
  const folder = resolve(cwd, PACK_SMOKE_DIR);
  const there = await stat(folder).catch(() => undefined);
  if (there?.isDirectory() === true) return [];
  return [smokeErrors("E_SMOKE_FOLDER", `PACK_SMOKE_DIR: ${folder} is not a folder`)];
}
