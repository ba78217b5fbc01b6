import { percentText } from "../percent.ts";
import { oneLine, plainText } from "../plain-text.ts";
import { count } from "../words.ts";
import type { ShownCase, View } from "./view.ts";
import { failedInAll, headline, messageOf, placeOf, titleOf } from "./words.ts";

/** GitLab takes a million characters; people read fewer. */
const mostCharacters = 60_000;
const mostRows = 50;
const mostTexts = 10;
const textCharacters = 2000;

/** What finds the note of this job again: hidden, one per job. */
export function noteMarker(job: string): string {
  return `<!-- slipway:junit-report-check:${encodeURIComponent(job).replaceAll("-", "%2D")} -->`;
}

/**
 * The note of a merge request. Text of reports stands in code alone, where neither quick actions, mentions nor
 * references act.
 */
export function noteText(view: View, job: string): string {
  const failing = view.objections.some(({ reaction }) => reaction === "fail");
  const sections = [
    noteMarker(job),
    `**${failing ? "Tests: not accepted" : "Tests: accepted"}** (job ${code(job)})`,
    view.wantsTests ? headline(view.totals) : "",
    objections(view),
    failures(view),
    coverage(view),
    changes(view),
    ...texts(view),
  ].filter((section) => section !== "");
  const kept: string[] = [];
  let size = 0;
  for (const section of sections) {
    if (size + section.length > mostCharacters) {
      kept.push("The rest is in the job's report.");
      break;
    }
    kept.push(section);
    size += section.length + 2;
  }
  return `${kept.join("\n\n")}\n`;
}

function objections({ objections: all }: View): string {
  return all
    .map(
      ({ gate, reaction, sentence }) =>
        `- ${reaction === "fail" ? "❌" : "⚠️"} \`${gate}\` ${code(sentence)}`,
    )
    .slice(0, mostRows)
    .join("\n");
}

function failures(view: View): string {
  const { failed } = view;
  if (failed.length === 0) return "";
  const rows = failed
    .slice(0, mostRows)
    .map(
      (shown) =>
        `| ${cell(titleOf(shown.detail))} | ${cell(placeOf(shown))} | ${cell(messageOf(shown.detail))} |`,
    );
  const left = failedInAll(view) - rows.length;
  const more = left > 0 ? `\n\n${count(left, "more failed test")}.` : "";
  return ["| Failed test | Place | Message |", "| --- | --- | --- |", ...rows].join("\n") + more;
}

function coverage({ coverage: measured, difference }: View): string {
  if (measured === undefined) return "";
  const lines = percentText(measured.lines);
  const branches = percentText(measured.branches);
  const before = difference?.lines?.before;
  const parts = [
    lines === undefined ? "" : `Line coverage: ${lines}%`,
    before === undefined ? "" : `baseline ${percentText(before)}%`,
    branches === undefined ? "" : `branch coverage: ${branches}%`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function changes({ comparison }: View): string {
  if (comparison === undefined) return "";
  const { newFailures, fixed, added, removed, newlySkipped } = comparison;
  return `Since the baseline: ${newFailures.count} new failures, ${fixed.count} fixed, ${added.count} added, ${removed.count} removed, ${newlySkipped.count} newly skipped.`;
}

function texts({ failed }: View): string[] {
  return failed.slice(0, mostTexts).flatMap(textOf);
}

function textOf({ detail }: ShownCase): string[] {
  const text = plainText(detail.problems[0]?.text ?? "").trim();
  if (text === "") return [];
  const shown = text.length > textCharacters ? `${text.slice(0, textCharacters)}\n…` : text;
  const fence = "`".repeat(Math.max(3, longestTicks(shown) + 1));
  return [
    `<details><summary><code>${escapeHtml(titleOf(detail))}</code></summary>\n\n${fence}text\n${shown}\n${fence}\n\n</details>`,
  ];
}

/** A code span that no back-tick of the text can end. */
function code(text: string): string {
  const line = oneLine(text, 500);
  if (line === "") return "";
  const ticks = "`".repeat(longestTicks(line) + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

/** In a table a bar ends the cell, even within code. */
function cell(text: string): string {
  return code(text).replaceAll("|", String.raw`\|`);
}

function longestTicks(text: string): number {
  let longest = 0;
  for (const [ticks] of text.matchAll(/`+/g)) longest = Math.max(longest, ticks.length);
  return longest;
}

/** Within code GitLab looks for no mention, reference or quick action. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
