import { releaseChangelog, type ReleasedChangelog } from "./edit/changelog.ts";
import { versionErrors } from "./errors.ts";
import type { FileSource } from "./file-source.ts";
import { decodeAny } from "./places/place.ts";
import type { BumpPlan } from "./plan.ts";
import { tagName } from "./release-texts.ts";
import { isDevelopmentVersion } from "./standards/compare.ts";

/** The changelog that a release is written into. */
export interface Changelog {
  /** Relative to the project folder. */
  readonly path: string;
  /** The day of the release; it must be the same in every run. */
  readonly date: Date;
  /** How the tag will be named, where the configuration does not say it. */
  readonly tagFormat: string | undefined;
}

/**
 * Adds to a plan that its changelog's Unreleased section becomes that of the version. A plan that releases nothing
 * stays as it is.
 *
 * @throws E_VERSION_CHANGELOG where the file is not there.
 */
export async function planChangelog(
  plan: BumpPlan,
  source: FileSource,
  { path, date, tagFormat }: Changelog,
): Promise<BumpPlan> {
  if (plan.kind !== "edit" || isDevelopmentVersion(plan.newVersion)) return plan;
  const file = await source.read(path);
  if (file === undefined)
    throw versionErrors("E_VERSION_CHANGELOG", `CHANGELOG_FILE: ${path} is not in ${source.title}`);
  const earlier = plan.edits.find((edit) => edit.path === file.path);
  const now = earlier?.after ?? file.bytes;
  const { state, bytes: after } = writeChangelog(now, {
    version: plan.newVersion,
    tag: tagName(plan, tagFormat),
    date,
  });
  const warning = warningFor(state, path, plan.newVersion);
  const warnings = warning === undefined ? plan.warnings : [...plan.warnings, warning];
  if (after.equals(now)) return { ...plan, warnings };
  const edit = { path: file.path, before: earlier?.before ?? file.bytes, after };
  const others = plan.edits.filter((other) => other !== earlier);
  return { ...plan, warnings, edits: [...others, edit] };
}

/** Writes a release into the bytes of a changelog. */
export function writeChangelog(
  bytes: Buffer,
  { version, tag, date }: { version: string; tag: string; date: Date },
): { state: ReleasedChangelog["state"]; bytes: Buffer } {
  const { text, encoding } = decodeAny(bytes);
  const day = date.toISOString().slice(0, 10);
  const released = releaseChangelog(text, { version, tag, day });
  return { state: released.state, bytes: Buffer.from(released.text, encoding) };
}

function warningFor(state: ReleasedChangelog["state"], path: string, version: string) {
  if (state === "absent")
    return `${path} has no Unreleased section, and none of ${version}: it stays as it is. Add a heading "## [Unreleased]" above the newest version.`;
  if (state === "renamed-empty") return `The Unreleased section of ${path} says nothing.`;
  return undefined;
}
