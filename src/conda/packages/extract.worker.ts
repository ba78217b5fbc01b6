import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { parentPort } from "node:worker_threads";
import { isFields, numberIn, textIn } from "../json-fields.ts";
import { isSkippable, zstdDecompressor } from "../zstd.ts";
import { decompressBzip2 } from "./bzip2/decompress.ts";
import { condaParts, type ArchivePart } from "./conda-archive.ts";
import { DamagedPackage } from "./damaged-package.ts";
import type { ExtractReply } from "./extract-messages.ts";
import { tarUnpacker, type TarUnpacker } from "./tar-unpacker.ts";

/** Unpacks packages in a thread of its own: it is work for a processor, and is done without waiting. */
async function extract(archive: string, folder: string): Promise<void> {
  const unpacker = tarUnpacker(folder);
  if (archive.endsWith(".conda")) await extractConda(archive, unpacker);
  else await extractTarBz2(archive, unpacker);
}

async function extractConda(archive: string, unpacker: TarUnpacker): Promise<void> {
  const file = await open(archive);
  try {
    for (const part of await condaParts(file)) {
      const start = await behindSkippableFrames(file, part);
      await unpackZstd(archive, { ...part, start }, unpacker);
    }
  } finally {
    await file.close();
  }
}

async function unpackZstd(
  archive: string,
  { name, start, end }: ArchivePart,
  unpacker: TarUnpacker,
): Promise<void> {
  if (start >= end) throw new DamagedPackage(`${name} in it is empty`);
  try {
    // A frame that is cut off is an error only to those who wait for the end.
    await pipeline(
      createReadStream(archive, { start, end: end - 1, highWaterMark: 256 * 1024 }),
      zstdDecompressor(),
      (pieces: AsyncIterable<Buffer>) => unpacker.unpack(pieces),
    );
  } catch (error) {
    if (codeOf(error).startsWith("ZSTD_"))
      throw new DamagedPackage(`${name} in it cannot be decompressed`, error);
    throw error;
  }
}

async function behindSkippableFrames(file: FileHandle, part: ArchivePart): Promise<number> {
  const head = Buffer.alloc(8);
  let start = part.start;
  while (start + 8 <= part.end) {
    await file.read(head, 0, 8, start);
    if (!isSkippable(head.readUInt32LE(0))) break;
    start += 8 + head.readUInt32LE(4);
  }
  return start;
}

async function extractTarBz2(archive: string, unpacker: TarUnpacker): Promise<void> {
  const descriptor = openSync(archive, "r");
  try {
    await unpacker.unpack(decompressBzip2((buffer) => readSync(descriptor, buffer)));
  } catch (error) {
    if (error instanceof RangeError) throw new DamagedPackage(error.message, error);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): string {
  return isFields(error) && typeof error["code"] === "string" ? error["code"] : "";
}

function outcome(error: unknown): { kind: "damaged" | "failed"; message: string; code: string } {
  return {
    kind: error instanceof DamagedPackage ? "damaged" : "failed",
    message: error instanceof Error ? error.message : String(error),
    code: codeOf(error),
  };
}

parentPort?.on("message", (request: unknown) => {
  if (!isFields(request)) return;
  const answer = (reply: ExtractReply) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
    parentPort?.postMessage(reply);
  };
  const id = numberIn(request, "id") ?? -1;
  extract(textIn(request, "archive") ?? "", textIn(request, "folder") ?? "").then(
    () => answer({ id, kind: "done" }),
    (error: unknown) => answer({ id, ...outcome(error) }),
  );
});
