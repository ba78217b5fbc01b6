import type { LintLevel, LintRuleId } from "../lint/rules.ts";
import type { XmlAttributes } from "../xml/attributes.ts";
import type { XmlName } from "../xml/names.ts";
import type { NoticeLevel } from "../xml/namespaces.ts";
import type { XmlEvents } from "../xml/scanner.ts";
import { type CaseOptions, CaseReader } from "./case-reader.ts";
import { isDisallowedType } from "./hash-value.ts";
import { type Place, ReportTally } from "./report-tally.ts";
import { SuiteReader } from "./suite-reader.ts";
import { word } from "./vocabulary.ts";

export interface ReaderOptions extends CaseOptions {
  /** Seconds above which a case counts as too slow. */
  maxTestSeconds?: number;
  /** Seconds that the slowest cases of other reports took: what took no longer is not kept. */
  slowerThan?: number;
}

/** What an open element is to us, whatever its depth. */
const role = { other: 0, suite: 1, case: 2, part: 3, inner: 4, suitePart: 5 } as const;
type Role = (typeof role)[keyof typeof role];

const deepNesting = 200;

/** Folds the elements of a JUnit report into numbers, keys, findings and the cases worth showing. */
export class JunitReader implements XmlEvents {
  readonly tally: ReportTally;
  /** Local name of the root element. */
  root = "";

  readonly #suites: SuiteReader;
  readonly #cases: CaseReader;
  readonly #roles: Role[] = [];
  #place: Place = { tagLine: 1, tagColumn: 1 };

  constructor(options: ReaderOptions) {
    this.tally = new ReportTally(options.maxTestSeconds, options.slowerThan);
    this.#suites = new SuiteReader(this.tally);
    this.#cases = new CaseReader(this.tally, options);
  }

  /** @param place the scanner that will call: it knows the place of a tag */
  attach(place: Place, sizeBytes: number): void {
    this.tally.keys.expect(sizeBytes);
    this.#place = place;
    this.#suites.place = place;
    this.#cases.place = place;
  }

  get lastCase(): string | undefined {
    return this.#cases.lastTitle;
  }

  open(name: XmlName, attributes: XmlAttributes, isEmpty: boolean): void {
    const depth = this.#roles.length + 1;
    const parent = this.#roles[depth - 2] ?? role.other;
    const { kind } = name;
    if (depth === 1) this.#openRoot(name);
    else if (depth === deepNesting + 1) this.#note("GJ10", `elements nested ${depth} deep`, "L");
    this.#countChild(parent);
    if (kind === word.testcase) {
      this.#cases.open(attributes, isEmpty, this.#suites.current, parent === role.suite);
      if (this.#cases.state?.type !== undefined) this.#checkType(attributes);
      this.#roles.push(role.case);
      return;
    }
    if (attributes.count > 0) this.#checkType(attributes);
    this.#roles.push(this.#openOther(kind, attributes, parent, depth));
  }

  text(buffer: Buffer, start: number, end: number): void {
    const where = this.#roles[this.#roles.length - 1];
    if (where === role.part) this.#cases.part?.add(buffer, start, end);
    else if (where === role.inner) this.#cases.part?.addInner(buffer, start, end);
    else if (where === role.case) this.#cases.text(buffer, start, end);
    else if (where === role.suite) this.#suites.text(buffer, start, end);
    else if (where === role.suitePart) this.#suites.part?.add(buffer, start, end);
  }

  close(): void {
    const where = this.#roles.pop();
    if (where === role.case) this.#cases.close();
    else if (where === role.part) this.#cases.closePart();
    else if (where === role.suite) this.#suites.close();
    else if (where === role.suitePart) this.#suites.closePart();
  }

  notice(_level: NoticeLevel, text: string): void {
    this.#note("GJ02", `not accepted by GitLab: ${text}`);
  }

  #openRoot({ local, raw, kind }: XmlName): void {
    this.root = local;
    if (kind !== word.testsuite && kind !== word.testsuites)
      this.#note("GJ23", `the root is <${raw}>`);
  }

  #openOther(kind: number, attributes: XmlAttributes, parent: Role, depth: number): Role {
    if (
      kind === word.testsuite ||
      kind === word.testsuites ||
      (depth === 1 && parent === role.other)
    ) {
      this.#suites.open(kind, attributes, depth);
      return role.suite;
    }
    if (parent === role.case) {
      this.#cases.openPart(kind, attributes);
      return role.part;
    }
    // What stands in the outputs of a rerun is not what failed.
    if (parent === role.part || parent === role.inner)
      return isOutput(kind) ? role.other : role.inner;
    if (parent !== role.suite || !isSuitePart(kind)) return role.other;
    this.#suites.openPart(kind, attributes);
    return role.suitePart;
  }

  #countChild(parent: Role): void {
    if (parent === role.suite) {
      if (this.#suites.current !== undefined) this.#suites.current.children += 1;
    } else if (parent === role.case) {
      if (this.#cases.state !== undefined) this.#cases.state.children += 1;
    } else if (parent === role.part) {
      if (this.#cases.part !== undefined) this.#cases.part.children += 1;
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

  #note(rule: LintRuleId, message: string, level?: LintLevel): void {
    const { tagLine, tagColumn } = this.#place;
    this.tally.findings.add(rule, tagLine, tagColumn, () => message, level);
  }
}

function isSuitePart(kind: number): boolean {
  return kind === word.failure || kind === word.error || isOutput(kind);
}

function isOutput(kind: number): boolean {
  return kind === word["system-out"] || kind === word["system-err"];
}
