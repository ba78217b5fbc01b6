import type { CaseDetail, JunitFile, Problem } from "../junit/model.ts";
import { oneLine } from "../plain-text.ts";
import { count, duration } from "../words.ts";
import type { Totals } from "../totals.ts";
import type { ShownCase, ShownFinding, View } from "./view.ts";

/** `12 tests: 1 failed, 1 skipped, 10 passed in 2.3s (3 files)` */
export function headline(totals: Totals): string {
  const parts = [
    part(totals.failed, "failed"),
    part(totals.errored, "errored"),
    part(totals.suiteProblems, "failed outside of tests"),
    part(totals.skipped, "skipped"),
    part(totals.flaky, "flaky"),
    `${totals.passed} passed`,
  ].filter((text) => text !== "");
  const unreadable = totals.unreadable === 0 ? "" : `, ${totals.unreadable} unreadable`;
  return `${count(totals.tests, "test")}: ${parts.join(", ")} in ${duration(totals.seconds)} (${count(totals.files, "file")}${unreadable})`;
}

/** Failed tests, kept or only counted, and those that were kept of unreadable files. */
export function failedInAll({ failed, totals }: Pick<View, "failed" | "totals">): number {
  return Math.max(failed.length, totals.failed + totals.errored);
}

/** The name as people look for it: class or suite, then the test. */
export function titleOf({ classname, suites, name, ordinal }: CaseDetail): string {
  const group = classname === undefined || classname === "" ? suites.at(-1) : classname;
  const parts = [group, name].filter((text) => text !== undefined && text !== "");
  return parts.length === 0 ? `test ${ordinal}` : oneLine(parts.join(" › "));
}

/** `src/a.py:12`; empty where no place is known. */
export function placeOf({ location }: ShownCase): string {
  if (location === undefined) return "";
  return oneLine(location.line === undefined ? location.file : `${location.file}:${location.line}`);
}

/** What went wrong, in one line: the message, else the first line of the text. */
export function messageOf({ problems }: CaseDetail): string {
  const [problem] = problems;
  if (problem === undefined) return "";
  return oneLine(firstWords(problem));
}

function firstWords({ message, text, type }: Problem): string {
  if (message !== undefined && message.trim() !== "") return message;
  return text.split("\n").find((line) => line.trim() !== "") ?? type ?? "";
}

/** `report.xml:3:5: GJ40 …` */
export function findingLine({ path, finding }: ShownFinding): string {
  const place = finding.line === 0 ? "" : `:${finding.line}:${finding.column}`;
  const where = path === "" ? "" : `${path}${place}: `;
  const more = finding.count > 1 ? ` (and ${finding.count - 1} more)` : "";
  return `${finding.rule} ${where}${oneLine(finding.message)}${more}`;
}

/** Why a file cannot be read, with what was read before. */
export function unreadableLine({ path, error }: Pick<JunitFile, "path" | "error">): string {
  if (error === undefined) return path;
  const place = error.line === 0 ? "" : `:${error.line}:${error.column}`;
  const before =
    error.casesBefore === 0
      ? ""
      : ` (before it: ${count(error.casesBefore, "test")}, ${error.failuresBefore} of them failed${error.lastCase === undefined ? "" : `; the last is ${oneLine(error.lastCase)}`})`;
  return `${path}${place} cannot be read: ${oneLine(error.text)}${before}`;
}

function part(number: number, word: string): string {
  return number === 0 ? "" : `${number} ${word}`;
}
