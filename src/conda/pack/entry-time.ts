import type { CondaPackage } from "./records.ts";
import type { RawPath } from "./raw-path.ts";

/** 1980-01-01T00:00:00Z: the oldest time a zip archive can hold. */
export const oldestSeconds = 315_532_800;

/**
 * The time of a conda package's file. It never depends on the commit or on the day of the build, so that the packed
 * bytes of a package are the same in every release.
 *
 * A file that came out of the package is older than the record's timestamp; what linking made or rewrote is younger.
 */
export function timeOfPackageFile(
  owner: CondaPackage,
  path: RawPath,
  mtimeSeconds: number,
): number {
  const own = Math.max(0, mtimeSeconds);
  if (owner.builtAtSeconds !== undefined) return Math.min(own, owner.builtAtSeconds);
  const facts = owner.facts.get(path);
  const isAsPackaged = facts !== undefined && !facts.isMade && facts.placeholder === undefined;
  return isAsPackaged ? own : oldestSeconds;
}

/**
 * The time of a file that belongs to the project or to nobody: the time of the release where the file was made by this
 * build, else its own.
 */
export function timeOfOtherFile(
  mtimeSeconds: number,
  times: { releaseSeconds: number; environmentSeconds: number },
): number {
  const own = Math.max(0, mtimeSeconds);
  return own > Math.min(times.releaseSeconds, times.environmentSeconds)
    ? times.releaseSeconds
    : own;
}
