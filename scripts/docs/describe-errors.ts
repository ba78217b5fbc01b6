import type { DescribedError } from "../../src/overview/explain.ts";
import type { Step } from "../../src/step/index.ts";
import type { ErrorArea } from "./load.ts";

/** Every error of every area with the steps that end with it; those of the kit are any step's. */
export function describeErrors(
  areas: readonly ErrorArea[],
  steps: readonly Step[],
): readonly DescribedError[] {
  return areas.flatMap(({ name: area, tables }) =>
    tables.flatMap((table) =>
      Object.entries(table).map(([code, { exit, cause, cure }]) => ({
        code,
        exit,
        cause,
        cure,
        steps: area === "step" ? ("any" as const) : stepsWith(code, steps),
      })),
    ),
  );
}

/** A step may take single errors out of a domain's table. */
function stepsWith(code: string, steps: readonly Step[]): readonly string[] {
  return steps
    .filter(({ errors }) => errors.some((table) => Object.hasOwn(table, code)))
    .map(({ name }) => name);
}
