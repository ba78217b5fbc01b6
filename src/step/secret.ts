import { inspect } from "node:util";

/** A value that must not be seen. It prints as `[MASKED]` by itself; `reveal` is called only where it leaves on purpose. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[MASKED]";
  }

  toJSON(): string {
    return "[MASKED]";
  }

  [inspect.custom](): string {
    return "[MASKED]";
  }
}
