import type { XmlName } from "./names.ts";
import { replaceReferences } from "./references.ts";

/** Most attributes of one element. */
export const mostAttributes = 256;
const usualAttributes = 16;

/**
 * The attributes of the start tag at hand: positions in the scanner's buffer, made into text only when asked.
 *
 * It is valid during the `open` event alone; the scanner uses it again for the next tag.
 */
export class XmlAttributes {
  count = 0;
  readonly #names: XmlName[] = [];
  // Ten thousand small files have one of these each, so it begins small.
  #starts = new Uint32Array(usualAttributes);
  #ends = new Uint32Array(usualAttributes);
  #escaped = new Uint8Array(usualAttributes);
  #buffer: Buffer = Buffer.alloc(0);

  reset(buffer: Buffer): void {
    this.#buffer = buffer;
    this.count = 0;
  }

  /**
   * The name that the tag before had at the place of the next attribute: as most tags of a report look alike, the
   * scanner tries it first.
   */
  get likely(): XmlName | undefined {
    return this.#names[this.count];
  }

  /** @param escaped whether the value holds a reference, tab or line break, so that its bytes are not its text */
  add(name: XmlName, start: number, end: number, escaped: boolean): void {
    if (this.count === this.#starts.length) this.#grow();
    this.#names[this.count] = name;
    this.#starts[this.count] = start;
    this.#ends[this.count] = end;
    this.#escaped[this.count] = escaped ? 1 : 0;
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
    copy.count = 0;
    if (this.count === 0) return;
    const from = this.#starts[0] ?? 0;
    const to = this.#ends[this.count - 1] ?? 0;
    if (copy.#buffer.length < to - from) copy.#buffer = Buffer.alloc((to - from) * 2);
    this.#buffer.copy(copy.#buffer, 0, from, to);
    for (let at = 0; at < this.count; at += 1) {
      const name = this.#names[at];
      if (name === undefined) continue;
      const escaped = this.#escaped[at] === 1;
      copy.add(name, this.start(at) - from, this.end(at) - from, escaped);
    }
  }

  name(index: number): XmlName | undefined {
    return index < this.count ? this.#names[index] : undefined;
  }

  /** The value after normalisation (XML 1.0, 3.3.3); `undefined` for -1. */
  value(index: number): string | undefined {
    if (index < 0) return undefined;
    const raw = this.#buffer.toString("utf8", this.#starts[index], this.#ends[index]);
    return this.#escaped[index] === 1
      ? replaceReferences(raw.replaceAll(/\r\n?|[\t\n]/g, " "))
      : raw;
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
    return this.#escaped[index] === 0;
  }

  get buffer(): Buffer {
    return this.#buffer;
  }

  start(index: number): number {
    return this.#starts[index] ?? 0;
  }

  end(index: number): number {
    return this.#ends[index] ?? 0;
  }

  #grow(): void {
    const enlarge = <Numbers extends Uint32Array | Uint8Array>(old: Numbers, larger: Numbers) => {
      larger.set(old);
      return larger;
    };
    const size = this.count * 2;
    this.#starts = enlarge(this.#starts, new Uint32Array(size));
    this.#ends = enlarge(this.#ends, new Uint32Array(size));
    this.#escaped = enlarge(this.#escaped, new Uint8Array(size));
  }
}
