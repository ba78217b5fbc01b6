import { createHash, hash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { FoundFile } from "./find-files.ts";
import type { JunitFile } from "./junit/model.ts";

const smallBytes = 1024 * 1024;

/**
 * Pairs of files with the same bytes: both count, but one may be a copy that was taken along.
 *
 * @param reports what was read of them: only files that said the same are looked at again
 */
export async function findTwins(
  files: readonly FoundFile[],
  reports: readonly JunitFile[],
): Promise<[string, string][]> {
  const said = new Map(reports.map((report) => [report.path, contentOf(report)]));
  const byContent = Map.groupBy(
    files.filter(({ bytes, refusal }) => bytes > 0 && refusal === undefined),
    ({ bytes, path }) => `${bytes} ${said.get(path)}`,
  );
  const twins: [string, string][] = [];
  for (const group of byContent.values()) {
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

/** The same for files with the same bytes, and as good as never for others. */
function contentOf({ counts, gitlabKeys }: JunitFile): string {
  return `${counts.tests} ${counts.time} ${gitlabKeys.at(0)} ${gitlabKeys.at(-1)}`;
}

/** A small file in one go: ten thousand streams take seconds. */
async function digestOf(file: string, bytes: number): Promise<string> {
  if (bytes <= smallBytes) return hash("sha256", readFileSync(file));
  const digest = createHash("sha256");
  await pipeline(createReadStream(file), digest);
  return digest.digest("hex");
}
