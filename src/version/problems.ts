import { StepError } from "../step/errors.ts";

/** Gathers what is wrong, so that one run shows every mistake and not only the first. */
export class Problems {
  readonly #errors: StepError[] = [];

  add(error: StepError): void {
    if (!this.#errors.some(({ message }) => message === error.message)) this.#errors.push(error);
  }

  /** Runs the work; a problem that it throws is kept, and `undefined` stands for its result. */
  collect<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.#keep(error);
      return undefined;
    }
  }

  async collectAsync<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#keep(error);
      return undefined;
    }
  }

  get any(): boolean {
    return this.#errors.length > 0;
  }

  /** @throws {StepError} the only problem as it is; several as one error with the code of the first. */
  throwIfAny(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    if (others.length === 0) throw first;
    throw new StepError({
      code: first.code,
      exit: first.exit,
      message: [`${this.#errors.length} problems:`, ...this.#errors.map(asItem)].join("\n"),
      hint: "Nothing was changed. Correct them all, then run the step again.",
      cause: new AggregateError(this.#errors),
    });
  }

  #keep(error: unknown): void {
    if (!(error instanceof StepError)) throw error;
    this.add(error);
  }
}

function asItem({ message, hint }: StepError): string {
  const lines = hint === undefined ? message : `${message}\n${hint}`;
  return `- ${lines.replaceAll("\n", "\n  ")}`;
}
