import { basename, join } from "node:path";
import { globSync } from "tinyglobby";
import type { Step } from "../../src/step/index.ts";

const root = join(import.meta.dirname, "../..");

/** Every step of the image, by the name of its file. */
export async function allSteps(): Promise<ReadonlyMap<string, Step>> {
  const files = globSync("steps/*.ts", { cwd: root }).toSorted();
  const loaded = files.map(async (file): Promise<[string, Step]> => {
    const module: { default: Step } = await import(join(root, file));
    return [basename(file, ".ts"), module.default];
  });
  return new Map(await Promise.all(loaded));
}
