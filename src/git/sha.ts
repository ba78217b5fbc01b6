import { gitErrors } from "./errors.ts";

declare const brand: unique symbol;

/** The full id of a git object: 40 lower-case hex digits, or 64 in a SHA-256 repository (G15). */
export type Sha = string & { readonly [brand]: "Sha" };

export type ObjectFormat = "sha1" | "sha256";

export function isSha(text: string): text is Sha {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/**
 * Takes a text as an object id.
 *
 * @throws {StepError} E_GIT_FAILED where it is none: what git printed is not what its manual says.
 */
export function toSha(text: string): Sha {
  if (isSha(text)) return text;
  throw gitErrors("E_GIT_FAILED", `'${text.slice(0, 80)}' is not the id of a git object.`);
}

/** The first eight digits, as GitLab shows them. */
export const shortSha = (sha: Sha): string => sha.slice(0, 8);
