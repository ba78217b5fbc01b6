import { readFileSync } from "node:fs";
import { join } from "node:path";
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

/** Every error table of the source by domain, the kit's first and those of single steps last. */
export async function loadErrorAreas(root: string): Promise<readonly ErrorArea[]> {
  const files = globSync("{src,steps}/**/*.ts", { cwd: root })
    .filter((file) => file !== "src/step/errors.ts" && definesErrors(join(root, file)))
    .toSorted((one, other) => compareTexts(orderOf(one), orderOf(other)));
  const areas = new Map<string, ErrorTable[]>();
  for (const file of files) {
    const module: Readonly<Record<string, unknown>> = await import(join(root, file));
    const [, name = ""] = file.split("/");
    areas.set(name, [...(areas.get(name) ?? []), ...Object.values(module).flatMap(tableOf)]);
  }
  return [...areas].map(([name, tables]) => ({ name, tables }));
}

function definesErrors(file: string): boolean {
  return readFileSync(file, "utf8").includes("= defineErrors(");
}

function orderOf(file: string): string {
  return file.startsWith("src/step/") ? "" : file;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
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
