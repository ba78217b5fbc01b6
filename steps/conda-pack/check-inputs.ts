import { type Format, formatOf } from "../../src/conda/index.ts";
import { type Problem, StepError } from "../../src/step/index.ts";

/** Rules across inputs, and what a suffix says: told together with everything else that is wrong. */
export function checkInputs(values: {
  CONDA_PREFIX_TO_PACK: string | undefined;
  PACK_OUTPUT: string | undefined;
  PACK_NAME: string | undefined;
  PACK_VERSION: string | undefined;
}): readonly Problem[] {
  // Read one by one: a wrong name must not keep a wrong suffix from being told.
  if (values.PACK_OUTPUT !== undefined) return checkSuffix(values.PACK_OUTPUT);
  if (values.CONDA_PREFIX_TO_PACK === undefined) return [];
  const { PACK_NAME, PACK_VERSION } = values;
  return Object.entries({ PACK_NAME, PACK_VERSION })
    .filter(([, value]) => value === undefined)
    .map(([name]) => ({
      name,
      got: "nothing",
      expected: "a value, because CONDA_PREFIX_TO_PACK is packed as it is",
      cure: "Set it, or name the file by PACK_OUTPUT.",
    }));
}

function checkSuffix(output: string): readonly Problem[] {
  if (knownFormat(output) !== undefined) return [];
  const expected = "a name ending in .tgz, .tar.gz, .tar.zst, .tar, .zip, or none for a directory";
  return [
    { name: "PACK_OUTPUT", got: JSON.stringify(output), expected, cure: "Correct the suffix." },
  ];
}

/** The format of the output; `undefined` for a suffix that is none of ours. */
export function knownFormat(output: string): Format | undefined {
  try {
    return formatOf(output);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return undefined;
  }
}
