import type { Block, Cell } from "../../step/index.ts";
import { percentText } from "../percent.ts";
import { oneLine } from "../plain-text.ts";
import { count } from "../words.ts";
import { mostRows } from "./detail.ts";
import type { View } from "./view.ts";

export function coverage({ coverage: measured, difference }: View): Block[] {
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
