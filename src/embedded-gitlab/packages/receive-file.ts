import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface ReceivedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
}

/** The body was longer than the limit. */
export class FileTooLarge extends Error {}

/**
 * Streams a body to a file and hashes it on the way, whatever its size.
 *
 * @throws {FileTooLarge} beyond the limit; the stream's own error where it breaks off. Neither leaves a file.
 */
export async function receiveFile(
  body: Readable,
  path: string,
  limitBytes: number,
): Promise<ReceivedFile> {
  const hashes = { md5: createHash("md5"), sha1: createHash("sha1"), sha256: createHash("sha256") };
  let sizeBytes = 0;
  let tooLarge = false;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      tooLarge ||= sizeBytes > limitBytes;
      // The rest is read and dropped, so that the client is there to read the refusal.
      if (tooLarge) return done();
      for (const hash of Object.values(hashes)) hash.update(chunk);
      return done(null, chunk);
    },
  });
  try {
    await pipeline(body, measure, createWriteStream(path, { flags: "wx" }));
    if (tooLarge) throw new FileTooLarge();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return {
    path,
    sizeBytes,
    md5: hashes.md5.digest("hex"),
    sha1: hashes.sha1.digest("hex"),
    sha256: hashes.sha256.digest("hex"),
  };
}
