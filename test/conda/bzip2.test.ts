import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decompressBzip2 } from "../../src/conda/packages/bzip2/decompress.ts";

/** Compresses with Python, so that the other side is not ours. */
function compress(parts: readonly Uint8Array[], levels: readonly number[] = [9]): Buffer {
  const program = [
    "import bz2, json, sys",
    "for part in json.load(sys.stdin):",
    `    for level in ${JSON.stringify(levels)}:`,
    "        sys.stdout.buffer.write(bz2.compress(bytes.fromhex(part), level))",
  ].join("\n");
  const input = JSON.stringify(parts.map((part) => Buffer.from(part).toString("hex")));
  const run = spawnSync("python3", ["-c", program], { input, maxBuffer: 1 << 28 });
  expect(run.status, run.stderr.toString()).toBe(0);
  return run.stdout;
}

function decompress(bytes: Uint8Array, pieceSize = 1000): Buffer {
  let at = 0;
  const read = (buffer: Uint8Array): number => {
    const piece = bytes.subarray(at, at + Math.min(pieceSize, buffer.length));
    buffer.set(piece);
    at += piece.length;
    return piece.length;
  };
  return Buffer.concat([...decompressBzip2(read)]);
}

const noise = (length: number) =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 2_654_435_761) >>> 24));

const cases = [
  { title: "nothing", data: Buffer.alloc(0) },
  { title: "one byte", data: Buffer.from("a") },
  { title: "four equal bytes", data: Buffer.from("aaaa") },
  { title: "a run of 255 after four", data: Buffer.alloc(259, "x") },
  { title: "runs longer than a count", data: Buffer.alloc(300_000, "x") },
  { title: "every byte", data: Buffer.from(Array.from({ length: 256 }, (_, index) => index)) },
  { title: "several blocks", data: noise(250_000) },
  { title: "text", data: Buffer.from("a conda package, ".repeat(5000)) },
] as const;

test.each(cases)(
  "$title is decompressed as it was, from large blocks and from small ones",
  ({ data }) => {
    expect(decompress(compress([data], [9, 1])).equals(Buffer.concat([data, data]))).toBe(true);
  },
);

test("several streams in one file are one content, whatever the size of the pieces", () => {
  const parts = [Buffer.from("one "), Buffer.alloc(0), Buffer.from("two "), noise(5000)];
  const bytes = compress(parts);
  for (const pieceSize of [1, 7, 65_536])
    expect(decompress(bytes, pieceSize).equals(Buffer.concat(parts))).toBe(true);
});

test("any bytes survive", () => {
  const runs = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 600 }));
  const data = fc
    .array(fc.oneof(runs, fc.uint8Array({ maxLength: 100 })), { maxLength: 20 })
    .map((pieces) =>
      Buffer.concat(
        pieces.map((piece) =>
          piece instanceof Uint8Array ? Buffer.from(piece) : Buffer.alloc(piece[1], piece[0]),
        ),
      ),
    );
  // One process compresses many.
  const samples = fc.sample(data, 60);
  expect(decompress(compress(samples)).equals(Buffer.concat(samples))).toBe(true);
});

test("a damaged byte never changes the content unnoticed, nor does a lost end", () => {
  const content = noise(400);
  const bytes = compress([content], [1]);
  const outcome = (damaged: Buffer): string => {
    try {
      return decompress(damaged).equals(content) ? "right" : "wrong";
    } catch (error) {
      return error instanceof RangeError ? "refused" : "broken";
    }
  };
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    // Some bits mean nothing: lengths of codes that are not used, the padding at the end.
    expect(["right", "refused"], `byte ${at}`).toContain(outcome(damaged));
    expect(outcome(bytes.subarray(0, at)), `cut at ${at}`).toBe("refused");
  }
});
