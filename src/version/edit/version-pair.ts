import { joinPieces, type Piece } from "../scheme/format.ts";
import type { Scheme, VersionValue } from "../scheme/scheme.ts";
import { serializeVersion } from "../scheme/serialize.ts";
import { withNames, type Names } from "../text/names.ts";
import type { Token } from "./search.ts";

/** One side of a bump: the version as it is written, and its parts. */
export interface VersionText {
  readonly text: string;
  readonly value: VersionValue;
}

/** A bump from one version to another. */
export interface VersionPair {
  readonly current: VersionText;
  readonly next: VersionText;
}

/** The names for messages, tags, searches and replacements: both versions, the parts of both, the surroundings. */
export function pairNames({ current, next }: VersionPair, around: Names): Names {
  const values = new Map([
    ["current_version", current.text],
    ["new_version", next.text],
  ]);
  for (const [name, value] of current.value) values.set(`current_${name}`, value);
  for (const [name, value] of next.value) values.set(`new_${name}`, value);
  return withNames(values, around);
}

/** What a file may hold for the current version, the likeliest first. */
export function currentTexts(
  scheme: Scheme,
  { text, value }: VersionText,
  around: Names,
): Token[][] {
  const written: Token[] = [{ kind: "text", text }];
  const pieces = serializeVersion(scheme, value, around);
  const rendered = joinPieces(pieces);
  // The file holds the previous build number: as characters, it would stay glued behind the new version.
  if (pieces.some(({ isVolatile }) => isVolatile)) return [toTokens(pieces), written];
  return rendered === text ? [written] : [written, [{ kind: "text", text: rendered }]];
}

/** Pieces as a search: volatile ones match any run. */
export function toTokens(pieces: readonly Piece[]): Token[] {
  const tokens: Token[] = [];
  for (const { text, isVolatile } of pieces) {
    const last = tokens.at(-1);
    if (isVolatile) tokens.push({ kind: "run" });
    else if (last?.kind === "text")
      tokens[tokens.length - 1] = { kind: "text", text: last.text + text };
    else if (text !== "") tokens.push({ kind: "text", text });
  }
  return tokens;
}
