import type { Step } from "../define.ts";
import { type Environment, type GivenText, namesReadBy, takesFile } from "../inputs/read.ts";
import type { Redactor } from "../redact/redactor.ts";

/** How the run itself was steered is not part of what went wrong. */
const notReproduced = new Set([
  "DRY_RUN",
  "SLIPWAY_DRY_RUN",
  "SLIPWAY_DOTENV",
  "SLIPWAY_REPORT_DIR",
  "SLIPWAY_IMAGE",
  "LOG_FORMAT",
  // It says only that a job's page shows the log.
  "GITLAB_CI",
]);

/** What a run was given, as far as the same run elsewhere needs it. */
export interface GivenToRun {
  readonly step: Step;
  /** Every input that has a text, with where it came from; those that every step has, too. */
  readonly given: ReadonlyMap<string, GivenText>;
  /** Variables that the plan read by itself. */
  readonly variables: ReadonlySet<string>;
  readonly env: Environment;
}

/** One variable of a reproduction. */
export type Variable =
  /** The caller's own environment has it. `isFile`: it holds the path of a file. */
  | { kind: "secret"; name: string; isFile: boolean }
  | { kind: "list"; name: string; value: string; isPath: boolean }
  /** `fileName`: the variable that takes a file instead, where the value does not fit on a line. */
  | { kind: "value"; name: string; value: string; isPath: boolean; fileName?: string };

/** Inputs that were given, the predefined variables they fell back to, and what the plan read; names are unique. */
export function variablesOf(run: GivenToRun, redactor: Redactor): readonly Variable[] {
  const found = new Map<string, Variable>();
  for (const [name, given] of run.given) {
    const variable = ofInput(name, given, run.step, redactor);
    if (variable !== undefined) found.set(name, variable);
  }
  const inputs = Object.values(run.step.inputs);
  const secrets = new Set(inputs.flatMap(({ secret, from = [] }) => (secret ? from : [])));
  const read = [...run.variables, ...namesReadBy(run.step.inputs).filter(isPredefined)];
  for (const name of read) {
    const value = run.env[name] ?? "";
    if (value === "" || found.has(name) || notReproduced.has(name)) continue;
    const isSecret = secrets.has(name) || redactor.masks(value);
    found.set(
      name,
      isSecret
        ? { kind: "secret", name, isFile: false }
        : { kind: "value", name, value, isPath: false },
    );
  }
  // A job token dies with its job; on a laptop a personal token takes its place.
  if (found.has("CI_JOB_TOKEN") && Object.hasOwn(run.step.inputs, "GITLAB_TOKEN")) {
    found.set("GITLAB_TOKEN", { kind: "secret", name: "GITLAB_TOKEN", isFile: false });
  }
  return [...found.values()];
}

function ofInput(
  name: string,
  { text, origin }: GivenText,
  { inputs }: Step,
  redactor: Redactor,
): Variable | undefined {
  if (notReproduced.has(name) || origin.kind === "default") return undefined;
  const input = inputs[name];
  const isFile = input?.kind === "secret file";
  if (input?.secret === true || isFile || redactor.masks(text))
    return { kind: "secret", name, isFile };
  // It finds its way from the predefined variable by itself, and then says so.
  if (origin.kind === "variable" && isPredefined(origin.name)) return undefined;
  const isPath = input?.kind === "path" || input?.kind === "globs";
  if (input?.list === true) return { kind: "list", name, value: text, isPath };
  const value: Variable = { kind: "value", name, value: text, isPath };
  return input !== undefined && takesFile(input) ? { ...value, fileName: `${name}_FILE` } : value;
}

function isPredefined(name: string): boolean {
  return /^(CI|GITLAB_USER)_/.test(name);
}
