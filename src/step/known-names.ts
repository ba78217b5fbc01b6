import { commonInputs } from "./common-inputs.ts";
import type { Step } from "./define.ts";
import { namesReadBy } from "./inputs/read.ts";

/** Names that are no misspellings: of a step's own inputs and outputs, of those that every step has, and of what they fall back to. */
export function knownNames({ inputs, outputs }: Step): ReadonlySet<string> {
  const declared = [...Object.keys(commonInputs), ...Object.keys(inputs)];
  return new Set([
    ...siblings,
    ...declared,
    ...declared.map((name) => `${name}_FILE`),
    ...Object.keys(outputs),
    ...namesReadBy(inputs),
  ]);
}

/** Inputs of one step that are near to another's by chance: conda-pack's PACK_VERSION, and what it packed. */
const siblings = ["PACK_VERSION"];
