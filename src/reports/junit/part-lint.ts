import type { FindingList } from "../lint/findings.ts";
import type { CaseState } from "./case-state.ts";
import { failsToConvert, replacesText } from "./hash-value.ts";
import type { PartState } from "./part-state.ts";
import { problemKind } from "./problems.ts";
import { word } from "./vocabulary.ts";

/** Notes what GitLab makes of a failure, an error or the reason of a skip. */
export function lintOutcomePart(
  state: CaseState,
  part: PartState,
  isHash: boolean,
  findings: FindingList,
): void {
  const { line, column, type } = part;
  const of = (): string => `<${problemKind(part.kind)}> of ${state.title}`;
  if (part.children > 0) findings.add("GJ42", line, column, () => `child elements in ${of()}`);
  else if (isHash) findings.add("GJ40", line, column, () => `no text in ${of()}`);
  if (part.hasContent && (part.message ?? "") !== "")
    findings.add("GJ41", line, column, () => `message beside text in ${of()}`);
  if (type !== undefined && replacesText(type, part.hasContent) && part.kind !== word.skipped)
    findings.add("GJ47", line, column, () => `type="${type}" of ${of()}`);
}

/** Notes text that GitLab's reader cannot make what its `type` says. */
export function lintConversion(part: PartState, findings: FindingList): void {
  const { type, line, column } = part;
  if (type !== undefined && failsToConvert(type, part.text.text(), part.hasContent))
    findings.add("GJ09", line, column, () => `text that is no type="${type}"`);
}
