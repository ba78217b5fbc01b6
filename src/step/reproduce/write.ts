import { join } from "node:path";
import type { Step } from "../define.ts";
import { replaceFile } from "../outputs/replace-file.ts";
import type { Redactor } from "../redact/redactor.ts";
import { type Handed, handOver } from "./env-file.ts";
import { fromCheckout, mount, reRoot, type RunnerPaths, runnerPaths } from "./paths.ts";
import { type GivenToRun, variablesOf } from "./variables.ts";

export interface Failure extends GivenToRun {
  cwd: string;
  /** `undefined` where no report can be written: the command then carries the variables itself. */
  reportFolder: string | undefined;
  image: string;
}

/**
 * Leaves `<step>.reproduce.env` in the report folder: what a laptop needs to see the same plan or the same error.
 *
 * Secrets stand there as bare names, which docker passes through from the caller's environment.
 *
 * @returns the command to type at the top of a checkout.
 */
export async function writeReproduction(failure: Failure, redactor: Redactor): Promise<string> {
  const { step, reportFolder, cwd, env, image } = failure;
  const paths = runnerPaths(env, cwd);
  const variables = variablesOf(failure, redactor);
  const handed = variables
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((variable) => handOver(variable, paths));
  const options =
    reportFolder === undefined
      ? handed.flatMap(asOption)
      : await writeFiles(handed, step, reportFolder, redactor, paths);
  const keys = variables.flatMap((variable) =>
    variable.kind === "secret" && variable.isFile ? [mountOf(variable.name)] : [],
  );
  const workFolder = reRoot(cwd, paths, true) ?? mount;
  return [
    "docker run --rm",
    ...options,
    "-e DRY_RUN=true",
    `-v "$PWD:${mount}"`,
    ...keys,
    ...(workFolder === mount ? [] : ["-w", quote(workFolder)]),
    quote(image),
    commandOf(step),
  ].join(" ");
}

/** @returns docker's options that bring the files in. */
async function writeFiles(
  handed: readonly Handed[],
  { name }: Step,
  folder: string,
  redactor: Redactor,
  paths: RunnerPaths,
): Promise<readonly string[]> {
  const envFile = join(folder, `${name}.reproduce.env`);
  const seen = fromCheckout(paths, folder);
  const mounted = seen === undefined ? "/slipway-report" : join(mount, seen);
  const lines = [];
  for (const one of handed) {
    if (one.kind === "line") lines.push(one.line);
    if (one.kind === "left out") lines.push(`# ${one.name} ${one.reason}`);
    if (one.kind !== "file") continue;
    const file = `${name}.${one.variable}.txt`;
    await replaceFile(join(folder, file), redactor.redact(`${one.value}\n`));
    lines.push(`${one.variable}=${mounted}/${file}`);
  }
  await replaceFile(envFile, redactor.redact(lines.map((line) => `${line}\n`).join("")));
  const option = ["--env-file", quote(fromCheckout(paths, envFile) ?? envFile)];
  const isMissing = seen === undefined && handed.some(({ kind }) => kind === "file");
  return isMissing ? [...option, "-v", quote(`${folder}:${mounted}:ro`)] : option;
}

/** Without files, the shell's quotes keep what an env-file could not. */
function asOption(handed: Handed): readonly string[] {
  switch (handed.kind) {
    case "line":
      return ["-e", quote(handed.line)];
    case "file":
      return ["-e", quote(`${handed.name}=${handed.value}`)];
    case "left out":
      return [];
  }
}

/** A key file of the caller is seen under its own path, where the variable that names it is set. */
function mountOf(name: string): string {
  return `\${${name}:+-v "$${name}:$${name}:ro"}`;
}

// What comes before must have happened for the step to see the same.
function commandOf({ name, reproduceAfter }: Step): string {
  const before = reproduceAfter.map((earlier) => `DRY_RUN=false ${earlier}`);
  return before.length === 0 ? name : `sh -c '${[...before, name].join(" && ")}'`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
