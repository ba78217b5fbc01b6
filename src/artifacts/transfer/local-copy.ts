import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";

/** A file on this machine whose digest is known: what caches are filled from. */
export interface LocalCopy {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
}

export const chunkBytes = 128 * 1024;

/** Reads a copy from its start, to be sent; each attempt opens it anew. */
export function readCopy({ path }: Pick<LocalCopy, "path">): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: chunkBytes });
}

/**
 * Reads a file from its start into one buffer, so that memory stays flat however fast it goes: a piece holds only until
 * the next one is asked for.
 */
export async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  await using handle = await open(path, "r");
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, chunkBytes);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The digest and length of what a stream yields. */
export async function digestOfStream(
  stream: AsyncIterable<Uint8Array>,
): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}
