import type { Clock } from "./clock.ts";
import type { Environment } from "./inputs/read.ts";
import type { Terminal } from "./log/terminal.ts";

/** The world that a step runs in: the process's, or a test's. */
export interface World {
  readonly env: Environment;
  readonly cwd: string;
  readonly out: Terminal;
  readonly err: Terminal;
  readonly clock: Clock;
  /** Aborted with the error to end with. */
  readonly signal: AbortSignal;
}
