import { PatternError } from "./pattern-error.ts";

export interface Escape {
  readonly source: string;
  readonly end: number;
  /** Whether it matches a place and no character, so that it cannot be repeated. */
  readonly isAnchor: boolean;
}

const anchors = new Map([
  ["A", String.raw`(?<![\s\S])`],
  ["Z", String.raw`(?![\s\S])`],
  ["b", String.raw`\b`],
  ["B", String.raw`\B`],
]);

const controls = new Map([
  ["a", String.raw`\x07`],
  ["f", String.raw`\f`],
  ["n", String.raw`\n`],
  ["r", String.raw`\r`],
  ["t", String.raw`\t`],
  ["v", String.raw`\v`],
]);

/** Translates the escape at `start` (a backslash), outside a character class. */
export function scanEscape(pattern: string, start: number, groups: readonly string[]): Escape {
  const char = pattern.charAt(start + 1);
  const anchor = anchors.get(char);
  if (anchor !== undefined) return { source: anchor, end: start + 2, isAnchor: true };
  const reference = /^[1-9]\d?/.exec(pattern.slice(start + 1))?.[0];
  if (reference !== undefined && !/^[0-3][0-7]{2}/.test(pattern.slice(start + 1))) {
    const all = pattern.slice(0, start).match(/(?<!\\)\((?!\?)/g)?.length ?? 0;
    if (Number(reference) > all + groups.length)
      throw new PatternError(`invalid group reference ${reference}`, start + 1);
    // The group keeps a digit that follows from becoming part of the reference.
    const source = `(?:\\${reference})`;
    return { source, end: start + 1 + reference.length, isAnchor: false };
  }
  return { ...scanCharacter(pattern, start), isAnchor: false };
}

/** Translates an escape that stands for a character or a set of them; legal inside a character class too. */
export function scanCharacter(pattern: string, start: number): { source: string; end: number } {
  const rest = pattern.slice(start + 1);
  const char = rest.charAt(0);
  if (char === "") throw new PatternError("bad escape (end of pattern)", start);
  const control = controls.get(char);
  if (control !== undefined) return { source: control, end: start + 2 };
  if (/[dDwWsS]/.test(char)) return { source: `\\${char}`, end: start + 2 };
  const octal = /^(?:0[0-7]{0,2}|[1-3][0-7]{2})/.exec(rest)?.[0];
  if (octal !== undefined)
    return { source: codeUnits(Number.parseInt(octal, 8)), end: start + 1 + octal.length };
  const code = /^(?:x(?<x>[\da-f]{2})|u(?<u>[\da-f]{4})|U(?<U>[\da-f]{8}))/i.exec(rest);
  const digits = code?.groups?.["x"] ?? code?.groups?.["u"] ?? code?.groups?.["U"];
  if (code !== null && digits !== undefined && Number.parseInt(digits, 16) <= 0x10_ff_ff)
    return { source: codeUnits(Number.parseInt(digits, 16)), end: start + 1 + code[0].length };
  if (/[a-zA-Z0-9]/.test(char)) throw new PatternError(String.raw`bad escape \${char}`, start);
  // A line feed after a backslash is itself; JavaScript's literals would not take it.
  if (char === "\n") return { source: String.raw`\n`, end: start + 2 };
  return { source: `\\${char}`, end: start + 2 };
}

function codeUnits(code: number): string {
  const units = String.fromCodePoint(code).split("");
  const escaped = units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return escaped.length === 1 ? escaped.join("") : `(?:${escaped.join("")})`;
}
