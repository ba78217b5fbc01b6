import type { Readable } from "node:stream";

// The framing of git's wire protocol. https://git-scm.com/docs/gitprotocol-common#_pkt_line_format

export const flushPacket = Buffer.from("0000");
const longestPayloadBytes = 65_516;

/** One packet with this payload. @throws {RangeError} over 65 516 bytes. */
export function packet(payload: Buffer | string): Buffer {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
  if (bytes.length > longestPayloadBytes)
    throw new RangeError("A packet holds 65516 bytes at most");
  const length = (bytes.length + 4).toString(16).padStart(4, "0");
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** Packets on one band of the side-band: 1 is data, 2 is for people (`remote: …`). */
export function sideBand(band: 1 | 2, data: Buffer | string): Buffer {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data);
  const size = longestPayloadBytes - 1;
  const parts = Math.ceil(bytes.length / size);
  return Buffer.concat(
    Array.from({ length: parts }, (_, index) => {
      const part = bytes.subarray(index * size, (index + 1) * size);
      return packet(Buffer.concat([Buffer.from([band]), part]));
    }),
  );
}

/** The payloads of a buffer of packets; `null` for a flush. @throws {SyntaxError} where it is none. */
export function* packetsOf(bytes: Buffer): Generator<Buffer | null> {
  let at = 0;
  while (at < bytes.length) {
    const length = parseLength(bytes.subarray(at, at + 4));
    if (length < 4) {
      yield null;
      at += 4;
      continue;
    }
    if (at + length > bytes.length) throw new SyntaxError("A packet is cut off");
    yield bytes.subarray(at + 4, at + length);
    at += length;
  }
}

/** Reads exact numbers of bytes off a stream and leaves the rest to be streamed on. */
export class ByteSource {
  readonly #chunks: AsyncIterator<unknown>;
  #held: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The next packet as it came, with its payload; `undefined` at the end of the stream. */
  async packet(): Promise<{ raw: Buffer; payload: Buffer | null } | undefined> {
    const head = await this.#take(4);
    if (head === undefined) return undefined;
    const length = parseLength(head);
    if (length < 4) return { raw: head, payload: null };
    const payload = await this.#take(length - 4);
    if (payload === undefined) throw new SyntaxError("A packet is cut off");
    return { raw: Buffer.concat([head, payload]), payload };
  }

  /** Everything that was not taken yet. */
  async *rest(): AsyncGenerator<Buffer> {
    if (this.#held.length > 0) yield this.#held;
    this.#held = Buffer.alloc(0);
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next())
      yield chunk;
  }

  /** Reads to the end and forgets it. */
  async drain(): Promise<void> {
    const rest = this.rest();
    while ((await rest.next()).done !== true);
  }

  async #take(bytes: number): Promise<Buffer | undefined> {
    while (this.#held.length < bytes) {
      const chunk = await this.#next();
      if (chunk === undefined) return undefined;
      this.#held = Buffer.concat([this.#held, chunk]);
    }
    const taken = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    return taken;
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#chunks.next();
    return done === true || !Buffer.isBuffer(value) ? undefined : value;
  }
}

function parseLength(head: Buffer): number {
  const text = head.toString("latin1");
  if (!/^[0-9a-fA-F]{4}$/.test(text)) throw new SyntaxError("Not a packet's length");
  return Number.parseInt(text, 16);
}
