import { constants, crc32, deflateRawSync, zstdCompressSync } from "node:zlib";

import { packErrors } from "../errors.ts";
import type { Codec } from "./compressor.ts";
import type { IgzipFiles } from "./igzip-helper.ts";
import { openIsal } from "./isal.ts";
import { openLibdeflate } from "./libdeflate.ts";

/** Compresses one slice after the other. */
export interface SliceCompressor {
  /**
   * @param own the slice
   * @param history what it looks back to
   * @param crc of the slice
   * @param room where the result is put, if it fits
   * @throws E_COMPRESSOR_FAILED
   */
  compress(own: Buffer, history: Buffer, crc: number, room: Uint8Array): Promise<Uint8Array>;
  /** The quickest there is. */
  crc32(bytes: Uint8Array, before: number): number;
  /**
   * After so many slices garbage is to be collected: zlib and zstd leave a piece of memory behind for each, zstd's of
   * megabytes, that V8 does not count as its own.
   */
  slicesPerCollection: number;
  close(): Promise<void>;
}

/** @param files of a helper */
export async function openSliceCompressor(
  codec: Codec,
  files: IgzipFiles | undefined,
): Promise<SliceCompressor> {
  switch (codec.kind) {
    case "store":
      return { ...usual, compress: async (own, _history, _crc, room) => put(own, room) };
    case "zstd": {
      // Frames of their own, and never ZSTD_c_nbWorkers: its bytes can depend on the count (facebook/zstd#2327).
      const params = {
        [constants.ZSTD_c_compressionLevel]: codec.level,
        [constants.ZSTD_c_checksumFlag]: 1,
      };
      return {
        ...usual,
        slicesPerCollection: 8,
        compress: async (own, _history, _crc, room) =>
          put(zstdCompressSync(own, { params, pledgedSrcSize: own.length }), room),
      };
    }
    case "deflate":
      return {
        ...usual,
        slicesPerCollection: 16,
        compress: async (own, history, _crc, room) =>
          put(deflateBuiltin(own, history, codec.level), room),
      };
    case "libdeflate":
      return openLibdeflateFor(codec);
    case "isal":
      return openIsalFor(codec);
    case "igzip": {
      if (files === undefined) throw new TypeError("igzip has nothing to read from");
      // Loaded where it is used: children need a good part of Node.
      const { createIgzipHelper } = await import("./igzip-helper.ts");
      const helper = createIgzipHelper(codec, files);
      return {
        ...usual,
        compress: async (own, _history, crc, room) => helper.compress(own, crc, room),
        close: () => helper.close(),
      };
    }
  }
}

const usual = { crc32, slicesPerCollection: Infinity, close: async () => {} };

function deflateBuiltin(own: Buffer, dictionary: Buffer, level: number): Uint8Array {
  return deflateRawSync(own, {
    level,
    finishFlush: constants.Z_SYNC_FLUSH,
    // Room for the result is taken piece by piece; one that is never filled costs as much as one that is.
    chunkSize: 64 << 10,
    ...(dictionary.length > 0 && { dictionary }),
  });
}

function openIsalFor({ library, level }: Codec & { kind: "isal" }): SliceCompressor {
  const isal = called(library, openIsal(library, { level, mostBytes: 1 << 20 }));
  return {
    ...usual,
    crc32: isal.crc32,
    compress: async (own, history, _crc, room) => put(isal.deflate(own, history), room),
  };
}

function openLibdeflateFor({ library, level }: Codec & { kind: "libdeflate" }): SliceCompressor {
  const libdeflate = called(library, openLibdeflate(library, { level, mostBytes: 2 << 20 }));
  return {
    ...usual,
    crc32: libdeflate.crc32,
    compress: async (own, _history, _crc, room) => put(libdeflate.compress(own), room),
  };
}

function called<Library>(file: string, library: Library | undefined): Library {
  if (library === undefined) throw packErrors("E_COMPRESSOR_FAILED", `${file} cannot be called`);
  return library;
}

function put(bytes: Uint8Array, room: Uint8Array): Uint8Array {
  if (bytes.length > room.length) return bytes;
  room.set(bytes);
  return room.subarray(0, bytes.length);
}
