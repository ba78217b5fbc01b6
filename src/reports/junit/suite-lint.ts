import type { FindingList } from "../lint/findings.ts";
import type { DeclaredMismatch } from "./model.ts";
import type { SuiteFrame } from "./suite-frame.ts";
import { word } from "./vocabulary.ts";

/** Numbers that a closed suite declares and that are not the numbers found below it. */
export function mismatchesOf(suite: SuiteFrame, findings: FindingList): DeclaredMismatch[] {
  if (suite.kind !== word.testsuite && suite.kind !== word.testsuites) return [];
  const mismatches: DeclaredMismatch[] = [];
  for (const attribute of ["tests", "failures", "errors", "skipped"] as const) {
    const declared = suite.declared[attribute];
    const found = suite.found[attribute];
    if (declared === undefined) continue;
    if (/^\s*[0-9]+\s*$/.test(declared) && Number(declared) === found) continue;
    const { line, column } = suite;
    const name = suiteTitle(suite);
    const message = `${name} declares ${attribute}="${declared}", ${found} present`;
    findings.add("GJ34", line, column, () => message);
    mismatches.push({ suite: name, line, attribute, declared, found });
  }
  return mismatches;
}

/** Why a suite is not in GitLab's tree. */
export function lintVanished(suite: SuiteFrame, findings: FindingList): void {
  const { line, column, strayText } = suite;
  const title = suiteTitle(suite);
  if (strayText !== undefined)
    findings.add("GJ25", line, column, () => `stray text "${strayText}" in ${title}`);
  else if (suite.children > 0)
    findings.add("GJ27", line, column, () => `${title} has a type or nil attribute`);
}

/** What a suite is called in messages. */
export function suiteTitle({ kind, name, line }: SuiteFrame): string {
  if (kind === word.testsuites) return name ? `<testsuites> ${name}` : "<testsuites>";
  return name ? `suite ${name}` : `the suite in line ${line}`;
}
