import type { StepError } from "../errors.ts";
import { kitError } from "../kit-errors.ts";
import type { Problem } from "./read.ts";

/** All wrong inputs in one error. */
export function wrongInputs(problems: readonly Problem[]): StepError {
  const [first] = problems;
  if (problems.length === 1 && first?.alone !== undefined) return first.alone;
  const count =
    problems.length === 1 ? "One input is wrong" : `${problems.length} inputs are wrong`;
  const lines = problems.map(
    ({ name, got, expected, cure }) => `  ${name}: got ${got}, expected ${expected}; ${cure}`,
  );
  return kitError("E_INPUTS", `${count}:\n${lines.join("\n")}`);
}
