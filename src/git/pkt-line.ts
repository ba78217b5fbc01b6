/** What ends a list of lines. */
export const flush = "0000";
/** What ends a part of a list (protocol version 2). */
export const delimiter = "0001";

/** A line with its length in front, four hexadecimal digits that count themselves (gitprotocol-common). */
export function packet(line: string): string {
  return `${(Buffer.byteLength(line) + 4).toString(16).padStart(4, "0")}${line}`;
}

/**
 * The lists in what came: what lies in each line, up to each flush.
 *
 * @returns `undefined` where it is anything else than whole lines in whole lists.
 */
export function readPackets(bytes: Buffer): readonly (readonly Buffer[])[] | undefined {
  const lists: Buffer[][] = [];
  let list: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const size = bytes.toString("latin1", start, start + 4);
    if (size === flush) {
      lists.push(list);
      list = [];
      start += 4;
      continue;
    }
    const length = /^[0-9a-f]{4}$/iu.test(size) ? Number.parseInt(size, 16) : 0;
    const end = start + length;
    if (length <= 4 || end > bytes.length) return undefined;
    list.push(bytes.subarray(start + 4, end));
    start = end;
  }
  return list.length === 0 ? lists : undefined;
}

/** A line's text, without the line end that it may have. */
export function lineText(line: Buffer): string {
  return line.toString().replace(/\n$/u, "");
}
