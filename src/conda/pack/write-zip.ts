import { crc32 } from "node:zlib";

import type { Log } from "../../step/log.ts";
import { combineCrc } from "./compress/combine-crc.ts";
import type { Compressor } from "./compress/compressor.ts";
import { inOrder } from "./compress/in-order.ts";
import type { SlicePool } from "./compress/slice-pool.ts";
import type { Entry, Group } from "./entry.ts";
import type { PartFile } from "./part-file.ts";
import { cutSlices, type Slice } from "./slices.ts";
import { centralHeader, localHeader, zipEnd, type ZipMember } from "./zip-records.ts";

/** The next thing to be written: a slice of a member, or all of one that is not deflated. */
interface Piece {
  member: ZipMember;
  isFirst: boolean;
  isLast: boolean;
  slice?: Slice;
  stored?: Uint8Array;
}

/**
 * Writes the groups as a ZIP archive, deflated on several threads. Links are stored as links: `followLinks` first where
 * the reader cannot do with them.
 */
export async function writeZip(
  groups: readonly Group[],
  part: PartFile,
  {
    compressor,
    pool,
    log,
    signal,
  }: { compressor: Compressor; pool: SlicePool; log: Log; signal?: AbortSignal | undefined },
): Promise<void> {
  const entries = groups.flatMap((group) => group.entries);
  const progress = log.progress("Packing", entries.length, "files");
  const members: ZipMember[] = [];
  let headerEnd = 0;
  try {
    const pieces = inOrder(piecesOf(entries, compressor), pool.ahead, async (piece) => ({
      piece,
      made: piece.slice && (await pool.pack(piece.slice)),
    }));
    for await (const { piece, made } of pieces) {
      signal?.throwIfAborted();
      const { member, slice, isFirst, isLast, stored } = piece;
      if (isFirst) {
        member.offset = part.sizeBytes;
        part.write(localHeader(member));
        headerEnd = part.sizeBytes;
      }
      if (stored) part.write(stored);
      if (made && slice) {
        member.crc = combineCrc(member.crc, made.crc, slice.sizeBytes);
        member.sizeBytes += slice.sizeBytes;
        part.write(made.packed);
        made.release();
      }
      if (!isLast) continue;
      if (slice) part.write(finish);
      member.packedBytes = part.sizeBytes - headerEnd;
      part.writeAt(localHeader(member), member.offset);
      members.push(member);
      progress.advance(1);
    }
    await writeDirectoryOf(members, part);
  } catch (error) {
    throw part.explain(error);
  } finally {
    progress.end();
  }
}

/** Deflate's empty last block: the slices are flushed, not finished. */
const finish = Uint8Array.of(3, 0);

function* piecesOf(entries: readonly Entry[], compressor: Compressor): Generator<Piece> {
  for (const entry of entries) {
    const member = describe(entry);
    if (entry.kind !== "file" || entry.content.packedBytes === 0) {
      const stored = Buffer.from(entry.kind === "link" ? entry.target : "", "latin1");
      Object.assign(member, { crc: crc32(stored), sizeBytes: stored.length });
      yield { member, stored, isFirst: true, isLast: true };
      continue;
    }
    let isFirst = true;
    let restBytes = entry.content.packedBytes;
    for (const slice of cutSlices([entry.content], compressor)) {
      restBytes -= slice.sizeBytes;
      yield { member, slice, isFirst, isLast: restBytes === 0 };
      isFirst = false;
    }
  }
}

async function writeDirectoryOf(members: readonly ZipMember[], part: PartFile): Promise<void> {
  const start = part.sizeBytes;
  for (const member of members) part.write(centralHeader(member));
  part.write(zipEnd(members.length, start, part.sizeBytes - start));
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
