import { artifactsError } from "../errors.ts";
import { at, type Position } from "./model.ts";

/** Gathers what is wrong in files, so that one run shows all of it. */
export class Findings {
  readonly problems: string[] = [];
  readonly warnings: string[] = [];

  problem(position: Position, message: string): void {
    this.problems.push(`${at(position)}: ${message}`);
  }

  warn(position: Position, message: string): void {
    this.warnings.push(`${at(position)}: ${message}`);
  }

  /** @throws {StepError} E_ARTIFACTS_FILE with every problem, where there is any. */
  throwIfAny(): void {
    if (this.problems.length > 0)
      throw artifactsError("E_ARTIFACTS_FILE", this.problems.join("\n"));
  }
}
