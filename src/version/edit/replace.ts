import type { Place } from "./search.ts";

/**
 * Puts a text in the places of a file; every other byte stays.
 *
 * Line feeds of the text take the style of the match, else of the file. Where a search text that starts with a line
 * end matched the very start of the file, the one of the replacement is dropped.
 */
export function replacePlaces(
  bytes: Buffer,
  places: readonly Place[],
  replacement: string,
): Buffer {
  const pieces: Buffer[] = [];
  let end = 0;
  for (const place of places) {
    pieces.push(bytes.subarray(end, place.start));
    pieces.push(Buffer.from(fitLineEnds(replacement, place, bytes)));
    end = place.end;
  }
  pieces.push(bytes.subarray(end));
  return Buffer.concat(pieces);
}

function fitLineEnds(replacement: string, place: Place, file: Buffer): string {
  const plain = replacement.replaceAll("\r\n", "\n");
  const text = place.lacksLineEnd === true ? plain.replace(/^\n/u, "") : plain;
  const style = lineEnd(file.subarray(place.start, place.end)) ?? lineEnd(file) ?? "\n";
  return text.replaceAll("\n", style);
}

function lineEnd(bytes: Buffer): "\n" | "\r\n" | undefined {
  const place = bytes.indexOf("\n");
  if (place === -1) return undefined;
  return bytes[place - 1] === 0x0d ? "\r\n" : "\n";
}
