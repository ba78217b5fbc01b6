import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checksumLikeHdfs,
  isSameChecksum,
} from "../../../../src/artifacts/caches/webhdfs/checksum.ts";
import { crc32c } from "../../../../src/artifacts/caches/webhdfs/crc32c.ts";

// Published vectors: RFC 3720, B.4, and the check value of the algorithm's name.
test.each([
  ["123456789", 0xe3069283],
  ["\0".repeat(32), 0x8a9136aa],
  ["\xff".repeat(32), 0x62a8ab43],
  ["", 0],
])("the CRC32C of %j is the published one", (text, crc) => {
  expect(crc32c(Buffer.from(text, "latin1"))).toBe(crc);
});

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

test("the checksum of a file does not depend on how its bytes arrive", async () => {
  const algorithm = { algorithm: "MD5-of-2MD5-of-512CRC32C" };
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 5000 }),
      fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 5 }),
      async (bytes, sizes) => {
        const whole = await checksumLikeHdfs(algorithm, 1024, inChunks(bytes, [bytes.length]));
        expect(await checksumLikeHdfs(algorithm, 1024, inChunks(bytes, sizes))).toEqual(whole);
      },
    ),
  );
});

test("a single changed byte changes the checksum", async () => {
  const bytes = randomBytes(3000);
  const algorithm = { algorithm: "MD5-of-0MD5-of-512CRC32C" };
  const one = await checksumLikeHdfs(algorithm, 1 << 20, inChunks(bytes, [512]));
  bytes[2999] = (bytes[2999] ?? 0) ^ 1;
  const two = await checksumLikeHdfs(algorithm, 1 << 20, inChunks(bytes, [512]));
  expect(one && two && isSameChecksum(one, two)).toBe(false);
});

test("an algorithm that cannot be computed here is left to reading back", async () => {
  const content = inChunks(Buffer.from("x"), [1]);
  expect(await checksumLikeHdfs({ algorithm: "COMPOSITE-CRC32C" }, 1024, content)).toBeUndefined();
});
