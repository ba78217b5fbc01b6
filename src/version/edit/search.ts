import { versionErrors } from "../errors.ts";
import { escapePattern } from "../text/escape.ts";
import { PatternError, translatePattern } from "../text/python-regex.ts";
import { matchAllTimed, MatchTimeout } from "../text/timed-match.ts";
import { endsInWord, startsWord } from "../text/words.ts";

/** A piece of a search text: characters as they are, or any run of what a build number is made of. */
export type Token = { readonly kind: "text"; readonly text: string } | { readonly kind: "run" };

/** A rendered search. */
export interface Search {
  readonly tokens: readonly Token[];
  readonly isRegex: boolean;
  /** Whether a place counts only where the version does not go on behind it. */
  readonly endsVersion: boolean;
}

/** Where a search text occurs, in bytes. */
export interface Place {
  readonly start: number;
  readonly end: number;
  /** Whether a search text that starts with a line end stands at the start of the file, without one. */
  readonly lacksLineEnd?: boolean;
}

const runSource = "[0-9A-Za-z._-]+";

/** For messages: what is searched for. */
export function describeSearch({ tokens }: Search): string {
  return tokens.map((token) => (token.kind === "text" ? token.text : "*")).join("");
}

/**
 * All places of a search text in a file.
 *
 * Line feeds match LF and CRLF. A digit at an edge of the text does not match inside a longer number. A text that
 * starts with a letter prefers the places at a word start, where there are any.
 *
 * @throws E_VERSION_PATTERN for an invalid regular expression, naming `where`.
 */
export function findPlaces(bytes: Buffer, search: Search, where: string): Place[] {
  return search.isRegex ? findByPattern(bytes, search, where) : findLiterally(bytes, search);
}

function findLiterally(bytes: Buffer, { tokens, endsVersion }: Search): Place[] {
  const first = edgeText(tokens.at(0));
  const last = edgeText(tokens.at(-1));
  const startsLine = first.startsWith("\n");
  const source = tokens.map(literalSource).join("");
  const expression = new RegExp(
    [
      // A search text that starts with a line end also stands at the start of the file.
      startsLine ? String.raw`(?:\r?\n|(?<=^(?:\xEF\xBB\xBF)?))` : "",
      /^\d/.test(first) ? String.raw`(?<!\d)` : "",
      startsLine ? source.replace(String.raw`\r?\n`, "") : source,
      /\d$/.test(last) ? String.raw`(?!\d)` : "",
      endsVersion ? "(?![0-9A-Za-z+-])" : "",
    ].join(""),
    "g",
  );
  const text = bytes.toString("latin1");
  const places = Array.from(text.matchAll(expression), (found) => ({
    start: found.index,
    end: found.index + found[0].length,
    lacksLineEnd: startsLine && !/^\r?\n/.test(found[0]),
  }));
  if (!startsWord(first)) return places;
  const atWordStart = places.filter(
    ({ start }) => !endsInWord(bytes.subarray(Math.max(0, start - 4), start).toString()),
  );
  return atWordStart.length === 0 ? places : atWordStart;
}

/** Bytes are searched as Latin-1, so that invalid UTF-8 elsewhere in the file survives. */
function literalSource(token: Token): string {
  if (token.kind === "run") return runSource;
  const bytes = Buffer.from(token.text.replaceAll("\r\n", "\n")).toString("latin1");
  return escapePattern(bytes).replaceAll("\n", String.raw`\r?\n`);
}

function edgeText(token: Token | undefined): string {
  return token?.kind === "text" ? token.text : "";
}

function findByPattern(bytes: Buffer, search: Search, where: string): Place[] {
  const pattern = search.tokens
    .map((token) => (token.kind === "text" ? token.text : runSource))
    .join("");
  const decoded = bytes.toString();
  const encoding = Buffer.from(decoded).equals(bytes) ? "utf8" : "latin1";
  const text = encoding === "utf8" ? decoded : bytes.toString("latin1");
  try {
    const { expression } = translatePattern(pattern, { multiline: true, dotAll: true });
    return matchAllTimed(expression, text).map(({ start, end }) => ({
      start: Buffer.byteLength(text.slice(0, start), encoding),
      end: Buffer.byteLength(text.slice(0, end), encoding),
    }));
  } catch (error) {
    if (!(error instanceof PatternError || error instanceof MatchTimeout)) throw error;
    const reason = `search of ${where} is not a usable regular expression: ${error.message}`;
    throw versionErrors("E_VERSION_PATTERN", reason, { cause: error });
  }
}
