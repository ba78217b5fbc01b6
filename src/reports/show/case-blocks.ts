import type { Block, Cell } from "../../step/index.ts";
import { oneLine, plainText, tailOf } from "../plain-text.ts";
import { duration } from "../words.ts";
import { type Detail, mostRows } from "./detail.ts";
import type { ShownCase, View } from "./view.ts";
import { messageOf, placeOf, titleOf } from "./words.ts";

export function failures({ failed, junit, totals }: View, detail: Detail): Block[] {
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

export function flaky({ flaky: tests, merged }: View, detail: Detail): Block[] {
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
    blocks.push(...textBlocks(tailOf(test.output, detail.output), detail.output));
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
