import { readFileSync } from "node:fs";

import { contentOfBytes, hashContent } from "./content.ts";
import type { Decision } from "./decide-content.ts";
import { folderName, onDisk, type RawPath } from "./raw-path.ts";
import { parseRecordRows, placeIn, rewriteRecord, type RowChange } from "./record-rows.ts";

/**
 * Makes the RECORD of a distribution true again for the packed bytes: rows of changed files get their new hash and size,
 * rows of files that are not packed go. A file that was not there before keeps its row.
 *
 * @param decide what becomes of a file of the environment
 * @param wasFound whether the environment has the path
 * @returns nothing where it is true as it is
 */
export function settleRecord(
  prefix: string,
  path: RawPath,
  decide: (path: RawPath) => Decision | undefined,
  wasFound: (path: RawPath) => boolean,
): Decision | undefined {
  const before = readFileSync(onDisk(prefix, path), "latin1");
  const home = folderName(folderName(path));
  const rows = parseRecordRows(before, (spelled) => placeIn(home, spelled));
  const after = rewriteRecord(rows, (row) =>
    row.path === path ? "keep" : changeOf(decide(row.path), wasFound(row.path)),
  );
  if (after === before) return undefined;
  return { content: contentOfBytes(Buffer.from(after, "latin1")), isChanged: true };
}

function changeOf(decision: Decision | undefined, wasFound: boolean): RowChange {
  if (decision === undefined) return wasFound ? "drop" : "keep";
  if (!decision.isChanged) return "keep";
  const { content } = decision;
  // Read only where the row has a hash at all: those of compiled modules have none.
  return () => ({ sha256: hashContent(content), sizeBytes: content.packedBytes });
}
