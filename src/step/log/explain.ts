import type { StepError } from "../errors.ts";
import { slipwayVersion } from "../version.ts";

/** An error as lines for a person: what happened, what to do, and the causes behind it. */
export function explain(error: StepError, withStack = false): readonly string[] {
  const [first = "", ...more] = error.message.split("\n");
  return [
    first,
    ...more,
    ...(error.hint === undefined ? [] : [`What to do: ${error.hint}`]),
    ...causesOf(error).map((cause) => `  because: ${cause}`),
    ...(withStack || error.code === "E_DEFECT" ? stackOf(error) : []),
    ...(error.code === "E_DEFECT" ? [machine] : []),
  ];
}

/** What a report of a defect must say. */
const machine = `    slipway ${slipwayVersion}, node ${process.version}, ${process.platform} ${process.arch}`;

/** The messages behind an error, the nearest first. */
export function causesOf(error: StepError): readonly string[] {
  return causes(error.cause, new Set([error.message]));
}

function causes(cause: unknown, told: Set<string>): readonly string[] {
  if (cause === undefined || cause === null || told.size > 6) return [];
  const message = cause instanceof Error ? cause.message : String(cause);
  const next = cause instanceof Error ? cause.cause : undefined;
  const rest = () => causes(next, new Set([...told, message]));
  const isTold = [...told].some((text) => text.includes(message));
  return message === "" || isTold ? rest() : [message, ...rest()];
}

function stackOf(error: StepError): readonly string[] {
  const innermost = error.cause instanceof Error ? error.cause : error;
  return (innermost.stack ?? "").split("\n").slice(1);
}
