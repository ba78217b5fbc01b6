import { StepError } from "../../step/errors.ts";
import { asStepError } from "../../step/translate.ts";

/** One artifact that failed. */
export interface Failed {
  readonly name: string;
  readonly error: unknown;
}

/** The one error to end with where several artifacts failed: the highest class wins, and all are listed (R17). */
export function worstOf(failures: readonly Failed[], total: number): StepError | undefined {
  const all = failures.map(({ name, error }) => ({ name, error: asStepError(error) }));
  const [worst, ...rest] = all.toSorted((left, right) => right.error.exit - left.error.exit);
  if (worst === undefined || (rest.length === 0 && total === 1)) return worst?.error;
  return new StepError({
    code: worst.error.code,
    exit: worst.error.exit,
    message: `${all.length} of ${total} artifacts failed:\n${all
      .map(({ name, error }) => `- ${name}: ${error.code}: ${error.message}`)
      .join("\n")}`,
    ...(worst.error.hint === undefined ? {} : { hint: worst.error.hint }),
    cause: worst.error,
  });
}
