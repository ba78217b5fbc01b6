import type { Block, Cell } from "../../step/index.ts";
import { lintRules } from "../lint/rules.ts";
import { percentText } from "../percent.ts";
import { oneLine, plainText } from "../plain-text.ts";
import type { ChangedTests } from "../baseline.ts";
import type { ShownCase, View } from "./view.ts";
import { count, duration } from "../words.ts";
import { findingLine, headline, messageOf, placeOf, titleOf, unreadableLine } from "./words.ts";

/** How much of the details is shown, in characters; the last step leaves names alone. */
interface Detail {
  text: number;
  output: number;
  message: boolean;
  /** How many failed tests are shown with their texts. */
  cases: number;
}

const steps: readonly Detail[] = [
  { text: 64 * 1024, output: 16 * 1024, message: true, cases: Infinity },
  { text: 8 * 1024, output: 2 * 1024, message: true, cases: Infinity },
  { text: 2 * 1024, output: 1024, message: true, cases: 100 },
  { text: 1024, output: 0, message: true, cases: 25 },
  { text: 0, output: 0, message: true, cases: 0 },
  { text: 0, output: 0, message: false, cases: 0 },
];

/**
 * GitLab cuts nothing and shows nothing above its limits; peers cut in the middle of a table. Both pages are made of
 * the same blocks, so the smaller limit counts, with room for escapes.
 */
const mostCharacters = 600_000;
const mostRows = 1000;

/** The step's part of `summary.md` and `index.html`, with as much detail as fits; it says what was cut. */
export function resultBlocks(view: View): Block[] {
  for (const detail of steps) {
    const blocks = build(view, detail);
    if (sizeOf(blocks) <= mostCharacters || detail === steps.at(-1)) return blocks;
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
  const [full] = steps;
  if (detail !== full && failed.length > 0)
    blocks.push({
      kind: "paragraph",
      text: cutSentence(detail),
    });
  return blocks;
}

function cutSentence({ text, cases }: Detail): string {
  const which = cases === Infinity ? "" : ` and shown of the first ${cases} failed tests`;
  return text > 0
    ? `To keep this page small, texts are cut at ${text} characters${which}; the report files hold all of them.`
    : "To keep this page small, texts and outputs of failed tests are left out; the report files hold them.";
}

function failures({ failed, junit, totals }: View, detail: Detail): Block[] {
  const problems = junit.flatMap((file) => file.problems);
  if (failed.length === 0 && problems.length === 0) return [];
  const kept = failed.length;
  const all = totals.failed + totals.errored;
  const blocks: Block[] = [
    { kind: "heading", text: "Failed tests" },
    ...failed.map((shown, at) =>
      caseBlock(shown, at < detail.cases ? detail : withoutTexts(detail)),
    ),
    ...problems.map((problem): Block => ({
      kind: "details",
      summary: `outside of any test: ${oneLine(problem.suites.join(" › "))}`,
      blocks: textBlocks([problem.message ?? "", problem.text].join("\n"), detail.text),
    })),
  ];
  if (all > kept)
    blocks.push({ kind: "paragraph", text: `${all - kept} more failed tests are only counted.` });
  return blocks;
}

function withoutTexts(detail: Detail): Detail {
  return { ...detail, text: 0, output: 0 };
}

function caseBlock(shown: ShownCase, detail: Detail): Block {
  const { detail: test, report } = shown;
  const title = [titleOf(test), placeOf(shown)].filter((text) => text !== "").join(" · ");
  if (!detail.message) return { kind: "paragraph", text: title };
  const message = messageOf(test);
  const summary = message === "" ? title : `${title} — ${message}`;
  const facts = [
    `${report}:${test.reportLine}`,
    test.time === undefined ? "" : duration(test.time),
    test.suites.length === 0 ? "" : `suite ${oneLine(test.suites.join(" › "))}`,
  ].filter((text) => text !== "");
  const blocks: Block[] = [{ kind: "paragraph", text: facts.join(" · ") }];
  for (const problem of test.problems) {
    const heading = [problem.kind, problem.type ?? ""].filter((text) => text !== "").join(" ");
    if (test.problems.length > 1) blocks.push({ kind: "paragraph", text: oneLine(heading) });
    blocks.push(...textBlocks(withMessage(problem.message, problem.text), detail.text));
  }
  if (test.output !== "" && detail.output > 0) {
    blocks.push({ kind: "paragraph", text: "End of its output:" });
    blocks.push(...textBlocks(test.output.slice(-detail.output), detail.output));
  }
  if (test.attachments.length > 0)
    blocks.push({ kind: "list", items: test.attachments.map((path) => oneLine(path)) });
  return { kind: "details", summary, blocks };
}

function withMessage(message: string | undefined, text: string): string {
  if (message === undefined || text.includes(message)) return text;
  return text === "" ? message : `${message}\n\n${text}`;
}

function textBlocks(text: string, most: number): Block[] {
  const plain = plainText(text).trimEnd();
  if (plain === "" || most === 0) return [];
  const cut =
    plain.length > most
      ? `${plain.slice(0, most)}\n… ${plain.length - most} characters left out …`
      : plain;
  return [{ kind: "code", text: cut }];
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

function flaky({ flaky: tests, merged }: View, detail: Detail): Block[] {
  if (tests.length === 0 && merged.length === 0) return [];
  const retried = merged.map(
    ({ title, outcomes }): Cell => `${oneLine(title)}: ${outcomes.join(", ")}`,
  );
  return [
    { kind: "heading", text: "Flaky tests" },
    ...tests.map((shown) => caseBlock(shown, detail)),
    ...(retried.length === 0
      ? []
      : [
          { kind: "paragraph", text: "Attempts that were made one test:" } as const,
          { kind: "list", items: retried.slice(0, mostRows) } as const,
        ]),
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

function coverage({ coverage: measured, difference }: View): Block[] {
  if (measured === undefined) return [];
  const rows: Cell[][] = [];
  for (const part of ["lines", "branches"] as const) {
    const share = measured[part];
    const before = difference?.[part]?.before;
    rows.push([
      part,
      share.valid === 0 ? "nothing to measure" : `${percentText(share)}%`,
      `${share.covered} of ${share.valid}`,
      before === undefined ? "" : `${percentText(before)}%`,
    ]);
  }
  const files = measured.files
    .filter(({ lines }) => lines.valid > 0)
    .toSorted((one, other) => rate(one.lines) - rate(other.lines))
    .slice(0, mostRows);
  return [
    { kind: "heading", text: "Coverage" },
    { kind: "table", columns: ["", "Covered", "", "Baseline"], rows },
    {
      kind: "details",
      summary: `${count(measured.files.length, "file")}, the least covered first`,
      blocks: [
        {
          kind: "table",
          columns: ["File", "Lines", "", "Branches"],
          rows: files.map(({ path, lines, branches, isResolved }) => [
            `${oneLine(path)}${isResolved ? "" : " (not found in the repository)"}`,
            `${percentText(lines)}%`,
            `${lines.covered} of ${lines.valid}`,
            branches.valid === 0 ? "" : `${percentText(branches)}%`,
          ]),
        },
      ],
    },
  ];
}

function rate({ covered, valid }: { covered: number; valid: number }): number {
  return valid === 0 ? 1 : covered / valid;
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

/** Characters of the texts, with what escaping adds. */
function sizeOf(blocks: readonly Block[]): number {
  let size = 0;
  for (const block of blocks) size += sizeOfBlock(block);
  return size;
}

function sizeOfBlock(block: Block): number {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "code":
      return Buffer.byteLength(block.text) + 40;
    case "list":
      return block.items.reduce((sum, item) => sum + cellSize(item), 0);
    case "table":
      return block.rows.flat().reduce((sum, cell) => sum + cellSize(cell), 0);
    case "details":
      return Buffer.byteLength(block.summary) + 80 + sizeOf(block.blocks);
  }
}

function cellSize(cell: Cell): number {
  const bytes =
    typeof cell === "string" ? Buffer.byteLength(cell) : cell.label.length + cell.url.length;
  return bytes * 1.2 + 10;
}
