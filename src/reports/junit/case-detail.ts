import type { CaseState } from "./case-state.ts";
import type { CaseDetail, Outcome, Problem } from "./model.ts";
import { headOf } from "../plain-text.ts";
import { word } from "./vocabulary.ts";

/** What is kept of a failed, errored or flaky case. Everything is copied: the state is used again. */
export function detailOf(state: CaseState): CaseDetail {
  const { outcome, attributes } = state;
  const line = Number(attributes.valueOf(word.line));
  return {
    ordinal: state.ordinal,
    reportLine: state.line,
    reportColumn: state.column,
    suites: state.suite?.path() ?? [],
    classname: state.classname,
    name: state.name,
    file: attributes.head(attributes.find(word.file), 4096),
    line: Number.isSafeInteger(line) && line > 0 ? line : undefined,
    time: state.seconds,
    outcome,
    flaky: state.flaky > 0,
    problems: decidingFirst(state.problems, outcome).concat(state.attempts),
    output: outcome === "passed" ? "" : outputOf(state),
    attachments: state.attachments.map(({ path }) => path),
  };
}

/** A skipped case with its reason, where it has one. */
export function skipOf(state: CaseState): { name: string; reason: string | undefined } {
  const [problem] = state.problems;
  const reason = problem?.message ?? (problem?.text === "" ? undefined : problem?.text);
  return { name: state.title, reason: reason === undefined ? undefined : headOf(reason, 1000) };
}

function decidingFirst(problems: readonly Problem[], outcome: Outcome): Problem[] {
  const deciding = outcome === "failed" ? "failure" : "error";
  return problems.toSorted(
    (one, other) => Number(other.kind === deciding) - Number(one.kind === deciding),
  );
}

function outputOf(state: CaseState): string {
  const out = state.output.text();
  const err = state.errorOutput.text();
  return [out, err === "" ? "" : `stderr:\n${err}`].filter((text) => text !== "").join("\n");
}
