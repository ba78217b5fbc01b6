import type { Log } from "../../step/log.ts";
import type { Compressor } from "./compress/compressor.ts";
import { combineCrc } from "./compress/combine-crc.ts";
import { inOrder } from "./compress/in-order.ts";
import type { PackedSlice, SlicePool } from "./compress/slice-pool.ts";
import { contentOfBytes } from "./content.ts";
import { fingerprintGroup, GroupDigest, PackDigest, type GroupFacts } from "./digest-groups.ts";
import type { Group } from "./entry.ts";
import { packErrors } from "./errors.ts";
import type { PartFile } from "./part-file.ts";
import {
  segmentKey,
  type CachedSegment,
  type SegmentCache,
  type SegmentWriter,
} from "./segment-cache.ts";
import { cutSlices, type Slice } from "./slices.ts";
import { tarEnd } from "./tar-header.ts";

export interface TarFacts {
  /** Of the file, read back from it. */
  sha256: string;
  /** Of what is packed, before compression: see `PackDigest`. */
  contentSha256: string;
  /** Groups whose compressed bytes came out of the cache, and all others. */
  cached: number;
  made: number;
}

export interface TarWork {
  compressor: Compressor;
  pool: SlicePool;
  /** About what will be packed, for the progress. */
  sizeBytes: number;
  cache?: SegmentCache | undefined;
  log: Log;
  signal?: AbortSignal | undefined;
}

/** A group on its way into the file. */
interface Segment {
  group: Group;
  /** What it is looked for by, and what that was made from; nothing without a cache. */
  known?: { fingerprint: string; key: string };
}

/** The next thing to be written: a slice of a segment, or all of it as the cache has it. */
type Piece =
  | { kind: "cached"; segment: Segment; found: CachedSegment }
  | { kind: "slice"; segment: Segment; slice: Slice; isFirst: boolean; isLast: boolean };

/**
 * Writes the groups as one compressed tar. The pool's threads read and compress; here their bytes are only put one behind
 * the other, so that few of them are in memory.
 *
 * With a cache, a group is read once for its fingerprint, and a second time only if its segment has to be made.
 *
 * @param groups in order; work on the first ones goes on while others are still to come
 */
export async function writeTar(
  groups: readonly (Group | Promise<Group>)[],
  part: PartFile,
  work: TarWork,
): Promise<TarFacts> {
  const { compressor, pool, signal } = work;
  const progress = work.log.progress("Packing", work.sizeBytes, "bytes");
  const writer = new TarWriter(part, work, (bytes) => progress.advance(bytes));
  try {
    part.write(compressor.head);
    const pieces = inOrder(piecesOf(groups, work), pool.ahead, async (piece) => ({
      piece,
      made: piece.kind === "slice" ? await pool.pack(piece.slice) : undefined,
    }));
    for await (const { piece, made } of pieces) {
      signal?.throwIfAborted();
      if (piece.kind === "cached") await writer.putCached(piece);
      else if (made) await writer.put(piece, made);
    }
    return await writer.end();
  } catch (error) {
    throw part.explain(error);
  } finally {
    progress.end();
    await writer.discard();
  }
}

/** Decides on each group, in order, whether the cache has it. */
async function* piecesOf(
  groups: readonly (Group | Promise<Group>)[],
  { compressor, pool, cache }: TarWork,
): AsyncGenerator<Piece> {
  const fingerprints = cache && groups.map((group) => fingerprintWhenThere(group, pool));
  for (const [index, coming] of groups.entries()) {
    const group = await coming;
    const fingerprint = await fingerprints?.[index];
    if (cache === undefined || fingerprint === undefined) {
      yield* slicesOf({ group }, compressor);
      continue;
    }
    const key = segmentKey(fingerprint, compressor.id);
    const segment = { group, known: { fingerprint, key } };
    const found = await cache.find(key);
    if (found) yield { kind: "cached", segment, found };
    else yield* slicesOf(segment, compressor);
  }
}

function fingerprintWhenThere(coming: Group | Promise<Group>, pool: SlicePool): Promise<string> {
  const fingerprint = Promise.resolve(coming).then((group) => fingerprintGroup(group, pool));
  // Whoever waits for it meets the failure; until then it must not count as unhandled.
  fingerprint.catch(() => {});
  return fingerprint;
}

function slicesOf(segment: Segment, compressor: Compressor): (Piece & { kind: "slice" })[] {
  const slices = [...cutSlices(segment.group.entries, compressor)];
  return slices.map((slice, index) => ({
    kind: "slice",
    segment,
    slice,
    isFirst: index === 0,
    isLast: index === slices.length - 1,
  }));
}

/** Puts pieces one behind the other, and knows what the whole is. */
class TarWriter {
  readonly #part: PartFile;
  readonly #work: TarWork;
  readonly #advance: (bytes: number) => void;
  readonly #content = new PackDigest();
  #crc = 0;
  #tarBytes = 0;
  #cached = 0;
  #made = 0;
  /** Of the group that is being written. */
  #group = new GroupDigest();
  #store: SegmentWriter | undefined;

  constructor(part: PartFile, work: TarWork, advance: (bytes: number) => void) {
    this.#part = part;
    this.#work = work;
    this.#advance = advance;
  }

  async put(
    { segment, slice, isFirst, isLast }: Piece & { kind: "slice" },
    { packed, release, ...facts }: PackedSlice,
  ): Promise<void> {
    const { known } = segment;
    if (isFirst && known) this.#store = await this.#work.cache?.store(known.key);
    this.#group.add(facts, slice.sizeBytes);
    this.#part.write(packed);
    this.#hash();
    await this.#store?.append(packed);
    release();
    this.#advance(slice.sizeBytes);
    if (!isLast) return;
    const made = this.#group.end();
    this.#group = new GroupDigest();
    // What the key was made from and what was compressed are two readings.
    if (known && known.fingerprint !== made.fingerprint)
      throw packErrors("E_FILE_CHANGED", changedBetween);
    await this.#store?.commit(made);
    this.#store = undefined;
    this.#made += 1;
    this.#add(made);
  }

  /** A damaged segment is noticed only when it was read: then it is made instead. */
  async putCached({ segment, found }: Piece & { kind: "cached" }): Promise<void> {
    const part = this.#part;
    const to = { descriptor: part.descriptor, position: part.sizeBytes };
    const copied = await this.#work.pool.copy(found.file, to);
    if (copied !== undefined) {
      part.grow(copied.packedBytes);
      this.#hash();
      this.#cached += 1;
      this.#add(copied);
      this.#advance(copied.sizeBytes);
      return;
    }
    await found.remove();
    await part.cut();
    const { compressor, pool } = this.#work;
    const pieces = inOrder(slicesOf(segment, compressor), pool.ahead, async (piece) => ({
      piece,
      made: await pool.pack(piece.slice),
    }));
    for await (const { piece, made } of pieces) await this.put(piece, made);
  }

  async end(): Promise<TarFacts> {
    const { compressor, pool } = this.#work;
    for (const slice of cutSlices([contentOfBytes(tarEnd(this.#tarBytes))], compressor)) {
      const { crc, packed, release } = await pool.pack(slice);
      this.#part.write(packed);
      release();
      this.#crc = combineCrc(this.#crc, crc, slice.sizeBytes);
      this.#tarBytes += slice.sizeBytes;
    }
    this.#part.write(compressor.tail({ crc: this.#crc, sizeBytes: this.#tarBytes }));
    return {
      sha256: await this.#hash(),
      contentSha256: this.#content.end(),
      cached: this.#cached,
      made: this.#made,
    };
  }

  /** Half a segment must be out of the cache before anybody goes on. */
  async discard(): Promise<void> {
    await this.#store?.discard();
  }

  /** What was written so far stays as it is. */
  #hash(): Promise<string> {
    const { descriptor, sizeBytes } = this.#part;
    const hashed = this.#work.pool.hash({ descriptor, toBytes: sizeBytes });
    // Only the last one counts; the failure of an earlier one is met there, or was met before.
    hashed.catch(() => {});
    return hashed;
  }

  #add({ sha256, crc, sizeBytes }: GroupFacts): void {
    this.#content.add(sha256);
    this.#crc = combineCrc(this.#crc, crc, sizeBytes);
    this.#tarBytes += sizeBytes;
  }
}

const changedBetween = "A file of the environment changed while it was being packed";
