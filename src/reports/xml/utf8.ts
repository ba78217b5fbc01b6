import { isUtf8 } from "node:buffer";
import { XmlFault, type XmlFaultKind } from "./faults.ts";

const noBytes = Buffer.alloc(0);

/** The first byte that is not UTF-8. */
export interface BadByte {
  /** In the buffer that was looked at. */
  index: number;
  kind: Extract<XmlFaultKind, "encoding" | "malformed">;
  reason: string;
}

/**
 * Cuts a stream of bytes between UTF-8 characters and refuses what is not UTF-8.
 *
 * A surrogate in UTF-8 form counts as malformed XML, as it does for libxml2; everything else as a wrong encoding.
 */
export class Utf8Cutter {
  #carry: Buffer = noBytes;
  #offset = 0;
  #bad: BadByte | undefined;

  /** The whole characters so far. After the first bad byte nothing more comes. */
  push(chunk: Buffer): Buffer {
    if (this.#bad !== undefined) return noBytes;
    const all = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const body = all.subarray(0, all.length - unfinishedBytes(all));
    if (!isUtf8(body)) return this.#stopAtBad(body);
    this.#carry = body.length === all.length ? noBytes : Buffer.from(all.subarray(body.length));
    this.#offset += body.length;
    return body;
  }

  /** Nothing more comes: a character that is not finished is bad. */
  end(): void {
    const first = this.#carry[0];
    if (this.#bad === undefined && first !== undefined) this.#stopAtBad(this.#carry);
  }

  get isValid(): boolean {
    return this.#bad === undefined;
  }

  /** @param line where the valid part ends */
  throwIfBad(line: number, column: number): void {
    if (this.#bad === undefined) return;
    throw new XmlFault(this.#bad.kind, this.#bad.reason, line, column);
  }

  #stopAtBad(body: Buffer): Buffer {
    const bad = findBadByte(body);
    if (bad === undefined) return body;
    const offset = this.#offset + bad.index;
    const byte = (body[bad.index] ?? 0).toString(16).toUpperCase().padStart(2, "0");
    this.#bad = { ...bad, reason: `${bad.reason} (byte 0x${byte} at offset ${offset})` };
    return body.subarray(0, bad.index);
  }
}

/** How many bytes at the end belong to a character that may go on in the next chunk. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

function findBadByte(bytes: Buffer): BadByte | undefined {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : sequenceLength(lead);
    if (!isUtf8(bytes.subarray(at, at + length))) {
      const surrogate = lead === 0xed && (bytes[at + 1] ?? 0) >= 0xa0;
      return {
        index: at,
        kind: surrogate ? "malformed" : "encoding",
        reason: surrogate ? "a lone surrogate" : "bytes that are not UTF-8",
      };
    }
    at += length;
  }
  return undefined;
}
