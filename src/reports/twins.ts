import { createHash, hash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { FoundFile } from "./find-files.ts";

const smallBytes = 1024 * 1024;

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
    for (const { file, path, bytes } of group) {
      const digest = await digestOf(file, bytes);
      const first = known.get(digest);
      if (first === undefined) known.set(digest, path);
      else twins.push([first, path]);
    }
  }
  return twins;
}

/** A small file in one go: ten thousand streams take seconds. */
async function digestOf(file: string, bytes: number): Promise<string> {
  if (bytes <= smallBytes) return hash("sha256", readFileSync(file));
  const digest = createHash("sha256");
  await pipeline(createReadStream(file), digest);
  return digest.digest("hex");
}
