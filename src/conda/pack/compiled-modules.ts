import { readFileSync } from "node:fs";

import { contentOfBytes } from "./content.ts";
import type { Decision } from "./decide-content.ts";
import { isFresh, sourceOf, withoutPrefix, withSourceTime } from "./pyc.ts";
import { onDisk, type RawPath } from "./raw-path.ts";
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
 */
export function decideCompiled(
  prefix: string,
  path: RawPath,
  foundSource: Found | undefined,
  packedSource: PackedSource | undefined,
): Decision | undefined {
  const before = readFileSync(onDisk(prefix, path));
  let after: Buffer = before;
  if (foundSource?.kind === "file") {
    if (packedSource === undefined || packedSource.decision.isChanged) return undefined;
    if (packedSource.decision.record !== undefined || !isFresh(before, foundSource))
      return undefined;
    after = withSourceTime(before, packedSource.mtimeSeconds);
  }
  after = withoutPrefix(after, prefix);
  return { content: contentOfBytes(after), isChanged: !after.equals(before) };
}

/** Whether the path is a module that some interpreter compiled. */
export function isCompiled(path: RawPath): boolean {
  return path.endsWith(".pyc") && (sourceOf(path) !== undefined || !path.includes("__pycache__/"));
}
