import { PatternError } from "./pattern-error.ts";
import { scanCharacter } from "./pattern-escape.ts";

/** Translates the character class at `start` (an opening bracket). A `]` right after `[` or `[^` is a character. */
export function scanClass(pattern: string, start: number): { source: string; end: number } {
  const negated = pattern.startsWith("[^", start);
  let source = negated ? "[^" : "[";
  const first = start + source.length;
  for (let position = first; position < pattern.length;) {
    const char = pattern.charAt(position);
    if (char === "]" && position > first) return { source: `${source}]`, end: position + 1 };
    if (char === "\\") {
      const isBackspace = pattern.startsWith(String.raw`\b`, position);
      const escape = isBackspace
        ? { source: String.raw`\x08`, end: position + 2 }
        : scanCharacter(pattern, position);
      if (escape.source.startsWith("(?:")) throw astral(position);
      source += escape.source;
      position = escape.end;
      continue;
    }
    if (/[\ud800-\udfff]/.test(char)) throw astral(position);
    source += char === "]" || char === "[" ? `\\${char}` : char;
    position++;
  }
  throw new PatternError("unterminated character set", start);
}

function astral(position: number): PatternError {
  return new PatternError("characters above U+FFFF are not supported in a set", position);
}
