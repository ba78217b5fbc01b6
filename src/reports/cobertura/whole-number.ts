/** A whole number as GitLab's reader takes it, or why it does not. */
export type WholeNumber =
  | { kind: "whole"; value: number; isOctal: boolean }
  /** GitLab refuses the whole file (GC02). */
  | { kind: "invalid" };

const decimal = /^\s*([+-]?)(0|[1-9][0-9]*(?:_[0-9]+)*)\s*$/;
const octal = /^\s*[+-]?0_?[0-7]+(?:_[0-7]+)*\s*$/;

/** Reads as Ruby's `Integer()` does, but for octal numbers, which mean what they say here (GC18). */
export function parseWholeNumber(text: string): WholeNumber {
  const match = decimal.exec(text);
  if (match !== null)
    return {
      kind: "whole",
      value: Number(`${match[1]}${match[2]?.replaceAll("_", "")}`),
      isOctal: false,
    };
  if (octal.test(text))
    return { kind: "whole", value: Number(text.replaceAll("_", "")), isOctal: true };
  return { kind: "invalid" };
}
