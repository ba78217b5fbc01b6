import type { XmlAttributes } from "../xml/attributes.ts";
import { excerpt, isBlank } from "./blank.ts";
import { CaseAttributes } from "./case-attributes.ts";
import { detailOf, skipOf } from "./case-detail.ts";
import { lintCase } from "./case-lint.ts";
import { CaseState } from "./case-state.ts";
import { hashValue } from "./hash-value.ts";
import { outcomeCode } from "./keys.ts";
import { lintConversion, lintOutcomePart } from "./part-lint.ts";
import { PartState } from "./part-state.ts";
import { isDeciding, isProblem, problemOf } from "./problems.ts";
import type { Place, ReportTally } from "./report-tally.ts";
import type { SuiteFrame } from "./suite-frame.ts";
import { isPlainTime, parseTime } from "./time.ts";
import { parsePlainSeconds } from "./time-bytes.ts";
import { word } from "./vocabulary.ts";

/** How many details all files of the job may still keep. */
export interface Retention {
  failed: number;
  skipped: number;
}

export interface CaseOptions {
  retention: Retention;
  /** Hears every closed case; what it is given is valid during the call alone. */
  onCase?: (state: CaseState) => void;
}

/** Reads test cases, and what is directly in them, into the tally. */
export class CaseReader {
  place: Place = { tagLine: 1, tagColumn: 1 };
  readonly #tally: ReportTally;
  readonly #options: CaseOptions;
  // Cases may stand in cases; each depth has one state, which is used again and again.
  readonly #pool: { state: CaseState; part: PartState }[] = [];
  readonly #attributes = new CaseAttributes();
  #depth = 0;

  constructor(tally: ReportTally, options: CaseOptions) {
    this.#tally = tally;
    this.#options = options;
  }

  get state(): CaseState | undefined {
    return this.#current?.state;
  }

  get part(): PartState | undefined {
    return this.#current?.part;
  }

  /** The case that was being read last, where its attributes are still known: a report that is cut off ends there. */
  get lastTitle(): string | undefined {
    const state = this.#pool[Math.max(0, this.#depth - 1)]?.state;
    return state !== undefined && state.attributes === state.copy ? state.title : undefined;
  }

  /** @param suite the nearest one; `isDirect` where it is the parent itself */
  open(
    attributes: XmlAttributes,
    isEmpty: boolean,
    suite: SuiteFrame | undefined,
    isDirect: boolean,
  ): void {
    if (this.#depth === this.#pool.length)
      this.#pool.push({ state: new CaseState(), part: new PartState() });
    this.#depth += 1;
    const state = this.#current?.state;
    if (state === undefined) return;
    this.#tally.counts.started += 1;
    state.begin(this.#tally.counts.started, this.place.tagLine, this.place.tagColumn);
    state.suite = suite;
    state.isDirect = isDirect;
    if (isEmpty) {
      state.attributes = attributes;
    } else {
      state.isFilled = true;
      attributes.copyTo(state.copy);
      state.attributes = state.copy;
    }
    this.#attributes.read(state, attributes, isDirect ? suite : undefined);
  }

  text(buffer: Buffer, start: number, end: number): void {
    const state = this.state;
    if (state === undefined || state.strayText !== undefined) return;
    if (!isBlank(buffer, start, end)) state.strayText = excerpt(buffer, start, end);
  }

  openPart(kind: number, attributes: XmlAttributes): void {
    const current = this.#current;
    if (current === undefined) return;
    const { state, part } = current;
    const wantsText = isProblem(kind) ? this.#keeps(kind) : kind === word.time;
    part.begin(kind, attributes, wantsText);
    part.line = this.place.tagLine;
    part.column = this.place.tagColumn;
    const output = state.countPart(kind);
    if (output !== undefined) part.divert(output);
  }

  closePart(): void {
    const current = this.#current;
    if (current === undefined) return;
    const { state, part } = current;
    const isHash = hashValue(part) === "hash";
    for (const path of part.attachments.paths)
      state.attachments.push({ path, part: part.kind, line: part.line, column: part.column });
    if (part.kind === word["system-out"]) {
      state.systemOutIsHash ||= isHash;
    } else if (part.kind === word.time) {
      this.#closeTime(state, part, isHash);
    } else if (isProblem(part.kind)) {
      if (part.kind === word.failure) state.rawFailure ||= isHash;
      if (part.kind === word.error) state.rawError ||= isHash;
      if (part.kind === word.skipped) state.rawSkip ||= isHash;
      if (isDeciding(part.kind)) lintOutcomePart(state, part, isHash, this.#tally.findings);
      this.#keepProblem(state, part);
    }
    lintConversion(part, this.#tally.findings);
  }

  close(): void {
    const state = this.state;
    if (state === undefined) return;
    this.#depth -= 1;
    const counts = this.#tally.counts;
    counts.tests += 1;
    const outcome = state.outcome;
    counts[outcome] += 1;
    if (state.flaky > 0) counts.flaky += 1;
    if (state.reruns > 0) counts.rerun += 1;
    if (!state.hasClassname) counts.noClassname += 1;
    if (!state.hasName) counts.noName += 1;
    if (!state.hasFile && (outcome === "failed" || outcome === "errored")) counts.noFile += 1;
    this.#timeOf(state);
    this.#countInSuites(state);
    this.#keepKey(state);
    lintCase(state, this.#tally.findings);
    if (outcome === "failed" || outcome === "errored" || state.flaky > 0) this.#keepCase(state);
    else if (outcome === "skipped") this.#keepSkipped(state);
    this.#options.onCase?.(state);
  }

  get #current(): { state: CaseState; part: PartState } | undefined {
    return this.#pool[this.#depth - 1];
  }

  /** Whether there is still room for the text of this kind of problem. */
  #keeps(kind: number): boolean {
    const { failed, skipped } = this.#options.retention;
    return (kind === word.skipped ? skipped : failed) > 0;
  }

  #closeTime(state: CaseState, part: PartState, isHash: boolean): void {
    if (state.timeAt >= 0) return;
    if (isHash)
      this.#tally.findings.add("GJ09", part.line, part.column, () => "<time> without text");
    this.#addTime(state, part.text.text());
  }

  #keepProblem(state: CaseState, part: PartState): void {
    if (!this.#keeps(part.kind)) return;
    (isDeciding(part.kind) ? state.problems : state.attempts).push(problemOf(part));
  }

  #timeOf(state: CaseState): void {
    const at = state.timeAt;
    if (at < 0) return;
    const { attributes } = state;
    const quick = attributes.isPlain(at)
      ? parsePlainSeconds(attributes.buffer, attributes.start(at), attributes.end(at))
      : -1;
    if (quick >= 0) {
      state.seconds = quick;
      this.#tally.times.addSeconds(quick, state);
    } else {
      this.#addTime(state, attributes.head(at, 64) ?? "");
    }
  }

  #addTime(state: CaseState, text: string): void {
    const value = parseTime(text);
    if (value.kind === "seconds") state.seconds = value.seconds;
    else if (value.kind === "either") state.seconds = value.grouped;
    this.#tally.times.add(value, state);
    if (!isPlainTime(text))
      this.#tally.findings.add(
        "GJ43",
        state.line,
        state.column,
        () => `time="${text}" of ${state.title}`,
      );
  }

  #countInSuites(state: CaseState): void {
    const found = state.suite?.found;
    if (found === undefined) return;
    found.tests += 1;
    if (state.failures > 0) found.failures += 1;
    if (state.errors > 0) found.errors += 1;
    if (state.skips > 0) found.skipped += 1;
  }

  #keepKey(state: CaseState): void {
    const outcome = state.gitlabOutcome;
    const isReached = state.isDirect && state.suite?.isReached === true && !state.vanishes;
    const number = this.#tally.keys.length;
    const first = this.#tally.keys.add(state, outcomeCode[outcome], isReached);
    if (first !== number) this.#tally.nameRepeat(first, state);
    if (!isReached) return;
    const isRaw =
      (outcome === "failed" && state.rawFailure) ||
      (outcome === "errored" && state.rawError) ||
      (outcome === "skipped" && state.rawSkip);
    if (isRaw) this.#tally.counts.raw += 1;
  }

  #keepCase(state: CaseState): void {
    if (this.#options.retention.failed <= 0) return;
    this.#options.retention.failed -= 1;
    this.#tally.cases.push(detailOf(state));
  }

  #keepSkipped(state: CaseState): void {
    if (this.#options.retention.skipped <= 0) return;
    this.#options.retention.skipped -= 1;
    this.#tally.skippedCases.push(skipOf(state));
  }
}
