import { join, relative } from "node:path";
import type { Step } from "./define.ts";
import type { Environment, GivenText } from "./inputs/read.ts";
import { replaceFile } from "./outputs/replace-file.ts";
import type { Redactor } from "./redact/redactor.ts";

/** Where the checkout is inside the reproducing container. */
const mount = "/repo";

/** How the run itself was steered is not part of what went wrong. */
const notReproduced = new Set([
  "DRY_RUN",
  "SLIPWAY_DRY_RUN",
  "SLIPWAY_DOTENV",
  "SLIPWAY_REPORT_DIR",
  "SLIPWAY_IMAGE",
  "LOG_FORMAT",
]);

export interface Failure {
  step: Step;
  /** Every input that has a value, with where it came from. */
  given: ReadonlyMap<string, GivenText>;
  /** `CI_*` variables that the step read. */
  variables: ReadonlySet<string>;
  env: Environment;
  /** The job's working directory and project directory: paths below them are re-rooted, other paths of the runner left out. */
  cwd: string;
  reportFolder: string;
  image: string;
}

/**
 * Leaves `<step>.reproduce.env` in the report folder: what a laptop needs to see the same plan or the same error.
 *
 * Secrets stand there as bare names, which `docker run --env-file` passes through from the caller's environment.
 *
 * @returns the command to type.
 */
export async function writeReproduction(failure: Failure, redactor: Redactor): Promise<string> {
  const { step, reportFolder, cwd, image } = failure;
  const name = `${step.name}.reproduce.env`;
  const lines = [];
  const files = new Map<string, string>();
  for (const { name: variable, value, secret, list, fileFor } of variablesOf(failure)) {
    const line = envLine(variable, value, secret, list, failure);
    if (line !== undefined) lines.push(line);
    else if (fileFor && !secret) {
      const file = `${step.name}.${variable}.txt`;
      files.set(file, value);
      lines.push(`${variable}_FILE=${mount}/${join(relative(cwd, reportFolder), file)}`);
    }
  }
  for (const [file, content] of files)
    await replaceFile(join(reportFolder, file), redactor.redact(content));
  await replaceFile(
    join(reportFolder, name),
    redactor.redact(`${[...new Set(lines)].toSorted().join("\n")}\n`),
  );
  const envFile = relative(cwd, join(reportFolder, name));
  return `docker run --rm --env-file ${quote(envFile)} -e DRY_RUN=true -v "$PWD:${mount}" ${quote(image)} ${commandOf(step)}`;
}

function commandOf({ name, reproduceAfter }: Step): string {
  return reproduceAfter.length === 0 ? name : `sh -c '${[...reproduceAfter, name].join(" && ")}'`;
}

interface Variable {
  name: string;
  value: string;
  secret: boolean;
  list: boolean;
  /** Its input can be given as a file when the value has several lines. */
  fileFor: boolean;
}

function variablesOf({ step, given, variables, env }: Failure): readonly Variable[] {
  const found: Variable[] = [];
  for (const [name, { text, origin }] of given) {
    const input = step.inputs[name];
    if (notReproduced.has(name) || input === undefined || origin.kind === "default") continue;
    const secret = input.secret || input.kind === "secret file";
    found.push({ name, value: text, secret, list: input.list, fileFor: !input.list });
    // A job token dies with its job; on a laptop a personal token takes its place.
    if (name === "CI_JOB_TOKEN" && Object.hasOwn(step.inputs, "GITLAB_TOKEN")) {
      found.push({ name: "GITLAB_TOKEN", value: "", secret: true, list: false, fileFor: false });
    }
  }
  for (const name of variables) {
    const value = env[name] ?? "";
    if (value !== "" && !given.has(name))
      found.push({ name, value, secret: false, list: false, fileFor: false });
  }
  return found;
}

/** One line of docker's env-file format, which knows neither quotes nor line breaks; `undefined` where it does not fit. */
function envLine(
  name: string,
  value: string,
  secret: boolean,
  list: boolean,
  failure: Failure,
): string | undefined {
  if (secret) return name;
  const joined = list
    ? value
        .split("\n")
        .map((item) => item.trim())
        .filter(Boolean)
        .join(",")
    : value.trim();
  if (/[\r\n]/.test(joined)) return undefined;
  const rooted = reRoot(joined, failure);
  return rooted === undefined
    ? "# ".concat(name, " held a path of the runner")
    : `${name}=${rooted}`;
}

function reRoot(value: string, { cwd, env }: Failure): string | undefined {
  for (const root of new Set([env["CI_PROJECT_DIR"] ?? cwd, cwd])) {
    if (value === root) return mount;
    if (root !== "/" && value.startsWith(`${root}/`)) return mount + value.slice(root.length);
  }
  const builds = env["CI_BUILDS_DIR"];
  return builds !== undefined && builds !== "" && value.startsWith(`${builds}/`)
    ? undefined
    : value;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
