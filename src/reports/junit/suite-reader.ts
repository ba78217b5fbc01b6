import type { XmlAttributes } from "../xml/attributes.ts";
import { excerpt, isBlank } from "./blank.ts";
import { lintConversion } from "./part-lint.ts";
import { PartState } from "./part-state.ts";
import { problemOf } from "./problems.ts";
import type { Place, ReportTally } from "./report-tally.ts";
import { SuiteFrame } from "./suite-frame.ts";
import { lintVanished, mismatchesOf, suiteTitle } from "./suite-lint.ts";
import { word } from "./vocabulary.ts";

const mostProblems = 100;

/** Reads suites, and failures directly in them, into the tally. */
export class SuiteReader {
  place: Place = { tagLine: 1, tagColumn: 1 };
  current: SuiteFrame | undefined;
  part: PartState | undefined;
  readonly #tally: ReportTally;

  constructor(tally: ReportTally) {
    this.#tally = tally;
  }

  /** A root that is no suite still names the cases directly below it. */
  open(kind: number, attributes: XmlAttributes, depth: number): void {
    const { tagLine: line, tagColumn: column } = this.place;
    const { findings, counts, keys } = this.#tally;
    if (kind === word.testsuite) counts.suites += 1;
    if (kind === word.testsuites && depth > 1)
      findings.add("GJ24", line, column, () => "<testsuites> inside another element");
    const parent = this.current;
    const init = {
      parent,
      kind,
      depth,
      attributes,
      line,
      column,
      firstKey: keys.length,
      raw: counts.raw,
    };
    this.current = new SuiteFrame(init);
    if (kind === word.testsuite && this.current.name === undefined)
      findings.add("GJ49", line, column, () => "a suite without a name");
  }

  text(buffer: Buffer, start: number, end: number): void {
    const suite = this.current;
    if (suite === undefined || suite.strayText !== undefined || isBlank(buffer, start, end)) return;
    suite.strayText = excerpt(buffer, start, end);
  }

  /** A failure, error or output that stands directly in the suite. */
  openPart(kind: number, attributes: XmlAttributes): void {
    const { tagLine: line, tagColumn: column } = this.place;
    this.part ??= new PartState();
    this.part.begin(kind, attributes, true);
    this.part.line = line;
    this.part.column = column;
    const { findings, counts } = this.#tally;
    const title = this.current === undefined ? "the suite" : suiteTitle(this.current);
    if (isProblemOfSuite(kind)) {
      counts.suiteProblems += 1;
      findings.add("GJ26", line, column, () => `${title} failed outside any test`);
    } else {
      findings.add("GJ48", line, column, () => `output of ${title} as a whole`);
    }
  }

  closePart(): void {
    const { part } = this;
    if (part === undefined || !isProblemOfSuite(part.kind)) return;
    const { findings, problems } = this.#tally;
    lintConversion(part, findings);
    if (problems.length >= mostProblems) return;
    problems.push({
      ...problemOf(part),
      suites: this.current?.path() ?? [],
      reportLine: part.line,
      reportColumn: part.column,
    });
  }

  close(): void {
    const suite = this.current;
    if (suite === undefined) return;
    this.current = suite.parent;
    const { findings, keys, counts } = this.#tally;
    this.#tally.addMismatches(mismatchesOf(suite, findings));
    suite.passOn();
    if (!suite.vanishes) return;
    keys.hideFrom(suite.firstKey);
    counts.raw = suite.rawBefore;
    lintVanished(suite, findings);
  }
}

function isProblemOfSuite(kind: number): boolean {
  return kind === word.failure || kind === word.error;
}
