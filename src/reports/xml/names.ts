import type { XmlAttributes } from "./attributes.ts";
import { isXmlName } from "./characters.ts";

/** A name of an element or attribute, one object per spelling, so that names are compared by identity. */
export interface XmlName {
  readonly bytes: Buffer;
  /** As written, with the prefix. */
  readonly raw: string;
  readonly prefix: string;
  /** GitLab's reader sees only this. */
  readonly local: string;
  /** What the reader's vocabulary calls the local name; 0 for a stranger. */
  readonly kind: number;
  readonly valid: boolean;
  /** The tag that used it last: finds a repeated attribute without a set. */
  stamp: number;
  /** The attributes of the last element of this name: the next will look much the same. */
  attributes: XmlAttributes | undefined;
}

const tableSize = 128;
const largestTable = 8192;
/** What is more in a table comes from a strange document, and goes with it. */
const usualTable = 1024;

/** Keeps one object per name, so that the hot path makes no strings. Documents that are read one by one may share it. */
export class NameTable {
  /** Of the tag that is being read; it never comes again, whatever document the next tag is of. */
  serial = 0;
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #slots: (XmlName[] | undefined)[] = [];
  #count = 0;

  /** @param vocabulary the local names the reader knows, each with its number above 0 */
  constructor(vocabulary: ReadonlyMap<string, number>) {
    this.#vocabulary = vocabulary;
  }

  /** A new document begins: nothing of its tags can be compared with those of the last one. */
  begin(): void {
    if (this.#count > usualTable) {
      this.#slots.length = 0;
      this.#count = 0;
    }
    for (const slot of this.#slots)
      for (const { attributes } of slot ?? [])
        if (attributes !== undefined) attributes.lastTag = -1;
  }

  /** The name in `buffer` from `start` to `end`; `hash` is any number that depends on its bytes alone. */
  at(buffer: Buffer, start: number, end: number, hash: number): XmlName {
    const index = hash & (tableSize - 1);
    const slot = this.#slots[index];
    if (slot !== undefined)
      for (const name of slot) if (sameBytes(name.bytes, buffer, start, end)) return name;
    const name = this.#make(buffer, start, end);
    // A hostile file with millions of names must not fill the memory (S10).
    if (this.#count < largestTable) {
      if (slot === undefined) this.#slots[index] = [name];
      else slot.push(name);
      this.#count += 1;
    }
    return name;
  }

  #make(buffer: Buffer, start: number, end: number): XmlName {
    const bytes = Buffer.from(buffer.subarray(start, end));
    const raw = bytes.toString("utf8");
    const colon = raw.indexOf(":");
    const local = colon < 0 ? raw : raw.slice(colon + 1);
    return {
      bytes,
      raw,
      prefix: colon < 0 ? "" : raw.slice(0, colon),
      local,
      kind: this.#vocabulary.get(local) ?? 0,
      valid: isXmlName(raw),
      stamp: 0,
      attributes: undefined,
    };
  }
}

/** Whether `buffer` holds exactly these bytes from `start` to `end`. */
export function sameBytes(bytes: Buffer, buffer: Buffer, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== buffer[start + at]) return false;
  return true;
}
