import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { XmlDecoder } from "./decode.ts";
import { XmlFault } from "./faults.ts";
import { NameTable } from "./names.ts";
import { type XmlEvents, type XmlLimits, XmlScanner } from "./scanner.ts";

/** What is known of a document's bytes, whether it could be read or not. */
export interface DocumentFacts {
  /** Size of the file. */
  bytes: number;
  /** Characters read: what GitLab's limit of 30 MiB counts. */
  characters: number;
  encoding: string;
  bom: boolean;
  declaredEncoding: string | undefined;
  /** The declaration names an encoding that the bytes do not have. */
  contradicts: boolean;
  /** Bytes above 0x7F that are no UTF-8, read by another encoding. */
  isForeign: boolean;
  hasHighBytes: boolean;
  /** Nothing but white space. */
  isEmpty: boolean;
  fault: XmlFault | undefined;
}

export interface DocumentOptions {
  limits?: XmlLimits;
  /** Largest file, in bytes. */
  maxBytes?: number;
  signal?: AbortSignal;
  /** Take characters that XML does not have as they are: for repairing. */
  isLenient?: boolean;
  /** Names of the reader's vocabulary that documents before had: with many small ones, most of the work is done. */
  names?: NameTable;
}

const chunkBytes = 256 * 1024;
/** How much is read before signals get their turn. */
const breathBytes = 16 * 1024 * 1024;
const largestFile = 1024 * 1024 * 1024;

/**
 * Reads one XML file once, from its beginning to its end or its first fault.
 *
 * @throws what the file system throws (`ENOENT`, `EACCES`), and the signal's reason
 */
export async function readDocument<
  Events extends XmlEvents & { attach(scanner: XmlScanner, sizeBytes: number): void },
>(
  file: string,
  vocabulary: ReadonlyMap<string, number>,
  events: Events,
  options: DocumentOptions = {},
): Promise<DocumentFacts> {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const stat = fstatSync(descriptor);
  const scanner = new XmlScanner(options.names ?? new NameTable(vocabulary), events, {
    sizeBytes: stat.size,
    isLenient: options.isLenient ?? false,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  events.attach(scanner, stat.size);
  const decoder = new XmlDecoder(scanner);
  const emptiness = new Emptiness();
  const bytes = stat.size;
  let fault: XmlFault | undefined;
  try {
    if (!stat.isFile()) throw new XmlFault("limit", "not a regular file", 0, 0, "file");
    if (bytes > (options.maxBytes ?? largestFile))
      throw new XmlFault("limit", `the file has ${bytes} bytes`, 0, 0, "bytes");
    await pump(descriptor, bytes, options.signal, (chunk) => {
      emptiness.look(chunk);
      decoder.write(chunk);
    });
    if (!emptiness.isEmpty) decoder.end();
  } catch (cause) {
    if (!(cause instanceof XmlFault)) throw cause;
    fault = cause;
  } finally {
    closeSync(descriptor);
  }
  const choice = decoder.choice;
  return {
    bytes,
    characters: decoder.characters,
    encoding: choice?.encoding ?? "utf-8",
    bom: choice?.bom ?? false,
    declaredEncoding: choice?.declared,
    contradicts: choice?.contradicts ?? false,
    isForeign: !decoder.isUtf8 && fault === undefined,
    hasHighBytes: !decoder.isAscii,
    isEmpty: emptiness.isEmpty && bytes <= (options.maxBytes ?? largestFile),
    fault,
  };
}

/** Reads in small pieces; a small file costs two system calls and no turn of the event loop. */
async function pump(
  descriptor: number,
  size: number,
  signal: AbortSignal | undefined,
  take: (chunk: Buffer) => void,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size + 1));
  let sinceBreath = 0;
  for (;;) {
    signal?.throwIfAborted();
    const length = readSync(descriptor, buffer);
    if (length === 0) return;
    take(buffer.subarray(0, length));
    sinceBreath += length;
    if (sinceBreath < breathBytes) continue;
    sinceBreath = 0;
    await setImmediate();
  }
}

/** Whether a file holds nothing but white space, decided by its first other byte. */
class Emptiness {
  isEmpty = true;

  look(chunk: Buffer): void {
    if (!this.isEmpty) return;
    for (const byte of chunk) {
      if (byte === 32 || (byte >= 9 && byte <= 13)) continue;
      this.isEmpty = false;
      return;
    }
  }
}
