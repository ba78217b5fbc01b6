import { PatternError, PatternScanner, type ScopeFlags } from "./pattern-scanner.ts";

export { PatternError } from "./pattern-scanner.ts";

export interface TranslateOptions {
  /** White space and comments in the pattern do not count (`re.VERBOSE`). */
  verbose?: boolean;
  /** `^` and `$` also match at line ends (`re.MULTILINE`). */
  multiline?: boolean;
  /** `.` matches line feeds too (`re.DOTALL`). */
  dotAll?: boolean;
}

export interface TranslatedPattern {
  readonly expression: RegExp;
  /** The named groups, in the order of the pattern. */
  readonly groups: readonly string[];
}

/**
 * Translates a regular expression of Python's `re` to JavaScript's `RegExp`, without its `u` flag, because escapes
 * such as `\-` and `\"` are legal in Python.
 *
 * `\d`, `\w` and `\s` are taken as ASCII and JavaScript's own.
 *
 * @throws {PatternError} with the position, for what is invalid in Python or has no equivalent in JavaScript.
 */
export function translatePattern(
  pattern: string,
  { verbose = false, multiline = false, dotAll = false }: TranslateOptions = {},
): TranslatedPattern {
  const flags: ScopeFlags = { verbose, multiline, dotAll };
  const scanner = new PatternScanner(pattern, flags);
  const source = scanner.scan();
  try {
    return {
      expression: new RegExp(source, scanner.ignoreCase ? "gid" : "gd"),
      groups: scanner.groups,
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PatternError(error.message, 0);
  }
}
