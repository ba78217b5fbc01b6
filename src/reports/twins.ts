import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { FoundFile } from "./find-files.ts";

/** Pairs of files with the same bytes: both count, but one may be a copy that was taken along. */
export async function findTwins(files: readonly FoundFile[]): Promise<[string, string][]> {
  const bySize = Map.groupBy(
    files.filter(({ bytes, refusal }) => bytes > 0 && refusal === undefined),
    ({ bytes }) => bytes,
  );
  const twins: [string, string][] = [];
  for (const group of bySize.values()) {
    if (group.length < 2) continue;
    const known = new Map<string, string>();
    for (const { file, path } of group) {
      const digest = await digestOf(file);
      const first = known.get(digest);
      if (first === undefined) known.set(digest, path);
      else twins.push([first, path]);
    }
  }
  return twins;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
