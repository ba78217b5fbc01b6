import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decompressZstd, zstdFrames } from "../../src/conda/zstd.ts";

const content = Buffer.from("what a channel offers, ".repeat(100));
const frame = zstdCompressSync(content);

function skippable(length: number, magic = 0x184d2a50): Buffer {
  const bytes = Buffer.alloc(8 + length, 7);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

const cases = [
  { title: "nothing", parts: [], times: 0 },
  { title: "one frame", parts: [frame], times: 1 },
  { title: "two frames", parts: [frame, frame], times: 2 },
  { title: "a skippable frame first", parts: [skippable(12), frame], times: 1 },
  { title: "a skippable frame between", parts: [frame, skippable(9), frame], times: 2 },
  { title: "skippable frames alone", parts: [skippable(0), skippable(300, 0x184d2a5f)], times: 0 },
  { title: "an empty frame first", parts: [zstdCompressSync(Buffer.alloc(0)), frame], times: 1 },
] as const;

test.each(cases)("$title is decompressed whole", async ({ parts, times }) => {
  const result = await decompressZstd(Buffer.concat(parts));
  expect(result.equals(Buffer.from(content.toString().repeat(times)))).toBe(true);
});

test("any frames one after the other are one content", async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(255), fc.nat(400_000)).map(([byte, count]) => Buffer.alloc(count, byte)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 5 }), fc.nat(40), async (pieces, skipped) => {
      const frames = pieces.flatMap((bytes) => [zstdCompressSync(bytes), skippable(skipped)]);
      const result = await decompressZstd(Buffer.concat(frames));
      expect(result.equals(Buffer.concat(pieces))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

const damaged = [
  { title: "a frame that is cut off", bytes: frame.subarray(0, -4) },
  { title: "a second frame that is cut off", bytes: Buffer.concat([frame, frame.subarray(0, 9)]) },
  { title: "a skippable frame that is cut off", bytes: skippable(100).subarray(0, 20) },
  { title: "something else", bytes: Buffer.from("no frame at all") },
  {
    title: "something else behind a frame",
    bytes: Buffer.concat([frame, Buffer.from("rubbish!")]),
  },
] as const;

test.each(damaged)("$title is refused", async ({ bytes }) => {
  await expect(decompressZstd(bytes)).rejects.toThrow(RangeError);
});

test("frames are found in the middle of a file", () => {
  const bytes = Buffer.concat([Buffer.from("before"), frame, frame, Buffer.from("behind")]);
  const read = (at: number, length: number) => bytes.subarray(at, at + length);
  expect(zstdFrames(read, 6, 6 + 2 * frame.length)).toEqual([
    { start: 6, end: 6 + frame.length },
    { start: 6 + frame.length, end: 6 + 2 * frame.length },
  ]);
});
