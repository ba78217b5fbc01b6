import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { constants, crc32, inflateRawSync } from "node:zlib";

import { packErrors } from "../errors.ts";
import { findLibrary } from "./find-library.ts";

/** ISA-L, Intel's library for deflate, as far as a pack needs it; its program is igzip. */
export interface Isal {
  /**
   * Deflates (RFC 1951) up to a byte border, without ending the stream.
   *
   * @param history what comes before in the stream; the last 32 KiB of it count
   * @returns the bytes, which are overwritten by the next call
   * @throws E_COMPRESSOR_FAILED
   */
  deflate(bytes: Uint8Array, history: Uint8Array): Uint8Array;
  /** The CRC-32 of gzip, an order of magnitude faster than zlib's. */
  crc32(bytes: Uint8Array, before: number): number;
}

/** What each level works in (ISAL_DEF_LVL1_DEFAULT and so on): its size has a say in where blocks end. */
const workspaceBytes: readonly number[] = [0, 282_624, 331_776, 348_160];
/** struct isal_zstream has 82 384 bytes in ISA-L 2.30. */
const streamBytes = 256 << 10;
/** Where the members of struct isal_zstream lie on 64-bit machines (igzip_lib.h). */
const at = {
  nextIn: 0,
  availableIn: 8,
  nextOut: 16,
  availableOut: 24,
  totalOut: 28,
  level: 40,
  workspaceBytes: 44,
  workspace: 48,
  flush: 58,
} as const;
const syncFlush = 1;

/**
 * What goes into a segment before anything is compressed, as it is: the header of its first entry.
 *
 * A stream without history is not reproducible at levels 1 and 2: the third byte is filed under a hash of where the
 * stream lies in memory (ISA-L 2.30 to 2.32, `.write_first_byte` of igzip_icf_body_h1_gr_bt.asm). With these bytes every
 * stream has one.
 */
const firstBytes = 512;

/**
 * The library that an igzip on PATH was built with: beside it, where distributions put libraries.
 *
 * @returns nothing where there is none, or where it cannot be called
 */
export function findIsal(program: string): string | undefined {
  return findLibrary(dirname(dirname(realpathSync(program))), "libisal.so.2", (file) =>
    openIsal(file, { level: 3, mostBytes: 64 << 10 }),
  );
}

/**
 * ISA-L by Node's foreign function interface, in this process: no copies, no children.
 *
 * @param library path of libisal.so.2
 * @param mostBytes of one call
 * @returns nothing where this Node cannot call libraries, or where the library does not do as its header says
 */
export function openIsal(
  library: string,
  { level, mostBytes }: { level: number; mostBytes: number },
): Isal | undefined {
  const ffi = process.getBuiltinModule("node:ffi");
  if (ffi === undefined) return undefined;
  const { functions } = ffi.dlopen(library, {
    isal_deflate_init: { arguments: ["pointer"], return: "void" },
    isal_deflate_set_dict: { arguments: ["pointer", "pointer", "uint32"], return: "int32" },
    isal_deflate: { arguments: ["pointer"], return: "int32" },
    crc32_gzip_refl: { arguments: ["uint32", "buffer", "uint64"], return: "uint32" },
  });
  const struct = Buffer.alloc(streamBytes);
  const workspace = Buffer.alloc(workspaceBytes[level] ?? 0);
  // Bytes that do not compress take a little more than they are, and twice as much at level 0.
  const output = Buffer.allocUnsafeSlow(mostBytes * (level === 0 ? 2 : 1.125) + 4096);
  const stream = ffi.getRawPointer(struct);

  /** @param done bytes of the output that are taken */
  const compress = (bytes: Uint8Array, history: Uint8Array, done: number): number => {
    functions.isal_deflate_init(stream);
    struct.writeUInt32LE(level, at.level);
    struct.writeUInt32LE(workspace.length, at.workspaceBytes);
    struct.writeBigUInt64LE(ffi.getRawPointer(workspace), at.workspace);
    struct.writeUInt16LE(syncFlush, at.flush);
    struct.writeBigUInt64LE(ffi.getRawPointer(bytes), at.nextIn);
    struct.writeUInt32LE(bytes.length, at.availableIn);
    struct.writeBigUInt64LE(ffi.getRawPointer(output) + BigInt(done), at.nextOut);
    struct.writeUInt32LE(output.length - done, at.availableOut);
    const refused =
      functions.isal_deflate_set_dict(stream, ffi.getRawPointer(history), history.length) ||
      functions.isal_deflate(stream);
    // It may have taken all and keep some of it for when there is room.
    const isAll =
      struct.readUInt32LE(at.availableIn) === 0 && struct.readUInt32LE(at.availableOut) > 0;
    if (refused !== 0) throw packErrors("E_COMPRESSOR_FAILED", `ISA-L ended with ${refused}`);
    if (!isAll) throw packErrors("E_COMPRESSOR_FAILED", "ISA-L made more than there is room for");
    return done + struct.readUInt32LE(at.totalOut);
  };

  const isal: Isal = {
    deflate(bytes, history) {
      if (history.length > 0) return output.subarray(0, compress(bytes, history, 0));
      const first = bytes.subarray(0, firstBytes);
      const stored = storeIn(output, first);
      const rest = bytes.subarray(first.length);
      return output.subarray(0, rest.length === 0 ? stored : compress(rest, first, stored));
    },
    crc32: (bytes, before) => functions.crc32_gzip_refl(before, bytes, BigInt(bytes.length)),
  };
  return isTrue(isal) ? isal : undefined;
}

/** A stored block that is not the last one (RFC 1951, 3.2.4). */
function storeIn(output: Buffer, bytes: Uint8Array): number {
  output.writeUInt8(0, 0);
  output.writeUInt16LE(bytes.length, 1);
  output.writeUInt16LE(0xffff ^ bytes.length, 3);
  output.set(bytes, 5);
  return 5 + bytes.length;
}

/** A library of another build might lay out its stream otherwise: what it makes is read back before it is used. */
function isTrue(isal: Isal): boolean {
  const text = Buffer.from("Is what went in what comes out? ".repeat(1000));
  const parts = [text, text].map((half, index) =>
    Buffer.from(isal.deflate(half, index === 0 ? half.subarray(0, 0) : text)),
  );
  const finishFlush = constants.Z_SYNC_FLUSH;
  const back = inflateRawSync(Buffer.concat(parts), { finishFlush });
  return back.equals(Buffer.concat([text, text])) && isal.crc32(text, 7) === crc32(text, 7);
}
