import type { CString, Places } from "./prefix-places.ts";
import type { DiskPath } from "./raw-path.ts";
import type { Scanner } from "./scan.ts";

/** Every place of the token in a text file. */
export function locateInText(file: DiskPath, token: Buffer, scanner: Scanner): Places {
  return { mode: "text", hits: scanner.find(file, token) };
}

/**
 * Every place of the token in the C strings of a file. A string ends at a NUL or at the end of the file.
 *
 * @param roomPerHit NULs behind a string that are padding, for each hit in it: what the installer wrote when it put the
 *   shorter prefix in place of the placeholder
 */
export function locateInBinary(
  file: DiskPath,
  token: Buffer,
  scanner: Scanner,
  roomPerHit: number,
): Places {
  const strings: CString[] = [];
  const hits = scanner.find(file, token);
  for (let index = 0; index < hits.length;) {
    const first = hits[index] ?? 0;
    const { end } = scanner.findStringEnd(file, first + token.length, 0);
    const inside = hits.slice(index).filter((hit) => hit < end);
    const wanted = inside.length * Math.max(0, roomPerHit);
    const { nuls } = scanner.findStringEnd(file, end, wanted);
    strings.push({ hits: inside, end, room: Math.min(nuls, wanted) });
    index += Math.max(1, inside.length);
  }
  return { mode: "binary", strings };
}

/**
 * Keeps the hits that are the prefix itself: `/opt/env` is not in `/opt/environment` nor in `/opt/env-2`.
 * What stands before is not looked at: `-L/opt/env/lib` is a hit.
 */
export function atPathBorders(
  file: DiskPath,
  hits: readonly number[],
  tokenBytes: number,
  scanner: Scanner,
): number[] {
  return hits.filter((hit) => {
    const after = scanner.read(file, hit + tokenBytes, 2).toString("latin1");
    return !/^(?:[\w+~-]|\.[\w.])/.test(after);
  });
}
