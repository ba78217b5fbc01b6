import { readFileSync } from "node:fs";

import { contentOfFile, type Splice } from "./content.ts";
import type { Decision } from "./decide-content.ts";
import { headerBytes, isFresh, sourceOf, splicePrefixAway, spliceSourceTime } from "./pyc.ts";
import type { DiskPath, RawPath } from "./raw-path.ts";
import type { Scanner } from "./scan.ts";
import type { Found } from "./walk.ts";

/** What became of a module's source. */
export interface PackedSource {
  decision: Decision;
  /** As it will be in the archive. */
  mtimeSeconds: number;
}

/**
 * A compiled module as it is packed: valid for its source as packed, without the build path.
 *
 * Left out (`undefined`) where it is stale, or where the source gets other bytes: the interpreter would run old code,
 * because a source of the same size and time counts as the same.
 *
 * @param file whether a package vouches for its bytes: then it was compiled elsewhere, and only its header is read
 */
export function decideCompiled(
  file: { disk: DiskPath; sizeBytes: number; isAsPackaged: boolean },
  prefix: string,
  foundSource: Found | undefined,
  packedSource: PackedSource | undefined,
  scanner: Scanner,
): Decision | undefined {
  const header = scanner.read(file.disk, 0, headerBytes);
  const splices: Splice[] = [];
  if (foundSource?.kind === "file") {
    if (packedSource === undefined || packedSource.decision.isChanged) return undefined;
    if (packedSource.decision.record !== undefined || !isFresh(header, foundSource))
      return undefined;
    splices.push(...spliceSourceTime(header, packedSource.mtimeSeconds));
  }
  if (!file.isAsPackaged) splices.push(...splicePrefixAway(readFileSync(file.disk), prefix));
  const content = contentOfFile(file.disk, file.sizeBytes, splices);
  return { content, isChanged: splices.length > 0 };
}

/** Whether the path is a module that some interpreter compiled. */
export function isCompiled(path: RawPath): boolean {
  return path.endsWith(".pyc") && (sourceOf(path) !== undefined || !path.includes("__pycache__/"));
}
