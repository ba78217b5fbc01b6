import process from "node:process";
import { slipwayVersion } from "../step/version.ts";

/** A command of the image, as its definition describes it. */
export interface Described {
  readonly name: string;
  /** One sentence without a full stop. */
  readonly summary: string;
}

const commands: Readonly<Record<string, (steps: readonly Described[]) => string>> = {
  "--help": overview,
  "--version": () => `slipway ${slipwayVersion}\n`,
};

/** The command `slipway`: what there is, for whoever runs the image without a command. */
export function run(steps: readonly Described[]): void {
  const [command = "--help", ...more] = process.argv.slice(2);
  const print = more.length === 0 ? commands[command] : undefined;
  if (print === undefined) {
    process.stderr.write(`slipway takes --help or --version.\n\n${overview(steps)}`);
    process.exitCode = 2;
  } else {
    process.stdout.write(print(steps));
  }
}

/** @returns every step with its sentence, and how one is run. */
export function overview(steps: readonly Described[]): string {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const rows = steps.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}.`);
  return [
    `Slipway ${slipwayVersion}: release steps for GitLab CI, each configured by environment variables.`,
    `Steps:\n${rows.join("\n")}`,
    'In a job:      script: [bump-version, tag-release]\nOn a laptop:   docker run --rm -v "$PWD:/repo" IMAGE conda-pack\nWhat it takes: <step> --help',
  ]
    .join("\n\n")
    .concat("\n");
}
