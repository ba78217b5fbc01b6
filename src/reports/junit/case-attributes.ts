import type { XmlAttributes } from "../xml/attributes.ts";
import { isUnusualStatus } from "./case-lint.ts";
import type { CaseState } from "./case-state.ts";
import { KeyHash, mixBits } from "./keys.ts";
import type { SuiteFrame } from "./suite-frame.ts";
import { word } from "./vocabulary.ts";

const underscore = 95;

/** Reads the attributes of test cases in one pass: their keys, their time, and what GitLab would take for something else. */
export class CaseAttributes {
  readonly #hash = new KeyHash();
  /** Up to the class of the last case: most cases have the class of the one before. */
  readonly #classHash = new KeyHash();
  #classBytes = 0;
  #classAt = -1;
  #classSuite: SuiteFrame | undefined;
  #classTag: XmlAttributes | undefined;

  /** @param suite the parent of the case; `undefined` where that is no suite */
  read(state: CaseState, attributes: XmlAttributes, suite: SuiteFrame | undefined): void {
    let classAt = -1;
    let nameAt = -1;
    let lastClassAt = -1;
    let lastNameAt = -1;
    for (let at = 0; at < attributes.count; at += 1) {
      const name = attributes.name(at);
      if (name === undefined || name.kind === word.xmlns || name.prefix === "xmlns") continue;
      state.attributeCount += 1;
      const isOwn = name.prefix === "";
      switch (name.kind) {
        case word.name:
          if (isOwn) nameAt = at;
          lastNameAt = at;
          break;
        case word.classname:
          if (isOwn) classAt = at;
          lastClassAt = at;
          break;
        case word.file:
          state.hasFile ||= isOwn;
          break;
        case word.time:
          if (isOwn) state.timeAt = at;
          break;
        case 0:
          break;
        default:
          readRare(state, attributes, at, name.kind);
      }
    }
    state.hasName = nameAt >= 0;
    state.hasClassname = classAt >= 0;
    state.hasOverridingAttribute =
      (lastNameAt !== nameAt && nameAt >= 0) || (lastClassAt !== classAt && classAt >= 0);
    this.#hashKeys(state, attributes, suite, classAt, nameAt);
    if (lastNameAt === nameAt && lastClassAt === classAt) return;
    // GitLab sees local names alone, and the last attribute wins.
    const { keyExact, exactLow } = state;
    this.#hashKeys(state, attributes, suite, lastClassAt, lastNameAt);
    state.keyExact = keyExact;
    state.exactLow = exactLow;
  }

  /** GitLab's key is `suite_class_name`; with the lengths of its parts it is the exact one: one run serves both. */
  #hashKeys(
    state: CaseState,
    attributes: XmlAttributes,
    suite: SuiteFrame | undefined,
    classAt: number,
    nameAt: number,
  ): void {
    const hash = this.#hash;
    this.#hashClass(attributes, suite, classAt);
    const classBytes = this.#classBytes;
    this.#hashValue(attributes, nameAt);
    state.keyHigh = hash.high;
    state.keyLow = hash.low;
    const suitePart = suite?.name === undefined ? 0 : suite.nameBytes + 1;
    const classPart = classAt < 0 ? 0 : classBytes + 1;
    const lengths = Math.imul(suitePart, 0x9e3779b1) ^ Math.imul(classPart, 0x7f4a7c15);
    state.keyExact = state.keyHigh ^ mixBits((lengths << 1) | (nameAt < 0 ? 0 : 1));
    state.exactLow = state.keyLow;
  }

  #hashClass(attributes: XmlAttributes, suite: SuiteFrame | undefined, classAt: number): void {
    const hash = this.#hash;
    const isLast =
      classAt >= 0 &&
      attributes.isRepeated(classAt) &&
      classAt === this.#classAt &&
      suite === this.#classSuite &&
      attributes === this.#classTag;
    if (isLast) {
      hash.copyFrom(this.#classHash);
      return;
    }
    if (suite === undefined) {
      hash.reset();
      hash.byte(underscore);
    } else {
      hash.copyFrom(suite.key);
    }
    this.#classBytes = this.#hashValue(attributes, classAt);
    hash.byte(underscore);
    this.#classHash.copyFrom(hash);
    this.#classAt = classAt;
    this.#classSuite = suite;
    this.#classTag = attributes;
  }

  #hashValue(attributes: XmlAttributes, at: number): number {
    if (at < 0) return 0;
    if (attributes.isPlain(at)) {
      const start = attributes.start(at);
      const end = attributes.end(at);
      this.#hash.bytes(attributes.buffer, start, end);
      return end - start;
    }
    const bytes = Buffer.from(attributes.value(at) ?? "");
    this.#hash.bytes(bytes, 0, bytes.length);
    return bytes.length;
  }
}

function readRare(state: CaseState, attributes: XmlAttributes, at: number, kind: number): void {
  switch (kind) {
    case word.status:
    case word.result:
      state.hasUnusualStatus ||= isUnusualStatus(attributes.head(at, 64) ?? "");
      break;
    case word.type:
      state.type = attributes.head(at, 64);
      break;
    case word.nil:
      state.isNil = attributes.value(at) === "true";
      break;
    case word.failure:
      state.outcomeAttributes |= 1;
      break;
    case word.error:
      state.outcomeAttributes |= 2;
      break;
    case word.skipped:
      state.outcomeAttributes |= 4;
      break;
    default:
  }
}
