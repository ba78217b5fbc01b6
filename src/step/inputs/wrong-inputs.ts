import { StepError } from "../errors.ts";
import { kitError } from "../kit-errors.ts";
import type { Problem } from "./read.ts";

/** All wrong inputs, and all that is wrong with what they name, in one error. */
export function wrongInputs(problems: readonly (Problem | StepError)[]): StepError {
  const [first, ...others] = problems;
  const alone = first instanceof StepError ? first : first?.alone;
  if (alone !== undefined && others.length === 0) return alone;
  const count = others.length === 0 ? "One input is wrong" : `${problems.length} inputs are wrong`;
  return kitError("E_INPUTS", `${count}:\n${problems.map(describe).join("\n")}`);
}

function describe(problem: Problem | StepError): string {
  if (problem instanceof StepError) {
    const { code, message, hint } = problem;
    const lines = hint === undefined ? [message] : [message, hint];
    return `  ${code}: ${lines.join("\n").replaceAll("\n", "\n    ")}`;
  }
  const { name, got, expected, cure } = problem;
  return `  ${name}: got ${got}, expected ${expected}; ${cure}`;
}
