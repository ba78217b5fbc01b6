import {
  compareVersions,
  isDevelopmentVersion,
  parsePep440,
  readVersionFromTag,
} from "../../src/version/index.ts";

export interface VersionTag {
  name: string;
  version: string;
}

/** The tags that are versions in the sense of a format, the highest first. */
export function versionTags(names: Iterable<string>, format: string): readonly VersionTag[] {
  const found: VersionTag[] = [];
  for (const name of names) {
    const version = readVersionFromTag(name, format);
    if (version !== undefined && /^v?\d/u.test(version)) found.push({ name, version });
  }
  return found.toSorted((one, other) => compareVersions(other.version, one.version));
}

/**
 * The release before a version: the highest lower one, on whichever branch. For a final version it is a final one:
 * whoever comes from there has not seen what the release candidates brought.
 */
export function previousTag(tags: readonly VersionTag[], version: string): VersionTag | undefined {
  const isFinal = !isPreliminary(version);
  return tags.find(
    (tag) => compareVersions(tag.version, version) < 0 && !(isFinal && isPreliminary(tag.version)),
  );
}

/** Whether a version comes before the final one: of development, or a candidate. */
export function isPreliminary(version: string): boolean {
  if (isDevelopmentVersion(version)) return true;
  const parsed = parsePep440(version);
  return parsed === undefined
    ? /^v?\d+(?:\.\d+)*-[0-9A-Za-z]/u.test(version)
    : parsed.pre !== undefined;
}
