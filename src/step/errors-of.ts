import { StepError } from "./errors.ts";

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
