import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { parentPort } from "node:worker_threads";
import { isFields, numberIn, textIn } from "../json-fields.ts";
import { zstdDecompressor, zstdFrames, type ZstdFrame } from "../zstd.ts";
import { decompressBzip2 } from "./bzip2/decompress.ts";
import { condaParts, type ArchivePart } from "./conda-archive.ts";
import { DamagedPackage } from "./damaged-package.ts";
import type { ExtractReply } from "./extract-messages.ts";
import { tarUnpacker, type TarUnpacker } from "./tar-unpacker.ts";

const pieceSize = 256 * 1024;

/** Unpacks packages in a thread of its own: it is work for a processor, and is done without waiting. */
async function extract(archive: string, folder: string): Promise<void> {
  const unpacker = tarUnpacker(folder);
  if (archive.endsWith(".conda")) await extractConda(archive, unpacker);
  else await extractTarBz2(archive, unpacker);
}

async function extractConda(archive: string, unpacker: TarUnpacker): Promise<void> {
  for (const part of await partsOf(archive)) {
    const pieces = decompressed(archive, part);
    await unpacker.unpack(pieces).catch((error: unknown) => {
      if (error instanceof RangeError || codeOf(error).startsWith("ZSTD_"))
        throw new DamagedPackage(`${part.name} in it cannot be decompressed`, error);
      throw error;
    });
  }
}

async function partsOf(archive: string): Promise<readonly ArchivePart[]> {
  const file = await open(archive);
  try {
    return await condaParts(file);
  } finally {
    await file.close();
  }
}

async function* decompressed(archive: string, part: ArchivePart): AsyncGenerator<Buffer> {
  for (const { start, end } of framesOf(archive, part)) {
    const bytes = createReadStream(archive, { start, end: end - 1, highWaterMark: pieceSize });
    const content = zstdDecompressor();
    // A failure of either ends the other, and is thrown to whoever reads.
    const ended = pipeline(bytes, content);
    ended.catch(() => {});
    yield* content;
    await ended;
  }
}

function framesOf(archive: string, part: ArchivePart): readonly ZstdFrame[] {
  const descriptor = openSync(archive, "r");
  try {
    const read = (at: number, length: number): Buffer => {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(descriptor, buffer, 0, length, at));
    };
    const frames = zstdFrames(read, part.start, part.end);
    if (frames.length === 0) throw new DamagedPackage(`${part.name} in it is empty`);
    return frames;
  } finally {
    closeSync(descriptor);
  }
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
