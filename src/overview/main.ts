import process from "node:process";
import { slipwayVersion } from "../step/version.ts";
import { type DescribedError, explain, suggest } from "./explain.ts";

/** A command of the image, as its definition describes it. */
export interface Described {
  readonly name: string;
  /** One sentence without a full stop. */
  readonly summary: string;
}

/** The command `slipway`: what there is, for whoever runs the image without a command, and what an error code means. */
export function run(steps: readonly Described[], errors: readonly DescribedError[]): void {
  const [command = "--help", ...more] = process.argv.slice(2);
  if (command === "explain") {
    explainTo(more, errors);
  } else if (command === "--help" && more.length === 0) {
    process.stdout.write(overview(steps));
  } else if (command === "--version" && more.length === 0) {
    process.stdout.write(`slipway ${slipwayVersion}\n`);
  } else {
    refuse(`slipway takes --help, --version or explain CODE.\n\n${overview(steps)}`);
  }
}

function explainTo(given: readonly string[], errors: readonly DescribedError[]): void {
  const [code, ...more] = given;
  if (code === undefined || more.length > 0) {
    refuse("slipway explain takes one error code: slipway explain E_INPUTS\n");
    return;
  }
  const text = explain(code, errors);
  if (text !== undefined) {
    process.stdout.write(text);
    return;
  }
  const near = suggest(code, errors);
  const advice =
    near.length === 0
      ? "docs/errors.md lists all codes."
      : `Did you mean ${near.length === 1 ? near[0] : `one of ${near.join(", ")}`}?`;
  refuse(`There is no error code ${code}. ${advice}\n`);
}

function refuse(text: string): void {
  process.stderr.write(text);
  process.exitCode = 2;
}

/** @returns every step with its sentence, and how one is run. */
export function overview(steps: readonly Described[]): string {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const rows = steps.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}.`);
  return [
    `Slipway ${slipwayVersion}: release steps for GitLab CI, each configured by environment variables.`,
    `Steps:\n${rows.join("\n")}`,
    'In a job:      script: [bump-version, tag-release]\nOn a laptop:   docker run --rm -v "$PWD:/repo" IMAGE conda-pack\nWhat it takes: <step> --help\nAn error code: slipway explain CODE',
  ]
    .join("\n\n")
    .concat("\n");
}
