import type { XmlName } from "./names.ts";
import { replaceReferences } from "./references.ts";

/** Most attributes of one element. */
export const mostAttributes = 256;
const usualAttributes = 16;

const noBytes = Buffer.alloc(0);
const escapedBit = 1;
const repeatedBit = 2;

/**
 * The attributes of a start tag: positions in the scanner's buffer, made into text only when asked.
 *
 * It is valid during the `open` event alone; the scanner uses it again for the next tag of the same name.
 */
export class XmlAttributes {
  count = 0;
  /** Where in the document the last whole tag of this name starts, if it may be compared with the next; else -1. */
  lastTag = -1;
  readonly #names: XmlName[] = [];
  // Ten thousand small files have a few of these each, so it begins small. Positions count from the tag's start.
  #starts = new Uint32Array(usualAttributes);
  #ends = new Uint32Array(usualAttributes);
  #flags = new Uint8Array(usualAttributes);
  #buffer: Buffer = noBytes;
  #tagStart = 0;

  /** @param tagStart index of the tag in the buffer */
  reset(buffer: Buffer, tagStart: number): void {
    this.#buffer = buffer;
    this.#tagStart = tagStart;
    this.count = 0;
  }

  /**
   * @param isEscaped whether the value holds a reference, tab or line break, so that its bytes are not its text
   * @param isRepeated whether the last tag of this name had the same attribute at the same place
   */
  add(name: XmlName, start: number, end: number, isEscaped: boolean, isRepeated: boolean): void {
    if (this.count === this.#starts.length) this.#grow();
    this.#names[this.count] = name;
    this.#starts[this.count] = start - this.#tagStart;
    this.#ends[this.count] = end - this.#tagStart;
    this.#flags[this.count] = (isEscaped ? escapedBit : 0) | (isRepeated ? repeatedBit : 0);
    this.count += 1;
  }

  /** The index of the attribute without prefix whose local name is of this kind; -1 where there is none. */
  find(kind: number): number {
    for (let at = 0; at < this.count; at += 1) {
      const name = this.#names[at];
      if (name !== undefined && name.kind === kind && name.prefix === "") return at;
    }
    return -1;
  }

  /** Makes `copy` hold these attributes beyond the `open` event. It owns its bytes and is made to be used again. */
  copyTo(copy: XmlAttributes): void {
    const from = this.start(0);
    const length = this.count === 0 ? 0 : this.end(this.count - 1) - from;
    const room = copy.#buffer.length < length ? Buffer.alloc(length * 2) : copy.#buffer;
    copy.reset(room, 0);
    this.#buffer.copy(room, 0, from, from + length);
    for (let at = 0; at < this.count; at += 1) {
      const name = this.#names[at];
      if (name === undefined) continue;
      copy.add(name, this.start(at) - from, this.end(at) - from, !this.isPlain(at), false);
    }
  }

  /** What is not added yet is as it was in the last tag: so are `startInTag` and `endInTag`. */
  name(index: number): XmlName | undefined {
    return this.#names[index];
  }

  startInTag(index: number): number {
    return this.#starts[index] ?? 0;
  }

  endInTag(index: number): number {
    return this.#ends[index] ?? 0;
  }

  /** The value after normalisation (XML 1.0, 3.3.3); `undefined` for -1. */
  value(index: number): string | undefined {
    if (index < 0) return undefined;
    const raw = this.#buffer.toString("utf8", this.start(index), this.end(index));
    return this.isPlain(index) ? raw : replaceReferences(raw.replaceAll(/\r\n?|[\t\n]/g, " "));
  }

  /** At most the first `bytes` of the value, so that a hostile one is not kept whole. */
  head(index: number, bytes: number): string | undefined {
    if (index < 0 || this.end(index) - this.start(index) <= bytes) return this.value(index);
    const raw = this.#buffer.toString("utf8", this.start(index), this.start(index) + bytes);
    return `${replaceReferences(raw.replaceAll(/\r\n?|[\t\n]/g, " "))}…`;
  }

  valueOf(kind: number): string | undefined {
    return this.value(this.find(kind));
  }

  /** Whether the bytes of the value are its text, so that they may be hashed or parsed as they stand. */
  isPlain(index: number): boolean {
    return ((this.#flags[index] ?? 0) & escapedBit) === 0;
  }

  /** Whether the last tag of this name had the same attribute with the same value at the same place. */
  isRepeated(index: number): boolean {
    return ((this.#flags[index] ?? 0) & repeatedBit) !== 0;
  }

  get buffer(): Buffer {
    return this.#buffer;
  }

  start(index: number): number {
    return this.#tagStart + (this.#starts[index] ?? 0);
  }

  end(index: number): number {
    return this.#tagStart + (this.#ends[index] ?? 0);
  }

  #grow(): void {
    const enlarge = <Numbers extends Uint32Array | Uint8Array>(old: Numbers, larger: Numbers) => {
      larger.set(old);
      return larger;
    };
    const size = this.count * 2;
    this.#starts = enlarge(this.#starts, new Uint32Array(size));
    this.#ends = enlarge(this.#ends, new Uint32Array(size));
    this.#flags = enlarge(this.#flags, new Uint8Array(size));
  }
}
