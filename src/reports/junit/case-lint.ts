import type { FindingList } from "../lint/findings.ts";
import type { CaseState } from "./case-state.ts";
import { word } from "./vocabulary.ts";

/** Notes what GitLab's reader makes of a closed test case. The usual case has none of these and costs a few compares. */
export function lintCase(state: CaseState, findings: FindingList): void {
  const { line, column } = state;
  const stray = state.strayText;
  if (stray !== undefined)
    findings.add(
      "GJ07",
      line,
      column,
      () => `text "${stray}" directly in test case ${state.title}`,
    );
  if (state.vanishes)
    findings.add("GJ27", line, column, () => `test case ${state.title} has nothing GitLab keeps`);
  lintOutputs(state, findings);
  lintOutcome(state, findings);
  if (state.outcomeAttributes !== 0 || state.hasOverridingAttribute)
    findings.add("GJ30", line, column, () => `${overriding(state)} in test case ${state.title}`);
  if (state.flaky > 0 || state.reruns > 0)
    findings.add("GJ31", line, column, () => `flaky or rerun attempts of ${state.title}`);
  if (state.attachments.length > 0) lintAttachments(state, findings);
}

function lintOutputs(state: CaseState, findings: FindingList): void {
  if (state.systemOuts === 0 && state.systemErrs === 0) return;
  const { line, column } = state;
  const outcome = state.gitlabOutcome;
  const isShown = outcome === "failed" || outcome === "errored";
  if (isShown && state.systemOuts > 1)
    findings.add("GJ08", line, column, () => `${state.systemOuts} system-out in ${state.title}`);
  else if (isShown && state.systemOutIsHash)
    findings.add("GJ08", line, column, () => `system-out of ${state.title} is not plain text`);
  if (state.systemErrs > 1)
    findings.add("GJ48", line, column, () => `${state.systemErrs} system-err in ${state.title}`);
  else if (state.respelled)
    findings.add(
      "GJ48",
      line,
      column,
      () => `an output of ${state.title} is there in two spellings`,
    );
}

function lintOutcome(state: CaseState, findings: FindingList): void {
  const { line, column } = state;
  const kinds = [state.failures > 0, state.errors > 0, state.skips > 0].filter(Boolean).length;
  if (kinds > 1)
    findings.add("GJ32", line, column, () => `${state.title} has more than one outcome`);
  if (kinds > 0 || (!state.hasUnusualStatus && state.disabled === 0)) return;
  const status = statusOf(state);
  if (state.disabled > 0 || isNotRun(state))
    findings.add(
      "GJ28",
      line,
      column,
      () => `${state.title} did not run (${status}) but is not <skipped>`,
    );
  else if (saysFailed(state))
    findings.add(
      "GJ29",
      line,
      column,
      () => `${state.title} says ${status} without <failure> or <error>`,
    );
}

const notRun = new Set(["notrun", "disabled", "skipped", "suppressed", "ignored", "not_run"]);
const failed = new Set(["failed", "failure", "fail", "error", "errored"]);

/** Whether a `status` or `result` attribute says more than "it ran". */
export function isUnusualStatus(value: string): boolean {
  const status = value.toLowerCase();
  return notRun.has(status) || failed.has(status);
}

function isNotRun(state: CaseState): boolean {
  return [word.status, word.result].some((kind) =>
    notRun.has(state.attributes.valueOf(kind)?.toLowerCase() ?? ""),
  );
}

function saysFailed(state: CaseState): boolean {
  return [word.status, word.result].some((kind) =>
    failed.has(state.attributes.valueOf(kind)?.toLowerCase() ?? ""),
  );
}

function statusOf(state: CaseState): string {
  if (state.disabled > 0) return "<disabled>";
  const status = state.attributes.valueOf(word.status);
  const result = state.attributes.valueOf(word.result);
  return [status && `status="${status}"`, result && `result="${result}"`].filter(Boolean).join(" ");
}

function overriding(state: CaseState): string {
  const names = [
    (state.outcomeAttributes & 1) !== 0 ? "failure" : "",
    (state.outcomeAttributes & 2) !== 0 ? "error" : "",
    (state.outcomeAttributes & 4) !== 0 ? "skipped" : "",
    state.hasOverridingAttribute ? "prefixed name or classname" : "",
  ];
  return `attribute ${names.filter((name) => name !== "").join(", ")}`;
}

function lintAttachments(state: CaseState, findings: FindingList): void {
  const outcome = state.gitlabOutcome;
  const isShown = outcome === "failed" || outcome === "errored";
  let taken = false;
  for (const { path, part, line, column } of state.attachments) {
    const reason = attachmentFault(path, part === word["system-out"], isShown, taken);
    if (part === word["system-out"]) taken = true;
    if (reason !== undefined)
      findings.add("GJ45", line, column, () => `attachment ${path} of ${state.title} ${reason}`);
  }
}

function attachmentFault(
  path: string,
  isInSystemOut: boolean,
  isShown: boolean,
  isSecond: boolean,
): string | undefined {
  if (!isInSystemOut) return "is not in system-out";
  if (!isShown) return "belongs to a test that did not fail";
  if (isSecond) return "is not the first one";
  if (/^(?:\/|[A-Za-z]:|\\)/.test(path) || path.split(/[\\/]/).includes(".."))
    return "is not relative to the project directory";
  return undefined;
}
