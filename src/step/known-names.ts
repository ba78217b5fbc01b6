import { commonInputs } from "./common-inputs.ts";
import type { Step } from "./define.ts";
import { namesReadBy, takesFile } from "./inputs/read.ts";

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

/** Variables that hold the path of a file whatever they are called: `GITLAB_TOKEN_FILE`, `SIGNING_KEY_FILE`. */
export function pathNames({ inputs }: Pick<Step, "inputs">): ReadonlySet<string> {
  const names = Object.entries({ ...commonInputs, ...inputs }).flatMap(([name, input]) => {
    if (input.kind === "secret file") return [name];
    const file = `${name}_FILE`;
    return takesFile(input) && !Object.hasOwn(inputs, file) ? [file] : [];
  });
  return new Set(names);
}

/**
 * Names that are near to those of a step by chance: conda-pack's PACK_VERSION, and what it packed; git's own variables
 * beside GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL.
 */
const siblings = [
  "PACK_VERSION",
  "GIT_AUTHOR_DATE",
  "GIT_COMMITTER_NAME",
  "GIT_COMMITTER_EMAIL",
  "GIT_COMMITTER_DATE",
];
