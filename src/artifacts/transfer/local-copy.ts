import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** A file on this machine whose digest is known: what caches are filled from. */
export interface LocalCopy {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
}

export const chunkBytes = 256 * 1024;

/** Reads a copy from its start; each attempt to send it opens it anew. */
export function readCopy({ path }: Pick<LocalCopy, "path">): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: chunkBytes });
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
