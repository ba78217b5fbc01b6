/** How one archive is compressed. A group's compressed bytes depend on the group's bytes alone. */
export interface Compressor {
  /** For the log: `builtin deflate, level 4`. */
  readonly title: string;
  /** Equal for two compressors only where they make the same bytes: part of the cache's key. */
  readonly id: string;
  readonly codec: Codec;
  /** A group is compressed in slices of this size, but for its last one. */
  readonly sliceBytes: number;
  /** How much of what comes before a slice helps to compress it. */
  readonly lookBackBytes: number;
  /** Before the first group. */
  readonly head: Uint8Array;
  /** After the last group. */
  tail(whole: { crc: number; sizeBytes: number }): Uint8Array;
}

/** What a thread does with a slice: by itself, by a library that it calls, by a program that it starts. */
export type Codec =
  | { readonly kind: "store" }
  | { readonly kind: "deflate" | "zstd"; readonly level: number }
  | { readonly kind: "libdeflate"; readonly level: number; readonly library: string }
  | { readonly kind: "isal"; readonly level: number; readonly library: string }
  | { readonly kind: "igzip"; readonly level: number; readonly program: string };

const mebibyte = 1 << 20;
/** All that deflate can look back. */
const dictionaryBytes = 32 << 10;
const nothing = new Uint8Array();

/**
 * One gzip member, deflated on several threads (RFC 1951, RFC 1952): each slice is compressed by itself with the end of
 * the one before as its dictionary, and ends on a byte border, so that the parts can be put together. At the start of a
 * group there is no dictionary.
 */
export function deflate(level: number): Compressor {
  return {
    title: `builtin deflate, level ${level}`,
    // Other zlibs, and the same one on another processor family, make other bytes.
    id: `deflate-${level}-zlib-${process.versions.zlib}-${process.arch}`,
    codec: { kind: "deflate", level },
    ...oneMember,
  };
}

/** What `igzip` is made with: several times faster than zlib for a somewhat larger archive. One gzip member. */
export function isal(library: string, version: string, level: number): Compressor {
  return {
    title: `igzip ${version}, level ${level}`,
    id: `isal-${level}-${version}-${process.arch}`,
    codec: { kind: "isal", level, library },
    ...oneMember,
  };
}

const oneMember: Omit<Compressor, "title" | "id" | "codec"> = {
  sliceBytes: mebibyte,
  lookBackBytes: dictionaryBytes,
  // No name, no time, no hint about speed; system "unknown".
  head: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255),
  tail({ crc, sizeBytes }) {
    const tail = Buffer.alloc(10);
    tail.writeUInt8(3, 0); // an empty last block
    tail.writeUInt32LE(crc, 2);
    tail.writeUInt32LE(sizeBytes % 2 ** 32, 6);
    return tail;
  },
};

/** Zstandard frames, one per slice (RFC 8878). */
export function zstd(level: number): Compressor {
  return {
    title: `zstd, level ${level}`,
    id: `zstd-${level}-${process.versions.zstd ?? process.version}-${process.arch}`,
    codec: { kind: "zstd", level },
    sliceBytes: mebibyte,
    lookBackBytes: 0,
    head: nothing,
    tail: () => nothing,
  };
}

/**
 * igzip (ISA-L) as a helper: several times faster than zlib for a somewhat larger archive. One gzip member per slice,
 * which every reader takes for one stream (RFC 1952, 2.2).
 */
export function igzip(program: string, version: string, level: number): Compressor {
  const sliceBytes = 4 * mebibyte;
  return {
    title: `igzip ${version}, level ${level}`,
    id: `igzip-${level}-${version}-${process.arch}-${sliceBytes}`,
    codec: { kind: "igzip", level, program },
    sliceBytes,
    lookBackBytes: 0,
    head: nothing,
    tail: () => nothing,
  };
}

/**
 * libdeflate: as small as zlib in half the time. One gzip member per slice, for it ends every stream that it makes.
 *
 * @param build tells it from libraries of other versions
 */
export function libdeflate(library: string, build: string, level: number): Compressor {
  return {
    title: `libdeflate, level ${level}`,
    id: `libdeflate-${level}-${build}-${process.arch}`,
    codec: { kind: "libdeflate", level, library },
    sliceBytes: 2 * mebibyte,
    lookBackBytes: 0,
    head: nothing,
    tail: () => nothing,
  };
}

/** A plain tar. */
export function store(): Compressor {
  return {
    title: "no compression",
    id: "store",
    codec: { kind: "store" },
    sliceBytes: mebibyte,
    lookBackBytes: 0,
    head: nothing,
    tail: () => nothing,
  };
}
