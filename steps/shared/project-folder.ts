import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { defineErrors, exit, type Place, type StepError } from "../../src/step/index.ts";

export const projectErrors = defineErrors({
  E_PROJECT_DIR: {
    exit: exit.config,
    cause: "PROJECT_DIR does not name a folder.",
    cure: "Set PROJECT_DIR to the folder of the project, relative to the working directory.",
  },
});

/** A rule of steps that can do nothing without the project's files. */
export async function requireProject(
  values: { readonly PROJECT_DIR: string },
  { cwd }: Place,
): Promise<readonly StepError[]> {
  const folder = resolve(cwd, values.PROJECT_DIR);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return [];
  return [projectErrors("E_PROJECT_DIR", `PROJECT_DIR is ${folder}, which is no folder`)];
}
