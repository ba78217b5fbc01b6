import { relative } from "node:path";
import type { Environment } from "../inputs/read.ts";

/** Where the checkout is inside the reproducing container. */
export const mount = "/repo";

/** The folders of the runner that a laptop has not. */
export interface RunnerPaths {
  /** What becomes {@link mount}: the project folder of the job, else the working directory. */
  readonly project: string;
  readonly cwd: string;
  readonly builds: string | undefined;
}

export function runnerPaths(env: Environment, cwd: string): RunnerPaths {
  const project = env["CI_PROJECT_DIR"] || cwd;
  const inside = cwd === project || cwd.startsWith(`${project}/`);
  return { project: inside ? project : cwd, cwd, builds: env["CI_BUILDS_DIR"] || undefined };
}

/** @returns the path as seen from the checkout's top; `undefined` where it is not below it. */
export function fromCheckout({ project }: RunnerPaths, path: string): string | undefined {
  const seen = relative(project, path);
  return seen === ".." || seen.startsWith("../") ? undefined : seen || ".";
}

/** @returns the value with the checkout's path re-rooted; `undefined` where it holds another path of the runner. */
export function reRoot(
  value: string,
  { project, cwd, builds }: RunnerPaths,
  isPath: boolean,
): string | undefined {
  const rooted = [project, cwd]
    .filter((root) => root !== "/")
    .reduce((text, root) => text.replace(wholePath(root), () => mount), value);
  if (builds !== undefined && wholePath(builds).test(rooted)) return undefined;
  // Whatever an absolute path named on the runner is not there on a laptop.
  const absolute = rooted.startsWith("/") && rooted !== mount && !rooted.startsWith(`${mount}/`);
  return isPath && absolute ? undefined : rooted;
}

/** The path itself or the beginning of one below it, but not of a neighbour that only shares letters. */
function wholePath(root: string): RegExp {
  return new RegExp(`(?<![\\w./-])${RegExp.escape(root)}(?![\\w.-])`, "g");
}
