import { basename } from "node:path";
import type { Log } from "../../step/log.ts";
import type { EnvironmentSpec } from "../spec/environment-spec.ts";
import { parseMatchSpec } from "../spec/match-spec.ts";

/** The specs of an environment file, with pip: the project is installed by it, and conda adds it, too. */
export function usedSpecs(
  { file, dependencies }: EnvironmentSpec & { kind: "dependencies" },
  log: Log,
): readonly string[] {
  const specs = dependencies.map(({ spec }) => spec);
  if (specs.some((spec) => parseMatchSpec(spec).name === "pip")) return specs;
  log.info(`${basename(file)} does not name pip: it is added, to install the project with`);
  return [...specs, "pip"];
}
