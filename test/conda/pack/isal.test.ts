import { createHash } from "node:crypto";
import { constants, crc32, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";

import { findIsal, openIsal } from "../../../src/conda/pack/compress/isal.ts";

const library = existingLibrary();
const whyNot = "no ISA-L that this Node.js can call (Debian: isal)";

function existingLibrary(): string | undefined {
  try {
    return findIsal("/usr/bin/igzip");
  } catch {
    return undefined;
  }
}

function open(level: number, mostBytes = 64 << 10) {
  const isal = library === undefined ? undefined : openIsal(library, { level, mostBytes });
  if (isal === undefined) throw new TypeError("ISA-L cannot be called");
  return isal;
}

const finishFlush = constants.Z_SYNC_FLUSH;

test.for([0, 1, 2, 3])(
  "at level %i any bytes come back, with and without what comes before",
  (level, context) => {
    if (library === undefined) context.skip(whyNot);
    const isal = open(level);
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 60_000, size: "max" }), {
          minLength: 1,
          maxLength: 4,
        }),
        (pieces) => {
          let before = Buffer.alloc(0);
          const packed = pieces.map((piece) => {
            const made = Buffer.from(isal.deflate(piece, before.subarray(-32_768)));
            before = Buffer.concat([before, piece]);
            return made;
          });
          expect(inflateRawSync(Buffer.concat(packed), { finishFlush }).equals(before)).toBe(true);
          expect(isal.crc32(before, 0)).toBe(crc32(before));
        },
      ),
      { numRuns: 50 },
    );
  },
);

/** Where a stream starts, at its start or behind a header, has bytes that come again: only then it shows how they were filed. */
const telling = Array.from({ length: 120 }, (_, index) => {
  // As digits: what does not compress is stored, and then nothing shows.
  const digits = createHash("shake256", { outputLength: 600 }).update(`${index}`).digest("hex");
  const bytes = Buffer.from(digits);
  for (const start of [0, 512])
    for (const again of [100, 200]) bytes.copy(bytes, start + again, start, start + 12);
  return bytes;
});

test.for([1, 2])(
  "at level %i the same bytes come out wherever the stream lies in memory",
  { timeout: 30_000 },
  (level, context) => {
    if (library === undefined) context.skip(whyNot);
    const made = telling.map(() => new Set<string>());
    // All are kept until the end, so that each has a place of its own.
    const everywhere = Array.from({ length: 300 }, () => open(level, 2048));
    for (const isal of everywhere)
      for (const [index, bytes] of telling.entries())
        made[index]?.add(Buffer.from(isal.deflate(bytes, bytes.subarray(0, 0))).toString("latin1"));
    expect(made.map(({ size }) => size)).toStrictEqual(telling.map(() => 1));
  },
);

test("more than it was opened for is refused", (context) => {
  if (library === undefined) context.skip(whyNot);
  const isal = open(2, 1024);
  const random = createHash("shake256", { outputLength: 100_000 }).update("x").digest();
  expect(() => isal.deflate(random, random.subarray(0, 512))).toThrow(
    "more than there is room for",
  );
});

test("a folder without the library is none", () => {
  expect(findIsal(process.execPath)).toBeUndefined();
});
