/** What a process ends with. Stable: `retry: exit_codes:` and `allow_failure: exit_codes:` rely on it. */
export const exit = {
  ok: 0,
  gate: 1,
  config: 2,
  refused: 3,
  unavailable: 4,
  machine: 5,
  defect: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

export interface StepErrorInit {
  /** Stable name, `E_` and upper snake case; a heading in docs/errors.md. */
  code: string;
  /** What the process ends with. */
  exit: ExitCode;
  /** What happened, with the values. Never a secret. */
  message: string;
  /** The likely cause and the next action. */
  hint?: string;
  cause?: unknown;
}

/** The one error a step ends with: a stable code, what happened, what to do, and why. */
export class StepError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly hint: string | undefined;

  constructor({ code, exit: exitCode, message, hint, cause }: StepErrorInit) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StepError";
    this.code = code;
    this.exit = exitCode;
    this.hint = hint;
  }
}

/** The definition of an error: what docs/errors.md says of its code. */
export interface ErrorDefinition {
  exit: ExitCode;
  /** What led to it, one sentence. */
  cause: string;
  /** What to do, one sentence. */
  cure: string;
}

/**
 * Declares the errors of one area in one table.
 *
 * The table is what docs/errors.md and `slipway explain` print; the returned function makes the errors.
 * The cure of the table is the hint unless the place that fails knows a better one.
 */
export function defineErrors<Code extends `E_${string}`>(table: Record<Code, ErrorDefinition>) {
  const raise = (
    code: Code,
    message: string,
    more: { hint?: string; cause?: unknown } = {},
  ): StepError => {
    const definition = table[code];
    return new StepError({
      code,
      exit: definition.exit,
      message,
      hint: more.hint ?? definition.cure,
      cause: more.cause,
    });
  };
  return Object.assign(raise, { table });
}
