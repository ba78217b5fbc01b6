import { FindingList } from "../lint/findings.ts";
import type { LintLevel, LintRuleId } from "../lint/rules.ts";
import type { XmlAttributes } from "../xml/attributes.ts";
import type { XmlName } from "../xml/names.ts";
import type { NoticeLevel } from "../xml/namespaces.ts";
import type { XmlEvents, XmlScanner } from "../xml/scanner.ts";
import { isBlank } from "./blank.ts";
import { CaseAttributes } from "./case-attributes.ts";
import { detailOf, skipOf } from "./case-detail.ts";
import { lintCase } from "./case-lint.ts";
import { CaseState } from "./case-state.ts";
import { hashValue, isDisallowedType } from "./hash-value.ts";
import { hidden, KeyList, makeKey, outcomeCode } from "./keys.ts";
import type { CaseDetail, DeclaredMismatch, SuiteProblem } from "./model.ts";
import { lintConversion, lintOutcomePart } from "./part-lint.ts";
import { PartState } from "./part-state.ts";
import { isDeciding, isProblem, problemOf } from "./problems.ts";
import { SuiteFrame } from "./suite-frame.ts";
import { lintVanished, mismatchesOf, suiteTitle } from "./suite-lint.ts";
import { isPlainTime, parseTime } from "./time.ts";
import { parsePlainSeconds } from "./time-bytes.ts";
import { TimeTally } from "./time-tally.ts";
import { word } from "./vocabulary.ts";

/** How many details all files of the job may still keep. */
export interface Retention {
  failed: number;
  skipped: number;
}

export interface ReaderOptions {
  retention: Retention;
  /** Seconds above which a case counts as too slow. */
  maxTestSeconds?: number;
  /** Hears every closed case; what it is given is valid during the call alone. */
  onCase?: (state: CaseState) => void;
}

const role = { other: 0, suite: 1, case: 2, part: 3, inner: 4, suitePart: 5 } as const;
type Role = (typeof role)[keyof typeof role];

const deepNesting = 200;
const mostMismatches = 100;

/** Folds the elements of a JUnit report into numbers, keys, findings and the cases worth showing. */
export class JunitReader implements XmlEvents {
  readonly findings = new FindingList();
  readonly times: TimeTally;
  readonly keys = new KeyList();
  readonly cases: CaseDetail[] = [];
  readonly skippedCases: { name: string; reason: string | undefined }[] = [];
  readonly problems: SuiteProblem[] = [];
  readonly mismatches: DeclaredMismatch[] = [];
  readonly counts = {
    suites: 0,
    tests: 0,
    passed: 0,
    failed: 0,
    errored: 0,
    skipped: 0,
    flaky: 0,
    rerun: 0,
    suiteProblems: 0,
    noClassname: 0,
    noFile: 0,
    noName: 0,
    started: 0,
    raw: 0,
  };
  root = "";
  mismatched = 0;

  readonly #options: ReaderOptions;
  readonly #roles: Role[] = [];
  readonly #casePool: { state: CaseState; part: PartState }[] = [];
  readonly #attributes = new CaseAttributes();
  #scanner: XmlScanner | undefined;
  #depth = 0;
  #caseDepth = 0;
  #suite: SuiteFrame | undefined;
  #suitePart: PartState | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.times = new TimeTally(options.maxTestSeconds);
  }

  /** The scanner that will call: asked for the place of a tag. */
  attach(scanner: XmlScanner): void {
    this.#scanner = scanner;
  }

  /** The case that was being read last, where its attributes are still known: a report that is cut off ends there. */
  get lastCase(): string | undefined {
    const state = this.#casePool[Math.max(0, this.#caseDepth - 1)]?.state;
    return state !== undefined && state.attributes === state.copy ? state.title : undefined;
  }

  open(name: XmlName, attributes: XmlAttributes, isEmpty: boolean): void {
    const parent = this.#roles[this.#depth - 1] ?? role.other;
    this.#depth += 1;
    if (this.#depth === 1) this.#openRoot(name);
    if (this.#depth === deepNesting + 1)
      this.#note("GJ10", `elements nested ${this.#depth} deep`, "L");
    if (name.kind === word.testcase) this.#openCase(attributes, isEmpty, parent);
    else if (name.kind === word.testsuite || name.kind === word.testsuites)
      this.#openSuite(name, attributes, parent);
    else this.#openOther(name, attributes, parent);
  }

  text(buffer: Buffer, start: number, end: number): void {
    const where = this.#roles[this.#depth - 1];
    if (where === role.part) this.#current?.part.add(buffer, start, end);
    else if (where === role.inner) this.#addInner(buffer, start, end);
    else if (where === role.case) this.#strayInCase(buffer, start, end);
    else if (where === role.suite) this.#strayInSuite(buffer, start, end);
    else if (where === role.suitePart) this.#suitePart?.add(buffer, start, end);
  }

  close(): void {
    this.#depth -= 1;
    const where = this.#roles.pop();
    if (where === role.case) this.#closeCase();
    else if (where === role.part) this.#closePart();
    else if (where === role.suite) this.#closeSuite();
    else if (where === role.suitePart) this.#closeSuitePart();
  }

  notice(_level: NoticeLevel, text: string): void {
    this.#note("GJ02", `not accepted by GitLab: ${text}`);
  }

  get #current(): { state: CaseState; part: PartState } | undefined {
    return this.#casePool[this.#caseDepth - 1];
  }

  #note(rule: LintRuleId, message: string, level?: LintLevel): void {
    const { tagLine = 1, tagColumn = 1 } = this.#scanner ?? {};
    this.findings.add(rule, tagLine, tagColumn, () => message, level);
  }

  #openRoot(name: XmlName): void {
    this.root = name.local;
    if (name.kind !== word.testsuite && name.kind !== word.testsuites)
      this.#note("GJ23", `the root is <${name.raw}>`);
  }

  #openSuite(name: XmlName, attributes: XmlAttributes, parent: Role): void {
    this.#countChild(parent);
    this.#checkType(attributes);
    if (name.kind === word.testsuite) this.counts.suites += 1;
    if (name.kind === word.testsuites && this.#depth > 1)
      this.#note("GJ24", "<testsuites> inside another element");
    const { tagLine: line = 1, tagColumn: column = 1 } = this.#scanner ?? {};
    const frame = new SuiteFrame({
      parent: this.#suite,
      kind: name.kind,
      depth: this.#depth,
      attributes,
      line,
      column,
      firstKey: this.keys.length,
      raw: this.counts.raw,
    });
    if (name.kind === word.testsuite && frame.name === undefined)
      this.#note("GJ49", "a suite without a name");
    this.#suite = frame;
    this.#roles.push(role.suite);
  }

  #openOther(name: XmlName, attributes: XmlAttributes, parent: Role): void {
    const kind = name.kind;
    this.#countChild(parent);
    if (attributes.count > 0) this.#checkType(attributes);
    if (parent === role.case) {
      this.#openPart(kind, attributes);
      this.#roles.push(role.part);
    } else if (parent === role.part || parent === role.inner) {
      // What stands in the outputs of a rerun is not what failed.
      this.#roles.push(isOutput(kind) ? role.other : role.inner);
    } else if (parent === role.suite && isSuitePart(kind)) {
      this.#openSuitePart(kind, attributes);
      this.#roles.push(role.suitePart);
    } else if (this.#depth === 1) {
      this.#openStrangeRoot(kind, attributes);
    } else {
      this.#roles.push(role.other);
    }
  }

  /** A root that is no suite still names the cases directly below it. */
  #openStrangeRoot(kind: number, attributes: XmlAttributes): void {
    const { tagLine: line = 1, tagColumn: column = 1 } = this.#scanner ?? {};
    this.#suite = new SuiteFrame({
      parent: undefined,
      kind,
      depth: 1,
      attributes,
      line,
      column,
      firstKey: 0,
      raw: 0,
    });
    this.#roles.push(role.suite);
  }

  #countChild(parent: Role): void {
    if (parent === role.part) {
      const part = this.#current?.part;
      if (part !== undefined) part.children += 1;
    } else if (parent === role.suite && this.#suite !== undefined) {
      this.#suite.children += 1;
    } else if (parent === role.case) {
      const state = this.#current?.state;
      if (state !== undefined) state.children += 1;
    }
  }

  /** `type` on any element (GJ09). */
  #checkType(attributes: XmlAttributes): void {
    for (let at = 0; at < attributes.count; at += 1) {
      if (attributes.name(at)?.kind !== word.type) continue;
      const type = attributes.head(at, 64) ?? "";
      if (isDisallowedType(type)) this.#note("GJ09", `type="${type}"`);
    }
  }

  #openCase(attributes: XmlAttributes, isEmpty: boolean, parent: Role): void {
    this.#countChild(parent);
    if (this.#caseDepth === this.#casePool.length)
      this.#casePool.push({ state: new CaseState(), part: new PartState() });
    this.#caseDepth += 1;
    const state = this.#current?.state;
    if (state === undefined) return;
    this.counts.started += 1;
    const { tagLine = 1, tagColumn = 1 } = this.#scanner ?? {};
    state.begin(this.counts.started, tagLine, tagColumn);
    state.suite = this.#suite;
    state.isDirect = parent === role.suite;
    if (isEmpty) {
      state.attributes = attributes;
    } else {
      state.isFilled = true;
      attributes.copyTo(state.copy);
      state.attributes = state.copy;
    }
    this.#attributes.read(state, attributes, state.isDirect ? this.#suite : undefined);
    if (state.type !== undefined) this.#checkType(attributes);
    this.#roles.push(role.case);
  }

  #openPart(kind: number, attributes: XmlAttributes): void {
    const current = this.#current;
    if (current === undefined) return;
    const { state, part } = current;
    const wantsText = isProblem(kind)
      ? this.#options.retention.failed > 0 || kind === word.skipped
      : kind === word.time;
    part.begin(kind, attributes, wantsText);
    part.line = this.#scanner?.tagLine ?? 1;
    part.column = this.#scanner?.tagColumn ?? 1;
    switch (kind) {
      case word.failure:
        state.failures += 1;
        break;
      case word.error:
        state.errors += 1;
        break;
      case word.skipped:
        state.skips += 1;
        break;
      case word.flakyFailure:
      case word.flakyError:
        state.flaky += 1;
        break;
      case word.rerunFailure:
      case word.rerunError:
        state.reruns += 1;
        break;
      case word.disabled:
        state.disabled += 1;
        break;
      case word["system-out"]:
        state.systemOuts += 1;
        part.divert(state.output);
        break;
      case word["system-err"]:
        state.systemErrs += 1;
        part.divert(state.errorOutput);
        break;
      case word.system_out:
        state.respelled = true;
        part.divert(state.output);
        break;
      case word.system_err:
        state.respelled = true;
        part.divert(state.errorOutput);
        break;
      default:
    }
  }

  #addInner(buffer: Buffer, start: number, end: number): void {
    const part = this.#current?.part;
    if (part !== undefined) part.addInner(buffer, start, end);
    else this.#suitePart?.addInner(buffer, start, end);
  }

  #closePart(): void {
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
      if (isDeciding(part.kind)) lintOutcomePart(state, part, isHash, this.findings);
      this.#keepProblem(state, part);
    }
    lintConversion(part, this.findings);
  }

  #closeTime(state: CaseState, part: PartState, isHash: boolean): void {
    if (state.timeAt >= 0) return;
    if (isHash) this.findings.add("GJ09", part.line, part.column, () => "<time> without text");
    this.#addTime(state, part.text.text());
  }

  #keepProblem(state: CaseState, part: PartState): void {
    if (
      part.kind === word.skipped
        ? this.#options.retention.skipped <= 0
        : this.#options.retention.failed <= 0
    )
      return;
    const problem = problemOf(part);
    if (problem.kind === "failure" || problem.kind === "error" || problem.kind === "skipped")
      state.problems.push(problem);
    else state.attempts.push(problem);
  }

  #closeCase(): void {
    const state = this.#current?.state;
    if (state === undefined) return;
    this.#caseDepth -= 1;
    const counts = this.counts;
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
    lintCase(state, this.findings);
    if (outcome === "failed" || outcome === "errored" || state.flaky > 0) this.#keepCase(state);
    else if (outcome === "skipped") this.#keepSkipped(state);
    this.#options.onCase?.(state);
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
      this.times.addSeconds(quick, () => state.title);
    } else {
      this.#addTime(state, attributes.head(at, 64) ?? "");
    }
  }

  #addTime(state: CaseState, text: string): void {
    const value = parseTime(text);
    if (value.kind === "seconds") state.seconds = value.seconds;
    else if (value.kind === "either") state.seconds = value.grouped;
    this.times.add(value, () => state.title);
    if (!isPlainTime(text))
      this.findings.add("GJ43", state.line, state.column, () => `time="${text}" of ${state.title}`);
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
    this.keys.push(makeKey(state.gitlabHash, outcomeCode[outcome], isReached));
    if (!isReached) return;
    const isRaw =
      (outcome === "failed" && state.rawFailure) ||
      (outcome === "errored" && state.rawError) ||
      (outcome === "skipped" && state.rawSkip);
    if (isRaw) this.counts.raw += 1;
  }

  #keepCase(state: CaseState): void {
    if (this.#options.retention.failed <= 0) return;
    this.#options.retention.failed -= 1;
    this.cases.push(detailOf(state));
  }

  #keepSkipped(state: CaseState): void {
    if (this.#options.retention.skipped <= 0) return;
    this.#options.retention.skipped -= 1;
    this.skippedCases.push(skipOf(state));
  }

  #strayInCase(buffer: Buffer, start: number, end: number): void {
    const state = this.#current?.state;
    if (state === undefined || state.strayText !== undefined) return;
    if (!isBlank(buffer, start, end)) state.strayText = excerpt(buffer, start, end);
  }

  #strayInSuite(buffer: Buffer, start: number, end: number): void {
    const suite = this.#suite;
    if (suite === undefined || suite.strayText !== undefined || isBlank(buffer, start, end)) return;
    suite.strayText = excerpt(buffer, start, end);
  }

  #closeSuite(): void {
    const suite = this.#suite;
    if (suite === undefined) return;
    this.#suite = suite.parent;
    const mismatches = mismatchesOf(suite, this.findings);
    this.mismatched += mismatches.length;
    if (this.mismatches.length < mostMismatches) this.mismatches.push(...mismatches);
    if (suite.parent !== undefined) {
      suite.parent.found.tests += suite.found.tests;
      suite.parent.found.failures += suite.found.failures;
      suite.parent.found.errors += suite.found.errors;
      suite.parent.found.skipped += suite.found.skipped;
    }
    if (!suite.vanishes) return;
    this.keys.changeFrom(suite.firstKey, hidden);
    this.counts.raw = suite.rawBefore;
    lintVanished(suite, this.findings);
  }

  #openSuitePart(kind: number, attributes: XmlAttributes): void {
    this.#suitePart ??= new PartState();
    this.#suitePart.begin(kind, attributes, true);
    this.#suitePart.line = this.#scanner?.tagLine ?? 1;
    this.#suitePart.column = this.#scanner?.tagColumn ?? 1;
    const name = this.#suite === undefined ? "the suite" : suiteTitle(this.#suite);
    if (kind === word.failure || kind === word.error) {
      this.counts.suiteProblems += 1;
      this.#note("GJ26", `${name} failed outside any test`);
    }
    // Outputs of a whole suite are usual, and not shown.
    else this.#note("GJ48", `output of ${name} as a whole`);
  }

  #closeSuitePart(): void {
    const part = this.#suitePart;
    if (part === undefined || (part.kind !== word.failure && part.kind !== word.error)) return;
    lintConversion(part, this.findings);
    if (this.problems.length >= 100) return;
    this.problems.push({
      ...problemOf(part),
      suites: this.#suite?.path() ?? [],
      reportLine: part.line,
      reportColumn: part.column,
    });
  }
}

function isSuitePart(kind: number): boolean {
  return isDeciding(kind) ? kind !== word.skipped : isOutput(kind);
}

function isOutput(kind: number): boolean {
  return kind === word["system-out"] || kind === word["system-err"];
}

function excerpt(buffer: Buffer, start: number, end: number): string {
  return buffer
    .toString("utf8", start, Math.min(end, start + 200))
    .trim()
    .slice(0, 60);
}
