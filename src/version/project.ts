import { type BumpConfig, defaultTagName } from "./config/bump-config.ts";
import { configPaths, findConfig } from "./config/find-config.ts";
import { versionErrors } from "./errors.ts";
import type { FileSource } from "./file-source.ts";
import { findVersionPlaces, placePaths } from "./places/find-places.ts";
import type { VersionPlace } from "./places/place.ts";
import { makeScheme, parseVersion, type Scheme } from "./scheme/scheme.ts";
import { compareVersions } from "./standards/compare.ts";
import { readVersionFromTag } from "./standards/tag-format.ts";
import { surroundingNames, type Surroundings } from "./text/names.ts";
import type { VersionText } from "./edit/version-pair.ts";

/** A project with a bump configuration. */
export interface ConfiguredProject {
  readonly kind: "configured";
  readonly config: BumpConfig;
  readonly scheme: Scheme;
  readonly current: VersionText;
  readonly warnings: readonly string[];
}

/** A project without one, whose files are known to hold the version. */
export interface GuessedProject {
  readonly kind: "guessed";
  readonly places: readonly VersionPlace[];
  /** The leading place: its spelling is the version. */
  readonly leading: VersionPlace;
  readonly warnings: readonly string[];
}

/** A project without one, whose version is its newest tag. */
export interface TaggedProject {
  readonly kind: "tagged";
  readonly version: string;
  readonly tag: string;
  /** Whether the tag is on the commit itself: a bump of it was tagged before. */
  readonly isHere: boolean;
}

export type Project = ConfiguredProject | GuessedProject | TaggedProject;

/**
 * Finds out how a project holds its version.
 *
 * @throws E_VERSION_NOT_FOUND where nothing does; E_VERSION_… for what is wrong with what does.
 */
export async function openProject(source: FileSource, around: Surroundings): Promise<Project> {
  const config = await findConfig(source);
  if (config !== undefined) return openConfigured(config, around);
  const { places, tagTool, warnings } = await findVersionPlaces(source);
  const [leading] = places;
  if (leading !== undefined) return { kind: "guessed", places, leading, warnings };
  const format = around.tagFormat ?? defaultTagName;
  const newestOf = (tags: readonly string[] | undefined) =>
    newestVersion(tags ?? [], format, () => true);
  const here = newestOf(around.tagsHere);
  const newest = here ?? newestOf(around.tags);
  if (newest !== undefined) return { kind: "tagged", ...newest, isHere: here !== undefined };
  throw versionErrors(
    "E_VERSION_NOT_FOUND",
    `No version found. Looked in: ${configPaths.join(", ")}, ${placePaths}; create .bumpversion.cfg or set current_version`,
    tagTool === undefined
      ? {}
      : {
          hint: `${tagTool} takes the version from the newest tag, and there is none of the form ${format} here: fetch the tags (GIT_DEPTH: 0), tell their form (TAG_FORMAT), or make the first one by hand.`,
        },
  );
}

/**
 * The version that the bump configuration says, and where.
 *
 * @returns `undefined` where there is no configuration
 * @throws E_VERSION_… for what is wrong with it
 */
export async function readConfiguredVersion(
  source: FileSource,
  around: Surroundings,
): Promise<{ path: string; version: string } | undefined> {
  const config = await findConfig(source);
  if (config === undefined) return undefined;
  return { path: config.path, version: openConfigured(config, around).current.text };
}

/** The newest of the tags that were made by a format, and the version in it. */
function newestVersion(
  tags: readonly string[],
  format: string,
  isVersion: (text: string) => boolean,
): { tag: string; version: string } | undefined {
  return tags
    .flatMap((tag) => {
      const version = readVersionFromTag(tag, format);
      const isNumbered = version !== undefined && /^\d/.test(version) && isVersion(version);
      return isNumbered ? [{ tag, version }] : [];
    })
    .toSorted((one, other) => compareVersions(other.version, one.version))[0];
}

function openConfigured(config: BumpConfig, around: Surroundings): ConfiguredProject {
  const scheme = makeScheme({
    parse: config.parse,
    serialize: config.serialize,
    parts: config.parts,
    where: config.path,
    names: surroundingNames(around),
    now: around.now,
  });
  const fits = (text: string) => parseVersion(scheme, text) !== undefined;
  const newest = newestVersion(around.tags ?? [], config.tagName, fits);
  const written = config.currentVersion ?? config.projectVersion;
  const text = written ?? newest?.version;
  if (text === undefined)
    throw versionErrors(
      "E_VERSION_NOT_FOUND",
      `No version found: ${config.path} has no current_version, and no tag fits ${config.tagName}`,
      { hint: `Set current_version in ${config.path}.` },
    );
  const current = readVersion(scheme, text, "current_version");
  const warnings = [...config.warnings];
  if (current.text !== text)
    warnings.push(`current_version '${text}' is read as '${current.text}': the rest is ignored`);
  if (newest !== undefined && compareVersions(newest.version, current.text) > 0)
    warnings.push(`The newest tag ${newest.tag} is newer than the current version ${current.text}`);
  if (config.files.length === 0 && config.projectVersion === undefined)
    warnings.push(`${config.path} names no file to edit`);
  return { kind: "configured", config, scheme, current, warnings };
}

/** Reads a version by the scheme. @throws E_VERSION_UNREADABLE naming what it is. */
export function readVersion(scheme: Scheme, text: string, what: string): VersionText {
  const parsed = parseVersion(scheme, text);
  if (parsed === undefined)
    throw versionErrors(
      "E_VERSION_UNREADABLE",
      `${what} '${text}' does not match parse '${scheme.pattern.source}'`,
    );
  return { text: parsed.matched, value: parsed.value };
}
