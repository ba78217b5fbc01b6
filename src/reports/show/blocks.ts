import type { Block, Cell } from "../../step/index.ts";
import type { ChangedTests } from "../baseline.ts";
import { lintRules } from "../lint/rules.ts";
import { oneLine, plainText } from "../plain-text.ts";
import { count, duration } from "../words.ts";
import { failures, flaky } from "./case-blocks.ts";
import { coverage } from "./coverage-blocks.ts";
import { cutSentence, type Detail, mostRows, levelsOfDetail } from "./detail.ts";
import { sizeOf } from "./size-of-blocks.ts";
import type { View } from "./view.ts";
import { findingLine, headline, unreadableLine } from "./words.ts";

/**
 * GitLab cuts nothing and shows nothing above its limits; peers cut in the middle of a table. Both pages are made of
 * the same blocks, so the smaller limit counts, with room for escapes.
 */
const mostCharacters = 600_000;

/** The step's part of `summary.md` and `index.html`, with as much detail as fits; it says what was cut. */
export function resultBlocks(view: View): Block[] {
  for (const detail of levelsOfDetail) {
    const blocks = build(view, detail);
    if (sizeOf(blocks) <= mostCharacters || detail === levelsOfDetail.at(-1)) return blocks;
  }
  return [];
}

function build(view: View, detail: Detail): Block[] {
  return [
    ...result(view, detail),
    ...failures(view, detail),
    ...unreadable(view),
    ...flaky(view, detail),
    ...changes(view),
    ...coverage(view),
    ...lint(view),
    ...skipped(view),
    ...slowest(view),
    ...files(view),
  ];
}

function result({ totals, objections, wantsTests, failed }: View, detail: Detail): Block[] {
  const blocks: Block[] = [];
  if (wantsTests) blocks.push({ kind: "paragraph", text: headline(totals) });
  if (objections.length > 0)
    blocks.push({
      kind: "table",
      columns: ["Gate", "", "What is not met"],
      rows: objections.map(({ gate, reaction, sentence }) => [
        gate,
        reaction === "fail" ? "failed" : "warning",
        plainText(sentence),
      ]),
    });
  const [full] = levelsOfDetail;
  if (detail !== full && failed.length > 0)
    blocks.push({
      kind: "paragraph",
      text: cutSentence(detail),
    });
  return blocks;
}

function unreadable({ junit, cobertura }: View): Block[] {
  const lines = [...junit, ...cobertura]
    .filter(({ readable }) => !readable)
    .map((file) => unreadableLine(file));
  if (lines.length === 0) return [];
  return [
    { kind: "heading", text: "Unreadable reports" },
    { kind: "list", items: lines.slice(0, mostRows) },
  ];
}

function changes({ comparison }: View): Block[] {
  if (comparison === undefined) return [];
  const rows = [
    changed("New failures", comparison.newFailures),
    changed("Fixed", comparison.fixed),
    changed("Removed", comparison.removed),
    changed("Newly skipped", comparison.newlySkipped),
    changed("Added", comparison.added),
    changed("Slower", comparison.slower),
  ];
  return [
    { kind: "heading", text: "Since the baseline" },
    { kind: "table", columns: ["", "Tests", "Names"], rows },
  ];
}

function changed(title: string, { count: number, names }: ChangedTests): Cell[] {
  const shown = names.slice(0, 20).map((name) => oneLine(name));
  const more = number > shown.length ? [`and ${number - shown.length} more`] : [];
  return [title, String(number), [...shown, ...more].join(", ")];
}

function lint({ findings, remarks }: View): Block[] {
  if (findings.length === 0 && remarks.length === 0) return [];
  const serious = findings.filter(({ finding }) => finding.level === "E" || finding.level === "L");
  const rest = findings.filter(({ finding }) => finding.level !== "E" && finding.level !== "L");
  const blocks: Block[] = [{ kind: "heading", text: "What GitLab will drop or misread" }];
  if (serious.length > 0) blocks.push(findingTable(serious));
  if (rest.length > 0)
    blocks.push({
      kind: "details",
      summary: `${count(rest.length, "further finding")}: shown wrongly, or only noted`,
      blocks: [findingTable(rest)],
    });
  for (const reason of remarks) blocks.push({ kind: "paragraph", text: reason });
  return blocks;
}

function findingTable(findings: View["findings"]): Block {
  return {
    kind: "table",
    columns: ["Finding", "What is lost", "How to mend it"],
    rows: findings.slice(0, mostRows).map((shown) => {
      const { loses, cure } = lintRules[shown.finding.rule];
      return [findingLine(shown), loses, cure];
    }),
  };
}

function skipped({ junit, totals }: View): Block[] {
  const tests = junit.flatMap((file) => file.skippedCases);
  if (tests.length === 0) return [];
  const rows = tests.map(({ name, reason }) => [oneLine(name), oneLine(reason ?? "")]);
  return [
    {
      kind: "details",
      summary: `${count(totals.skipped, "skipped test")}`,
      blocks: [{ kind: "table", columns: ["Test", "Reason"], rows: rows.slice(0, mostRows) }],
    },
  ];
}

function slowest({ junit }: View): Block[] {
  const tests = junit
    .flatMap((file) => file.slowest)
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, 20);
  if (tests.length === 0) return [];
  return [
    {
      kind: "details",
      summary: "Slowest tests",
      blocks: [
        {
          kind: "table",
          columns: ["Test", "Time"],
          rows: tests.map(({ name, seconds }) => [oneLine(name), duration(seconds)]),
        },
      ],
    },
  ];
}

function files({ junit, twins }: View): Block[] {
  if (junit.length === 0) return [];
  const rows = junit
    .slice(0, mostRows)
    .map(({ path, counts, readable }) => [
      path,
      readable ? String(counts.tests) : "unreadable",
      String(counts.failures + counts.errors),
      String(counts.skipped),
      duration(counts.time),
    ]);
  const notes = twins.map(([one, other]): Block => ({
    kind: "paragraph",
    text: `${one} and ${other} hold the same bytes; both are counted.`,
  }));
  return [
    {
      kind: "details",
      summary: count(junit.length, "report file"),
      blocks: [
        { kind: "table", columns: ["File", "Tests", "Failed", "Skipped", "Time"], rows },
        ...notes.slice(0, 20),
      ],
    },
  ];
}
