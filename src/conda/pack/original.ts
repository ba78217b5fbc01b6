import { statSync } from "node:fs";

import { contentOfFile, hashContent } from "./content.ts";
import { locateInBinary, locateInText } from "./locate-prefix.ts";
import { longestReplacement, spliceIn, type Places } from "./prefix-places.ts";
import { type DiskPath, onDisk, type RawPath } from "./raw-path.ts";
import type { PathFacts } from "./records.ts";
import type { Scanner } from "./scan.ts";

/** A file and where a token stands in it that makes way for another prefix. */
export interface Located {
  file: DiskPath;
  sizeBytes: number;
  token: Buffer;
  places: Places;
}

/**
 * The file as its package brought it, proved by the package's own sha256: found by undoing what the installer did, so
 * that no package cache is needed, else taken from the cache.
 *
 * @param facts with placeholder and sha256
 * @param source folder of the extracted package, where there may be one
 * @returns `undefined` where the file is not what the installer left: somebody changed it
 */
export function findOriginal(
  file: { disk: DiskPath; path: RawPath; sizeBytes: number },
  facts: PathFacts & { placeholder: string; sha256: string },
  { prefix, source, scanner }: { prefix: Buffer; source: string | undefined; scanner: Scanner },
): Located | undefined {
  const placeholder = Buffer.from(facts.placeholder);
  const installed: Located = {
    file: file.disk,
    sizeBytes: file.sizeBytes,
    token: prefix,
    places: locate(file.disk, prefix, facts.mode, placeholder.length - prefix.length, scanner),
  };
  if (hashOf(installed, placeholder) === facts.sha256) return installed;
  for (const cached of source === undefined ? [] : cachePlaces(source, file.path)) {
    const sizeBytes = statSync(cached, { throwIfNoEntry: false })?.size;
    if (sizeBytes === undefined) continue;
    if (hex(contentOfFile(cached, sizeBytes)) !== facts.sha256) continue;
    const original: Located = {
      file: cached,
      sizeBytes,
      token: placeholder,
      places: locate(cached, placeholder, facts.mode, 0, scanner),
    };
    // Without the installer's word for the file, installing the cached one again tells whether it was changed since.
    const untouched = facts.sha256InPrefix ?? hashOf(original, prefix);
    if (hex(contentOfFile(file.disk, file.sizeBytes)) === untouched) return original;
  }
  return undefined;
}

function locate(
  file: DiskPath,
  token: Buffer,
  mode: "text" | "binary",
  roomPerHit: number,
  scanner: Scanner,
): Places {
  return mode === "text"
    ? locateInText(file, token, scanner)
    : locateInBinary(file, token, scanner, roomPerHit);
}

function hashOf({ file, sizeBytes, token, places }: Located, replacement: Buffer) {
  if (longestReplacement(places, token.length) < replacement.length) return undefined;
  return hex(contentOfFile(file, sizeBytes, spliceIn(places, token.length, replacement)));
}

function hex(content: Parameters<typeof hashContent>[0]): string {
  return hashContent(content).toString("hex");
}

// A noarch package keeps its modules and scripts under names of its own (conda's noarch: python).
function cachePlaces(source: string, path: RawPath): DiskPath[] {
  const noarch = path
    .replace(/^lib\/python[^/]+\/site-packages\//, "site-packages/")
    .replace(/^bin\//, "python-scripts/");
  return [path, noarch].map((place) => onDisk(source, place));
}
