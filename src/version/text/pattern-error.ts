/** A regular expression that Python would refuse, or that JavaScript cannot express. */
export class PatternError extends Error {
  /** Index of the character in the pattern, from 0, as Python's `re.error` counts. */
  readonly position: number;

  constructor(reason: string, position: number) {
    super(`${reason} at position ${position}`);
    this.name = "PatternError";
    this.position = position;
  }
}
