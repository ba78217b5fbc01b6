import { versionErrors } from "../errors.ts";
import { PatternError, translatePattern } from "../text/python-regex.ts";
import { matchTimed, MatchTimeout, versionLengthLimit } from "../text/timed-match.ts";

/** A compiled `parse` option. */
export interface VersionPattern {
  readonly source: string;
  readonly groups: readonly string[];
  /** The texts of the groups of the first match; `undefined` where the pattern does not occur. */
  match(text: string): PatternMatch | undefined;
}

export interface PatternMatch {
  /** What was matched; the text around it is no part of the version. */
  readonly matched: string;
  /** Group name to text; a group without a match, or with an empty one, is absent. */
  readonly captures: ReadonlyMap<string, string>;
}

/**
 * Compiles a `parse` option: Python's syntax, verbose, searched for and not anchored.
 *
 * @throws E_VERSION_PATTERN naming the option and the position.
 */
export function compileVersionPattern(source: string, where: string): VersionPattern {
  const { expression, groups } = translate(source, where);
  const seen = seenWith(source);
  return {
    source,
    groups,
    match(text) {
      if (text.length > versionLengthLimit)
        throw versionErrors(
          "E_VERSION_UNREADABLE",
          `A version of ${text.length} characters is longer than ${versionLengthLimit}: '${text.slice(0, 40)}…'`,
        );
      if (!seen.has(text)) seen.set(text, asMatch(matchWithin(expression, text, where)));
      return seen.get(text);
    },
  };
}

function asMatch(found: RegExpExecArray | null): PatternMatch | undefined {
  if (found === null) return undefined;
  const captures = Object.entries(found.groups ?? {}).filter(([, capture]) => capture);
  return { matched: found[0], captures: new Map(captures) };
}

/**
 * What a pattern made of the versions it was given. A release reads the same few versions again and again, out of the
 * same configuration in several commits, and each match within a time limit costs a thread.
 */
const seenByPattern = new Map<string, Map<string, PatternMatch | undefined>>();

function seenWith(source: string): Map<string, PatternMatch | undefined> {
  const seen = seenByPattern.get(source) ?? new Map<string, PatternMatch | undefined>();
  seenByPattern.set(source, seen);
  return seen;
}

function translate(source: string, where: string) {
  try {
    return translatePattern(source, { verbose: true });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw versionErrors(
      "E_VERSION_PATTERN",
      `${where} is not a valid regular expression: ${error.message}`,
      { cause: error },
    );
  }
}

function matchWithin(expression: RegExp, text: string, where: string): RegExpExecArray | null {
  try {
    return matchTimed(expression, text);
  } catch (error) {
    if (!(error instanceof MatchTimeout)) throw error;
    throw versionErrors("E_VERSION_PATTERN", `${where} on '${text}': ${error.message}`, {
      hint: "Nested repetitions such as (a+)+ take exponential time. Simplify the pattern.",
      cause: error,
    });
  }
}
