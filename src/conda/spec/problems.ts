import { condaError } from "../errors.ts";
import type { StepError } from "../../step/errors.ts";

/** Collects what is wrong in one file, so that one run shows all of it. */
export class SpecProblems {
  readonly file: string;
  readonly errors: string[] = [];
  readonly warnings: string[] = [];

  constructor(file: string) {
    this.file = file;
  }

  error(line: number, message: string): void {
    this.errors.push(`${this.file}:${line}: ${message}`);
  }

  warn(line: number, message: string): void {
    this.warnings.push(`${this.file}:${line}: ${message}`);
  }
}

export function problemsError({ file, errors }: SpecProblems): StepError {
  return condaError("E_CONDA_FILE", errors.join("\n"), { hint: `Correct ${file}.` });
}
