import {
  folderSource,
  type FileSource,
  openProject,
  planBump,
  postReleaseMessage,
  Problems,
  releaseMessage,
  tagName,
  overlaySource,
  requireOneVersion,
} from "../../src/version/index.ts";
import { refNameProblem } from "../../src/git/index.ts";
import { readSurroundings } from "../shared/surroundings.ts";
import { type Check, examining, verdicts } from "./check.ts";
import type { SetupContext } from "./inputs.ts";

export interface VersionFinding {
  readonly check: Check;
  /** The tag that the next release would get. */
  readonly tag: string | undefined;
  /** The development version that would follow it. */
  readonly nextVersion: string | undefined;
  /** Whether the version is that of a tag, so that tags must be there. */
  readonly isFromTags: boolean;
}

/** Whether the version configuration is sound and the files agree: both bumps of a release are planned in memory. */
export async function checkVersion(context: SetupContext, folder: string): Promise<VersionFinding> {
  const check = verdicts("version", "Version configuration", "both bumps of a release can be made");
  let tag: string | undefined;
  let nextVersion: string | undefined;
  let isFromTags = false;
  const made = await examining(check, async () => {
    const { inputs } = context;
    const source = folderSource(folder);
    const around = readSurroundings(context);
    await requireOneVersion(source);
    const project = await openProject(source, around);
    isFromTags = project.kind === "tagged";
    const release = await planBump({
      source,
      around,
      operation: { kind: "release", part: inputs.RELEASE_PART },
      changelog:
        inputs.CHANGELOG_FILE === undefined
          ? undefined
          : { path: inputs.CHANGELOG_FILE, date: around.now, tagFormat: inputs.TAG_FORMAT },
    });
    const problems = new Problems();
    problems.collect(() => releaseMessage(release, undefined));
    tag = problems.collect(() => tagName(release, inputs.TAG_FORMAT));
    problems.throwIfAny();
    const oddName = tag === undefined ? undefined : refNameProblem(tag);
    if (tag !== undefined && oddName !== undefined) {
      const name = tag;
      tag = undefined;
      return check.wrong(
        `the tag would be ${name}: ${oddName}`,
        "Correct TAG_FORMAT, or tag_name of the configuration.",
      );
    }
    if (isFromTags)
      return check.warning(
        `${release.currentVersion}, from the newest tag: no file holds it`,
        "tag-release opens the next development version in a file: keep the version in one, or tag with plain git.",
      );
    const next = await planNext(
      overlaySource(source, release.edits),
      release.currentVersion,
      context,
    );
    nextVersion = next.newVersion;
    const places = release.edits.length > 0 ? release.edits : next.edits;
    const files = places.map(({ path }) => path).join(", ");
    const found = `${release.currentVersion} → ${release.newVersion} (${tag}) → ${next.newVersion} in ${files}`;
    const warnings = [...new Set([...release.warnings, ...next.warnings])];
    return warnings.length === 0 ? check.ok(found) : check.warning(found, warnings.join(" "));
  });
  return { check: made, tag, nextVersion, isFromTags };
}

async function planNext(source: FileSource, like: string, context: SetupContext) {
  const part = context.inputs.POST_RELEASE_VERSION_BUMP;
  const around = readSurroundings(context);
  const next = await planBump({ source, around, operation: { kind: "post-release", part, like } });
  postReleaseMessage(next, undefined);
  return next;
}
