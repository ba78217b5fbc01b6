import type { Log } from "../../step/index.ts";
import type { Share } from "../coverage.ts";
import { percentText } from "../percent.ts";
import { plainText } from "../plain-text.ts";
import type { ChangedTests } from "../baseline.ts";
import type { ShownCase, View } from "./view.ts";
import { count, duration } from "../words.ts";
import { failedInAll, findingLine, headline, messageOf, placeOf, titleOf } from "./words.ts";

const mostFailed = 50;
const mostTextLines = 12;
const mostOutputLines = 10;
const mostSlow = 5;
const mostFindings = 30;

/** Tells a person at the end of a job what happened: the result, what is wrong, failures first. */
export async function tellResult(view: View, log: Log): Promise<void> {
  if (view.wantsTests) log.info(headline(view.totals));
  for (const { reaction, gate, sentence } of view.objections)
    if (reaction === "fail") log.info(`✗ ${sentence} (${gate})`);
  for (const { reaction, gate, sentence } of view.objections)
    if (reaction === "warn") log.warn(`${sentence} (${gate})`);
  tellFailed(view, log);
  tellFlaky(view, log);
  tellChanges(view, log);
  await tellFindings(view, log);
  tellSlowest(view, log);
  tellCoverage(view, log);
}

function tellFailed(view: View, log: Log): void {
  const { failed, junit } = view;
  for (const shown of failed.slice(0, mostFailed)) tellCase(shown, log);
  const more = failedInAll(view) - Math.min(failed.length, mostFailed);
  if (more > 0) log.info(`… and ${count(more, "more failed test")}: see index.html`);
  for (const { problems } of junit)
    for (const problem of problems.slice(0, mostFailed)) {
      log.info(`✗ outside of any test: ${problem.suites.join(" › ")}`);
      tellIndented([problem.message ?? "", problem.text].join("\n"), mostTextLines, log);
    }
}

function tellCase(shown: ShownCase, log: Log): void {
  const { detail } = shown;
  const place = placeOf(shown);
  const word = detail.outcome === "errored" ? " (error)" : "";
  log.info(`✗ ${titleOf(detail)}${word}${place === "" ? "" : `  ${place}`}`);
  const message = messageOf(detail);
  if (message !== "") log.info(`    ${message}`);
  const [problem] = detail.problems;
  if (problem !== undefined)
    tellIndented(withoutMessage(problem.text, message), mostTextLines, log);
  if (detail.output.trim() === "") return;
  log.info("    end of its output:");
  const lines = plainText(detail.output).trimEnd().split("\n");
  for (const line of lines.slice(-mostOutputLines)) log.info(`    | ${line}`);
}

function withoutMessage(text: string, message: string): string {
  return text.startsWith(message) && message !== "" ? text.slice(message.length) : text;
}

function tellIndented(text: string, most: number, log: Log): void {
  const lines = plainText(text)
    .split("\n")
    .filter((line) => line.trim() !== "");
  for (const line of lines.slice(0, most)) log.info(`    ${line}`);
  if (lines.length > most) log.info(`    … ${lines.length - most} more lines in the report`);
}

function tellFlaky({ flaky, merged }: View, log: Log): void {
  for (const shown of flaky.slice(0, mostFailed))
    log.info(
      `~ flaky: ${titleOf(shown.detail)}  ${count(shown.detail.problems.length, "failed attempt")}`,
    );
  for (const { title, outcomes } of merged.slice(0, mostFailed))
    log.info(`~ one test of ${outcomes.length} attempts: ${title} (${outcomes.join(", ")})`);
}

function tellChanges({ comparison }: View, log: Log): void {
  if (comparison === undefined) return;
  tellChanged("New failures", comparison.newFailures, log);
  tellChanged("Fixed", comparison.fixed, log);
  tellChanged("Removed", comparison.removed, log);
  tellChanged("Newly skipped", comparison.newlySkipped, log);
  tellChanged("Added", comparison.added, log);
  tellChanged("Slower", comparison.slower, log);
}

function tellChanged(title: string, { count: number, names }: ChangedTests, log: Log): void {
  if (number === 0) return;
  const shown = names.slice(0, 10).join(", ");
  const more = number > 10 ? ` and ${number - 10} more` : "";
  log.info(`${title} since the baseline: ${number} (${shown}${more})`);
}

async function tellFindings({ findings, remarks }: View, log: Log): Promise<void> {
  const serious = findings.filter(({ finding }) => finding.level === "E" || finding.level === "L");
  if (serious.length > 0)
    await log.section("What GitLab will drop or misread", async () => {
      for (const shown of serious.slice(0, mostFindings)) log.info(findingLine(shown));
      if (serious.length > mostFindings)
        log.info(`… and ${serious.length - mostFindings} more: see index.html`);
    });
  for (const reason of remarks) log.info(reason);
}

function tellSlowest({ junit }: View, log: Log): void {
  const slowest = junit
    .flatMap((file) => file.slowest)
    .toSorted((one, other) => other.seconds - one.seconds)
    .filter(({ seconds }) => seconds >= 1)
    .slice(0, mostSlow);
  if (slowest.length === 0) return;
  const shown = slowest.map(({ name, seconds }) => `${name} ${duration(seconds)}`);
  log.info(`Slowest: ${shown.join(", ")}`);
}

/** Plain lines without colour: `coverage: '/^Line coverage: \d+\.\d+%/'` of the job finds the first. */
function tellCoverage({ coverage, difference }: View, log: Log): void {
  if (coverage === undefined) return;
  tellShare("Line coverage", coverage.lines, difference?.lines?.before, false, log);
  tellShare(
    "Branch coverage",
    coverage.branches,
    difference?.branches?.before,
    coverage.isLowerBound,
    log,
  );
}

function tellShare(
  title: string,
  share: Share,
  before: Share | undefined,
  isLowerBound: boolean,
  log: Log,
): void {
  const percent = percentText(share);
  if (percent === undefined) return;
  log.info(`${title}: ${percent}%`);
  const details = [
    `${share.covered} of ${share.valid}${isLowerBound ? ", at least: several reports share lines" : ""}`,
    before === undefined ? "" : `baseline ${percentText(before)}%`,
  ].filter((text) => text !== "");
  log.info(`  (${details.join("; ")})`);
}
