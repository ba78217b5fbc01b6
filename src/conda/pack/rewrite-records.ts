import { hashContent, contentOfBytes } from "./content.ts";
import type { Decision } from "./decide-content.ts";
import { parseRecordRows, rewriteRecord, type RowChange } from "./record-rows.ts";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { folderName, onDisk, type RawPath } from "./raw-path.ts";

/**
 * Makes the RECORD of every distribution true again for the packed bytes: rows of changed files get their new hash and
 * size, rows of files that are not packed go. A file that was not there before keeps its row.
 *
 * @param decisions by path; changed RECORDs are put into it
 * @param wasFound whether the environment has the path
 */
export function rewriteRecords(
  prefix: string,
  decisions: Map<RawPath, Decision>,
  wasFound: (path: RawPath) => boolean,
): void {
  for (const path of decisions.keys()) {
    if (!path.endsWith(".dist-info/RECORD")) continue;
    const before = readFileSync(onDisk(prefix, path)).toString("latin1");
    const home = folderName(folderName(path));
    const rows = parseRecordRows(before, (spelled) => posix.normalize(posix.join(home, spelled)));
    const after = rewriteRecord(rows, (row) =>
      row.path === path ? "keep" : changeOf(decisions.get(row.path), wasFound(row.path)),
    );
    if (after === before) continue;
    const content = contentOfBytes(Buffer.from(after, "latin1"));
    decisions.set(path, { content, isChanged: true });
  }
}

function changeOf(decision: Decision | undefined, wasFound: boolean): RowChange {
  if (decision === undefined) return wasFound ? "drop" : "keep";
  if (!decision.isChanged) return "keep";
  const { content } = decision;
  // Read only where the row has a hash at all: those of compiled modules have none.
  return () => ({ sha256: hashContent(content), sizeBytes: content.packedBytes });
}
