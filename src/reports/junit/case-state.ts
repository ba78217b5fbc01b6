import { XmlAttributes } from "../xml/attributes.ts";
import { hashNumber } from "./keys.ts";
import type { Outcome, Problem } from "./model.ts";
import type { SuiteFrame } from "./suite-frame.ts";
import { BoundedText } from "./text-tail.ts";
import { word } from "./vocabulary.ts";

const outputTailBytes = 16 * 1024;

/** Where an attachment was named, for GJ45. */
export interface NamedAttachment {
  path: string;
  part: number;
  line: number;
  column: number;
}

/** A test case while it is open. Made once per nesting and used again: a million cases make no garbage. */
export class CaseState {
  ordinal = 0;
  line = 0;
  column = 0;
  suite: SuiteFrame | undefined;
  /** Whether its parent is that suite itself, or something GitLab does not look into. */
  isDirect = false;
  /** The attributes: the scanner's own while the case is empty, else the copy. */
  attributes = new XmlAttributes();
  readonly copy = new XmlAttributes();
  /** Attributes but for namespace declarations. */
  attributeCount = 0;
  /** The hash of `suite_class_name`, GitLab's key, and what tells cases with one key apart; see case-keys.ts. */
  keyHigh = 0;
  keyLow = 0;
  keyExact = 0;
  exactLow = 0;
  hasClassname = false;
  hasFile = false;
  hasName = false;
  type: string | undefined;
  isNil = false;
  /** Index of the time attribute, -1 where there is none; and what it says. */
  timeAt = -1;
  seconds: number | undefined;

  /** It has, or may have, children or text. */
  isFilled = false;
  children = 0;
  failures = 0;
  errors = 0;
  skips = 0;
  flaky = 0;
  reruns = 0;
  disabled = 0;
  systemOuts = 0;
  systemErrs = 0;
  /** An output is also there under its other spelling. */
  respelled = false;
  /** A system-out that GitLab's reader trips over in failed cases. */
  systemOutIsHash = false;
  /** An outcome that GitLab shows as a raw dump. */
  rawFailure = false;
  rawError = false;
  rawSkip = false;
  /** Attributes that GitLab takes for outcomes (GJ30), as bits 1 failure, 2 error, 4 skipped. */
  outcomeAttributes = 0;
  strayText: string | undefined;
  hasUnusualStatus = false;
  hasOverridingAttribute = false;

  readonly problems: Problem[] = [];
  readonly attempts: Problem[] = [];
  readonly attachments: NamedAttachment[] = [];
  readonly output = new BoundedText(0, outputTailBytes);
  readonly errorOutput = new BoundedText(0, outputTailBytes);

  begin(ordinal: number, line: number, column: number): void {
    this.ordinal = ordinal;
    this.line = line;
    this.column = column;
    this.attributeCount = 0;
    this.hasClassname = false;
    this.hasFile = false;
    this.hasName = false;
    this.type = undefined;
    this.isNil = false;
    this.timeAt = -1;
    this.seconds = undefined;
    this.outcomeAttributes = 0;
    this.hasUnusualStatus = false;
    this.hasOverridingAttribute = false;
    // Most cases of a large report are empty: their successors find all of this as it was.
    if (this.isFilled) this.#forgetContent();
  }

  /** A child of this kind begins. @returns where its text goes, if it is an output */
  countPart(kind: number): BoundedText | undefined {
    switch (kind) {
      case word.failure:
        this.failures += 1;
        break;
      case word.error:
        this.errors += 1;
        break;
      case word.skipped:
        this.skips += 1;
        break;
      case word.flakyFailure:
      case word.flakyError:
        this.flaky += 1;
        break;
      case word.rerunFailure:
      case word.rerunError:
        this.reruns += 1;
        break;
      case word.disabled:
        this.disabled += 1;
        break;
      case word["system-out"]:
        this.systemOuts += 1;
        return this.output;
      case word["system-err"]:
        this.systemErrs += 1;
        return this.errorOutput;
      case word.system_out:
        this.respelled = true;
        return this.output;
      case word.system_err:
        this.respelled = true;
        return this.errorOutput;
      default:
    }
    return undefined;
  }

  /** A number for its suite, class and name. */
  get exactHash(): number {
    return hashNumber(this.keyExact, this.exactLow);
  }

  /** A number for GitLab's key. */
  get gitlabHash(): number {
    return hashNumber(this.keyHigh, this.keyLow);
  }

  /** GitLab's key as people read it. */
  get key(): string {
    const suite = this.isDirect ? this.suite?.name : undefined;
    return [suite ?? "", this.classname ?? "", this.name ?? ""].join("_");
  }

  get outcome(): Outcome {
    if (this.failures > 0) return "failed";
    if (this.errors > 0) return "errored";
    return this.skips > 0 ? "skipped" : "passed";
  }

  /** The outcome as GitLab sees it: attributes count like elements. */
  get gitlabOutcome(): Outcome {
    if (this.failures > 0 || (this.outcomeAttributes & 1) !== 0) return "failed";
    if (this.errors > 0 || (this.outcomeAttributes & 2) !== 0) return "errored";
    return this.skips > 0 || (this.outcomeAttributes & 4) !== 0 ? "skipped" : "passed";
  }

  /** Whether the element has gone from GitLab's tree (GJ27). */
  get vanishes(): boolean {
    if (this.strayText !== undefined) return false;
    if (this.isNil || this.type === "string" || this.type === "array") return true;
    const keys = this.attributeCount + this.children;
    return keys === 0 || (keys === 1 && this.type !== undefined);
  }

  get name(): string | undefined {
    return this.attributes.head(this.attributes.find(word.name), 4096);
  }

  get classname(): string | undefined {
    return this.attributes.head(this.attributes.find(word.classname), 4096);
  }

  /** Suite, class and name, as people read it. */
  get title(): string {
    const parts = [this.classname ?? this.suite?.name, this.name].filter(
      (part) => part !== undefined && part !== "",
    );
    return parts.length === 0 ? `test ${this.ordinal}` : parts.join(" › ");
  }

  #forgetContent(): void {
    this.isFilled = false;
    this.children = 0;
    this.failures = 0;
    this.errors = 0;
    this.skips = 0;
    this.flaky = 0;
    this.reruns = 0;
    this.disabled = 0;
    this.systemOuts = 0;
    this.systemErrs = 0;
    this.respelled = false;
    this.systemOutIsHash = false;
    this.rawFailure = false;
    this.rawError = false;
    this.rawSkip = false;
    this.strayText = undefined;
    this.problems.length = 0;
    this.attempts.length = 0;
    this.attachments.length = 0;
    this.output.reset();
    this.errorOutput.reset();
  }
}
