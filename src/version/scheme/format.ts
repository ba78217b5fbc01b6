import { readTemplate, renderField, type Names } from "../text/names.ts";
import type { Segment } from "../text/template.ts";
import type { VersionValue } from "./scheme.ts";

/** A `serialize` format. */
export interface Format {
  /** As it is written in the configuration. */
  readonly text: string;
  readonly where: string;
  readonly segments: readonly Segment[];
  /** Every name in it, once each, in order. */
  readonly names: readonly string[];
}

/** A piece of a rendered format; a volatile one was something else in the previous build. */
export interface Piece {
  readonly text: string;
  readonly isVolatile: boolean;
}

/** Reads a format. @throws E_VERSION_TEMPLATE */
export function readFormat(text: string, where: string): Format {
  const segments = readTemplate(text, where);
  const names = segments.filter((segment) => segment.kind === "field").map(({ name }) => name);
  return { text, where, segments, names: [...new Set(names)] };
}

/** Renders a format: part names take their values from the version, all others are looked up. */
export function renderFormat(format: Format, value: VersionValue, names: Names): Piece[] {
  return format.segments.map((segment) => {
    if (segment.kind === "literal") return { text: segment.text, isVolatile: false };
    const part = value.get(segment.name);
    const all: Names = {
      known: names.known,
      find: (name) => (part === undefined ? names.find(name) : { kind: "value", value: part }),
    };
    return {
      text: renderField(segment, all, format.where),
      isVolatile: part === undefined && isVolatileName(segment.name),
    };
  });
}

export function joinPieces(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join("");
}

function isVolatileName(name: string): boolean {
  return name !== "#" && name !== ";";
}
