import { basename, dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import type { ErrorDefinition, Step } from "../../src/step/index.ts";

export type ErrorTable = Readonly<Record<string, ErrorDefinition>>;

/** The errors of one domain, by the name of its folder. */
export interface ErrorArea {
  readonly name: string;
  readonly tables: readonly ErrorTable[];
}

/** Every step of the image, by name. */
export async function loadSteps(root: string): Promise<readonly Step[]> {
  const files = globSync("steps/*.ts", { cwd: root }).toSorted();
  return Promise.all(
    files.map(async (file): Promise<Step> => {
      const module: { default: Step } = await import(join(root, file));
      return module.default;
    }),
  );
}

/** Every error table of the source, the kit's first. */
export async function loadErrorAreas(root: string): Promise<readonly ErrorArea[]> {
  const domains = globSync("src/*/errors.ts", { cwd: root, ignore: "src/step/**" }).toSorted();
  return Promise.all(
    ["src/step/kit-errors.ts", ...domains].map(async (file) => {
      const module: Readonly<Record<string, unknown>> = await import(join(root, file));
      return { name: basename(dirname(file)), tables: Object.values(module).flatMap(tableOf) };
    }),
  );
}

function tableOf(exported: unknown): readonly ErrorTable[] {
  if (typeof exported !== "function" || !("table" in exported)) return [];
  return isTable(exported.table) ? [exported.table] : [];
}

function isTable(value: unknown): value is ErrorTable {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every(
      (entry: unknown) =>
        typeof entry === "object" &&
        entry !== null &&
        "exit" in entry &&
        "cause" in entry &&
        "cure" in entry,
    )
  );
}
