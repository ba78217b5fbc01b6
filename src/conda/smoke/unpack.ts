import { createReadStream } from "node:fs";
import { cp } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { Format } from "../pack/format.ts";
import { unzip } from "./unzip.ts";
import { decompressFrames } from "./zstd-frames.ts";

/** Unpacks a pack into an empty folder, with a reader that has nothing in common with the writer where there is one. */
export async function unpackInto(
  folder: string,
  pack: string,
  format: Format,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (format === "directory") {
    await cp(pack, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    return;
  }
  if (format === "zip") {
    await unzip(pack, folder);
    return;
  }
  const { extract } = await import("tar");
  // As on a worker: the files belong to whoever unpacks.
  const unpacker = extract({ cwd: folder, preserveOwner: false, strict: true });
  const stops = { ...(signal && { signal }) };
  const source =
    format === "tar.zst" ? Readable.from(decompressFrames(pack)) : createReadStream(pack);
  // Always from a stream: a pipeline never ends where a bare generator's last chunk is taken at once.
  await pipeline(source, unpacker, stops);
}
