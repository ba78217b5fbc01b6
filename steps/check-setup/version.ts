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
import {
  makePrivateRepository,
  openCheckout,
  openGit,
  refNameProblem,
  requireHead,
} from "../../src/git/index.ts";
import { readLocalTags } from "../shared/local-tags.ts";
import { readSurroundings } from "../shared/surroundings.ts";
import { type Check, examining, orUnknown, verdicts } from "./check.ts";
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
    const tags = await orUnknown(() => readTags(context, folder));
    const around = readSurroundings(context, { ...tags, tagFormat: inputs.TAG_FORMAT });
    await requireOneVersion(source);
    const project = await openProject(source, around);
    isFromTags = project.kind === "tagged";
    const part = isFromTags && inputs.VERSION_BUMP !== "auto" ? inputs.VERSION_BUMP : undefined;
    const release = await planBump({
      source,
      around,
      operation:
        part === undefined
          ? { kind: "release", part: inputs.RELEASE_PART }
          : { kind: "bump", part },
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
    if (isFromTags && inputs.VERSION_BUMP === undefined)
      return check.warning(
        `${release.currentVersion}, from the newest tag: no file holds it`,
        "Set VERSION_BUMP (a part, or auto) for bump-version and tag-release: nothing else says what the next version is.",
      );
    if (isFromTags)
      return check.ok(
        `${release.currentVersion} → ${part === undefined ? "what the commits ask for" : `${release.newVersion} (${tag})`}, as a tag alone`,
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

/** The tags of the checkout: they may hold the version. */
async function readTags(context: SetupContext, folder: string) {
  const { environment, log, clock, signal } = context;
  const workFolder = await context.workFolder();
  const git = await openGit({ workFolder, environment, log, clock, signal });
  const checkout = await openCheckout(git, folder);
  const repository = await makePrivateRepository(git, checkout);
  return readLocalTags(repository, checkout, requireHead(checkout));
}

async function planNext(source: FileSource, like: string, context: SetupContext) {
  const part = context.inputs.POST_RELEASE_VERSION_BUMP;
  const around = readSurroundings(context);
  const next = await planBump({ source, around, operation: { kind: "post-release", part, like } });
  postReleaseMessage(next, undefined);
  return next;
}
