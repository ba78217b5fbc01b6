import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Sample reports of other projects with an oracle's counts; absent in a bare checkout. */
export const corpus = join(
  process.env.SLIPWAY_SHARED ?? resolve(import.meta.dirname, "../../../shared"),
  "corpus",
);

export const corpusMissing = existsSync(corpus)
  ? undefined
  : "the sample reports are not here (SLIPWAY_SHARED names the folder that holds corpus/)";

export type Row = ReadonlyMap<string, string>;

/** The rows of a tab-separated table of the corpus. */
export function readTable(name: string): Row[] {
  if (corpusMissing !== undefined) return [];
  const [header = "", ...lines] = readFileSync(join(corpus, name), "utf8").trimEnd().split("\n");
  const columns = header.split("\t");
  return lines.map((line) => {
    const cells = line.split("\t");
    return new Map(columns.map((column, at) => [column, cells[at] ?? ""]));
  });
}
