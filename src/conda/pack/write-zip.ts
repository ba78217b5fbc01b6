import { crc32 } from "node:zlib";

import type { Log } from "../../step/log.ts";
import { AsyncQueue } from "./compress/async-queue.ts";
import { createDeflate } from "./compress/block-compressor.ts";
import { copyContent, type Content, type Room } from "./content.ts";
import type { Entry, Group } from "./entry.ts";
import type { PartFile } from "./part-file.ts";
import { centralHeader, localHeader, zipEnd, type ZipMember } from "./zip-records.ts";

/** A member on its way into the file: what is known of it when its bytes are through. */
interface Pending {
  member: ZipMember;
  chunks: AsyncIterable<Uint8Array> | undefined;
}

/**
 * Writes the groups as a ZIP archive, deflated on several threads. Links are stored as links: `followLinks` first where
 * the reader cannot do with them.
 */
export async function writeZip(
  groups: readonly Group[],
  part: PartFile,
  {
    level,
    threads,
    log,
    signal,
  }: { level: number; threads: number; log: Log; signal?: AbortSignal | undefined },
): Promise<void> {
  const compressor = createDeflate(level, threads);
  const entries = groups.flatMap((group) => group.entries);
  const pending = new AsyncQueue<Pending>();
  const progress = log.progress("Packing", entries.length, "files");
  const drained = drain(pending, part);
  drained.catch((error: unknown) => compressor.close(error));
  try {
    for (const entry of entries) {
      signal?.throwIfAborted();
      const member = describe(entry);
      if (entry.kind !== "file" || entry.content.packedBytes === 0) {
        const bytes = entry.kind === "link" ? Buffer.from(entry.target, "latin1") : undefined;
        if (bytes) Object.assign(member, { crc: crc32(bytes), sizeBytes: bytes.length });
        pending.push({ member, chunks: bytes && once(bytes) });
      } else {
        const compression = compressor.startGroup();
        pending.push({ member, chunks: compression.chunks });
        try {
          for (const block of contentBlocks(entry.content, () => compressor.takeBuffer())) {
            member.crc = crc32(block, member.crc);
            member.sizeBytes += block.length;
            await compression.write(block);
          }
        } catch (error) {
          compression.abort(error);
          throw error;
        }
        compression.end();
      }
      progress.advance(1);
    }
    pending.end();
    await writeDirectoryOf(await drained, part);
  } finally {
    progress.end();
    pending.end();
    await drained.catch(() => {});
    await compressor.close(new Error("The pack has ended"));
  }
}

/** Deflate's empty last block: the members are flushed, not finished. */
const finish = Uint8Array.of(3, 0);

async function drain(pending: AsyncIterable<Pending>, part: PartFile): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  for await (const { member, chunks } of pending) {
    member.offset = part.sizeBytes;
    const headerBytes = localHeader(member).length;
    await part.write(localHeader(member));
    for await (const chunk of chunks ?? []) await part.write(chunk);
    if (member.method === "deflated") await part.write(finish);
    member.packedBytes = part.sizeBytes - member.offset - headerBytes;
    await part.writeAt(localHeader(member), member.offset);
    members.push(member);
  }
  return members;
}

async function writeDirectoryOf(members: readonly ZipMember[], part: PartFile): Promise<void> {
  const start = part.sizeBytes;
  for (const member of members) await part.write(centralHeader(member));
  await part.write(zipEnd(members.length, start, part.sizeBytes - start));
}

const typeBits = { file: 0o100000, link: 0o120000, directory: 0o040000 } as const;

function describe(entry: Entry): ZipMember {
  const isDeflated = entry.kind === "file" && entry.content.packedBytes > 0;
  return {
    name: entry.kind === "directory" ? `${entry.path}/` : entry.path,
    method: isDeflated ? "deflated" : "stored",
    mode: typeBits[entry.kind] | entry.mode,
    mtimeSeconds: entry.mtimeSeconds,
    crc: 0,
    packedBytes: 0,
    sizeBytes: 0,
    offset: 0,
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function* contentBlocks(content: Content, nextBuffer: () => Buffer): Generator<Buffer> {
  const room: Room = { buffer: nextBuffer(), at: 0 };
  for (const _full of copyContent(content, room)) {
    yield room.buffer;
    room.buffer = nextBuffer();
    room.at = 0;
  }
  if (room.at > 0) yield room.buffer.subarray(0, room.at);
}
