import { reRoot, type RunnerPaths } from "./paths.ts";
import type { Variable } from "./variables.ts";

/** How a variable is handed to `docker run`. */
export type Handed =
  | { kind: "line"; line: string }
  /** The value stands in a file, whose path the variable gets. */
  | { kind: "file"; name: string; variable: string; value: string }
  | { kind: "left out"; name: string; reason: string };

/** Docker reads an env-file line by line, by a scanner that takes no longer ones. */
const longestLine = 60_000;

/**
 * Fits a variable into docker's env-file format: `NAME=value` on one line without quotes or escapes; a bare name
 * passes the caller's own variable through.
 *
 * @see https://docs.docker.com/reference/cli/docker/container/run/#env
 */
export function handOver(variable: Variable, paths: RunnerPaths): Handed {
  const { name } = variable;
  if (variable.kind === "secret") return { kind: "line", line: name };
  const value =
    variable.kind === "list"
      ? rootedItems(variable.value, paths, variable.isPath)
      : reRoot(variable.value, paths, variable.isPath);
  if (value === undefined) return { kind: "left out", name, reason: "held a path of the runner" };
  if (fitsOnLine(value)) return { kind: "line", line: `${name}=${value}` };
  return variable.kind === "value" && variable.fileName !== undefined
    ? { kind: "file", name, variable: variable.fileName, value }
    : { kind: "left out", name, reason: "held several lines" };
}

function rootedItems(value: string, paths: RunnerPaths, isPath: boolean): string | undefined {
  const items = value
    .split("\n")
    .map((item) => item.trim())
    .filter((item) => item !== "")
    .map((item) => reRoot(item, paths, isPath));
  return items.includes(undefined) ? undefined : items.join(",");
}

function fitsOnLine(value: string): boolean {
  return !/[\r\n]/.test(value) && value.isWellFormed() && value.length <= longestLine;
}
