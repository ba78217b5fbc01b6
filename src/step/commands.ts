import { existsSync } from "node:fs";
import { join } from "node:path";

/** The folder of the commands that belong to this very build: for steps that run other steps as processes. */
export function commandsFolder(): string {
  const besideBundle = join(import.meta.dirname, "../bin");
  return existsSync(besideBundle) ? besideBundle : join(import.meta.dirname, "../../dist/bin");
}
