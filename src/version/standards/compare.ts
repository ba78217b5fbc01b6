import { comparePep440, normalizePep440, parsePep440 } from "./pep440.ts";

/**
 * Orders two versions: by PEP 440 where both are such versions (which takes most SemVer spellings in the same order),
 * else number by number and word by word, a suffix coming before the version without it.
 */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [parsePep440(one), parsePep440(other)];
  if (left !== undefined && right !== undefined) return comparePep440(left, right);
  const [ours, theirs] = [tokens(one), tokens(other)];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    const order = compareTokens(ours[index], theirs[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Whether two texts are the same version: `0.15.0.dev` and `0.15.0.dev0`. */
export function isSameVersion(one: string, other: string): boolean {
  if (one === other) return true;
  const normal = normalizePep440(one);
  return normal !== undefined && normal === normalizePep440(other);
}

/**
 * Whether a version is one of development, which may be published again with other bytes: PEP 440 `.dev`, SemVer
 * `-dev…`, Maven `-SNAPSHOT`.
 */
export function isDevelopmentVersion(text: string): boolean {
  const version = parsePep440(text);
  if (version !== undefined) return version.dev !== undefined;
  return /^v?\d+(?:\.\d+)*(?:-(?:[0-9A-Za-z-]+\.)*(?:dev[0-9A-Za-z-]*|SNAPSHOT)(?:\.[0-9A-Za-z-]+)*)(?:\+.*)?$/iu.test(
    text,
  );
}

function tokens(version: string): string[] {
  return version.replace(/^v(?=\d)/u, "").match(/\d+|[a-z]+/giu) ?? [];
}

function compareTokens(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0;
  if (one === undefined || other === undefined) return compareMissing(one, other);
  const [isLeftNumber, isRightNumber] = [/^\d/.test(one), /^\d/.test(other)];
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? 1 : -1;
  if (!isLeftNumber) return one.toLowerCase() < other.toLowerCase() ? -1 : 1;
  const [left, right] = [BigInt(one), BigInt(other)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** A further number is newer, a further word (`-SNAPSHOT`) older. */
function compareMissing(one: string | undefined, other: string | undefined): number {
  const isNumber = /^\d/.test(one ?? other ?? "");
  if (isNumber && BigInt(one ?? other ?? 0) === 0n) return 0;
  return (one === undefined) === isNumber ? -1 : 1;
}
