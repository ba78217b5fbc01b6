import { crc32, gunzipSync } from "node:zlib";

import { packErrors } from "../errors.ts";
import { findLibrary } from "./find-library.ts";

/** libdeflate: files as small as zlib's in half the time, as whole members only. */
export interface Libdeflate {
  /**
   * @returns a gzip member (RFC 1952), which is overwritten by the next call
   * @throws E_COMPRESSOR_FAILED
   */
  compress(bytes: Uint8Array): Uint8Array;
  crc32(bytes: Uint8Array, before: number): number;
}

/** @returns nothing where there is none, or where it cannot be called */
export function findLibdeflate(): string | undefined {
  return findLibrary("/usr", "libdeflate.so.0", (file) =>
    openLibdeflate(file, { level: 1, mostBytes: 64 << 10 }),
  );
}

/**
 * libdeflate by Node's foreign function interface.
 *
 * @param library path of libdeflate.so.0
 * @param level 1 to 12
 * @param mostBytes of one call
 * @returns nothing where this Node cannot call libraries, or where the library does not do as its header says
 */
export function openLibdeflate(
  library: string,
  { level, mostBytes }: { level: number; mostBytes: number },
): Libdeflate | undefined {
  const ffi = process.getBuiltinModule("node:ffi");
  if (ffi === undefined) return undefined;
  const { functions } = ffi.dlopen(library, {
    libdeflate_alloc_compressor: { arguments: ["int32"], return: "pointer" },
    libdeflate_gzip_compress: {
      arguments: ["pointer", "buffer", "uint64", "buffer", "uint64"],
      return: "uint64",
    },
    libdeflate_crc32: { arguments: ["uint32", "buffer", "uint64"], return: "uint32" },
  });
  const compressor = functions.libdeflate_alloc_compressor(level);
  // Bytes that do not compress take a little more than they are.
  const output = Buffer.allocUnsafeSlow(mostBytes + (mostBytes >> 3) + 4096);
  const libdeflate: Libdeflate = {
    compress(bytes) {
      const size = functions.libdeflate_gzip_compress(
        compressor,
        bytes,
        BigInt(bytes.length),
        output,
        BigInt(output.length),
      );
      if (size === 0n) throw packErrors("E_COMPRESSOR_FAILED", "libdeflate made nothing");
      return output.subarray(0, Number(size));
    },
    crc32: (bytes, before) => functions.libdeflate_crc32(before, bytes, BigInt(bytes.length)),
  };
  return isTrue(libdeflate) ? libdeflate : undefined;
}

function isTrue(libdeflate: Libdeflate): boolean {
  const text = Buffer.from("Is what went in what comes out? ".repeat(1000));
  return (
    gunzipSync(libdeflate.compress(text)).equals(text) &&
    libdeflate.crc32(text, 7) === crc32(text, 7)
  );
}
