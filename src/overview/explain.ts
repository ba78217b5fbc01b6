import { exitCodes } from "../step/help.ts";
import { isNear } from "../step/inputs/near-miss.ts";

/** An error as its definition describes it. */
export interface DescribedError {
  readonly code: string;
  /** What the process ends with. */
  readonly exit: number;
  readonly cause: string;
  readonly cure: string;
  /** The steps that may end with it. */
  readonly steps: readonly string[] | "any";
}

const mostSuggestions = 8;

/**
 * Says what an error code means.
 *
 * @param given as somebody types it: in any case, with or without `E_`.
 * @returns `undefined` where there is no such code.
 */
export function explain(given: string, errors: readonly DescribedError[]): string | undefined {
  const code = spell(given);
  const found = errors.find((error) => error.code === code);
  if (found === undefined) return undefined;
  const { exit, cause, cure, steps } = found;
  const users = typeof steps === "string" ? steps : steps.join(", ");
  return `${[
    `${code}: exit code ${exit}, ${meaningOf(exit)}.`,
    `Cause: ${cause}`,
    `Cure:  ${cure}`,
    ...(users === "" ? [] : [`Steps: ${users}`]),
  ].join("\n")}\n`;
}

/** The codes that were perhaps meant: near in spelling, else with a word in common; the nearest first. */
export function suggest(given: string, errors: readonly DescribedError[]): readonly string[] {
  const code = spell(given);
  const codes = errors.map((error) => error.code);
  const near = codes.filter((known) => isNear(code, known));
  const part = code.slice("E_".length);
  const holding = codes.filter((known) => part.length > 2 && known.includes(part));
  const words = new Set(part.split("_").filter((word) => word.length > 2));
  const akin = codes
    .map((known) => ({
      known,
      shared: known.split("_").filter((word) => words.has(word)).length,
    }))
    .filter(({ shared }) => shared > 0)
    .toSorted((one, other) => other.shared - one.shared)
    .map(({ known }) => known);
  return [...new Set([...near, ...holding, ...akin])].slice(0, mostSuggestions);
}

function spell(given: string): string {
  const code = given.trim().toUpperCase().replaceAll("-", "_");
  return code.startsWith("E_") ? code : `E_${code}`;
}

function meaningOf(exit: number): string {
  const found = exitCodes.find(([codes]) => codes.split(", ").includes(String(exit)));
  return found?.[1] ?? "not documented";
}
