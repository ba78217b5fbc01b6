import { artifactsError } from "../errors.ts";
import { at, type Position } from "./model.ts";

/** Gathers what is wrong in files, so that one run shows all of it. */
export class Findings {
  readonly problems: string[] = [];
  readonly warnings: string[] = [];
  readonly #unreadable = new Set<string>();

  problem(position: Position, message: string): void {
    this.problems.push(`${at(position)}: ${message}`);
  }

  warn(position: Position, message: string): void {
    this.warnings.push(`${at(position)}: ${message}`);
  }

  /** Remembers a declaration whose mistakes were told: `the cache hdfs`. */
  markUnreadable(title: string): void {
    this.#unreadable.add(title);
  }

  /** Whether it is declared, only not as it must be: nobody shall hear that it is missing, too. */
  isUnreadable(title: string): boolean {
    return this.#unreadable.has(title);
  }

  /** @throws {StepError} E_ARTIFACTS_FILE with every problem, where there is any. */
  throwIfAny(): void {
    if (this.problems.length > 0)
      throw artifactsError("E_ARTIFACTS_FILE", this.problems.join("\n"));
  }
}
