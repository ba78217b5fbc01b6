import { exit, StepError } from "./errors.ts";

/**
 * Runs checks that each throw for what is wrong, so that all of it is told at once.
 *
 * @returns the errors, in the order of the checks
 * @throws what is no {StepError}: that is a defect
 */
export async function errorsOf(
  ...checks: readonly (() => unknown)[]
): Promise<readonly StepError[]> {
  const errors: StepError[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      errors.push(error);
    }
  }
  return errors;
}

/** One error that says what all of them say. What another run cannot cure goes before what may pass by itself. */
export function combineErrors(errors: readonly [StepError, ...StepError[]]): StepError {
  const [first, ...others] = errors;
  if (others.length === 0) return first;
  const lasting = errors.find((one) => one.exit !== exit.unavailable) ?? first;
  return new StepError({
    code: lasting.code,
    exit: lasting.exit,
    message: [...new Set(errors.map(({ message }) => message))].join("\n"),
    ...(lasting.hint === undefined ? {} : { hint: lasting.hint }),
    cause: lasting,
  });
}
