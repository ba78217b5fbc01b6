import { mkdir, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { rehearsalError } from "./errors.ts";

/**
 * Packs the files of a fresh clone: what a repository without a conda environment uploads in a rehearsal.
 *
 * The same commit gives the same bytes: sorted, no owner, one time for all entries, so that a second run of the job
 * finds its file done instead of in conflict (H10).
 *
 * @returns the path of the archive, relative to the clone.
 */
export async function packSources(projectDir: string, name: string, mtime: Date): Promise<string> {
  const { create } = await import("tar");
  const files = (await readdir(projectDir, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(projectDir, join(entry.parentPath, entry.name)))
    .filter((path) => !/^(\.git|slipway-report)\//.test(path));
  if (files.length === 0)
    throw rehearsalError("E_REHEARSE_FILES", "The repository holds no files to pack.");
  const archive = join("dist", `${name}.tar.gz`);
  await mkdir(join(projectDir, "dist"), { recursive: true });
  const options = {
    cwd: projectDir,
    file: join(projectDir, archive),
    gzip: { portable: true },
    portable: true,
    mtime,
  };
  await create(
    options,
    files.toSorted().map((path) => `./${path}`),
  );
  return archive;
}
