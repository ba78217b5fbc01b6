import {
  type ArtifactNews,
  type ArtifactVersion,
  compareBoms,
  type PlannedArtifact,
  type PlannedChanges,
  readPackageAddress,
} from "../../src/artifacts/index.ts";
import {
  findRelease,
  listReleases,
  type PackageFile,
  type PackageId,
  readPackageFile,
} from "../../src/gitlab/index.ts";
import { bomSuffix } from "../../src/provenance/index.ts";
import { StepError } from "../../src/step/index.ts";
import { compareVersions, readVersionFromTag } from "../../src/version/index.ts";
import { tagFormatOf } from "../shared/package-target.ts";
import type { ProposeContext } from "./inputs.ts";
import type { Registry } from "./registry.ts";
import type { Wanted } from "./wanted.ts";

/** Gathers what a reviewer wants to know. What cannot be read is left out: the merge request does not depend on it. */
export function readNews(
  context: ProposeContext,
  wanted: readonly Wanted[],
  { artifacts }: PlannedChanges,
): Promise<readonly ArtifactNews[]> {
  return Promise.all(
    artifacts.map((planned, index) => {
      const one = wanted[index];
      if (one === undefined) throw new TypeError("An artifact was planned that nobody wants");
      return readOne(context, one, planned);
    }),
  );
}

async function readOne(
  context: ProposeContext,
  wanted: Wanted,
  planned: PlannedArtifact,
): Promise<ArtifactNews> {
  const { origin } = wanted;
  const before = origin === undefined ? undefined : await findOld(origin, planned);
  const after: ArtifactVersion = { version: wanted.version, size: origin?.file?.size };
  const news: ArtifactNews = {
    planned,
    before:
      before === undefined
        ? undefined
        : { version: before.package.version, size: before.file?.size },
    after,
    packages: undefined,
    notes: [],
    isRollback: false,
  };
  if (origin === undefined || wanted.version === undefined) return news;
  const old = before?.package.version;
  return {
    ...news,
    isRollback: old !== undefined && compareVersions(wanted.version, old) < 0,
    packages: before === undefined ? undefined : await comparePackages(origin, before, context),
    notes: await readNotes(context, origin.registry, old, wanted.version),
  };
}

interface OldFile {
  package: PackageId;
  file: PackageFile | undefined;
}

/** The newest of the older entries, as the registry knows it. */
async function findOld(
  { registry, package: { name } }: NonNullable<Wanted["origin"]>,
  { old }: PlannedArtifact,
): Promise<OldFile | undefined> {
  const found: OldFile[] = [];
  for (const entry of old) {
    const address = readPackageAddress(entry.id);
    if (address?.file !== undefined && address.file.package === name) {
      const id = { name, version: address.file.version };
      found.push({ package: id, file: await registry.find(id, address.file.name) });
    } else if (address?.fileId !== undefined) {
      const versions = (await registry.versions(name)).filter((one) => entry.name.includes(one));
      for (const version of versions) {
        const id = { name, version };
        const file = (await registry.read(id))?.files.find(({ id: one }) => one === address.fileId);
        if (file !== undefined) found.push({ package: id, file });
      }
    }
  }
  return found.toSorted((one, other) =>
    compareVersions(other.package.version, one.package.version),
  )[0];
}

async function comparePackages(
  origin: NonNullable<Wanted["origin"]>,
  before: OldFile,
  { log }: ProposeContext,
) {
  const read = async ({ package: id, file }: OldFile): Promise<string | undefined> => {
    const { registry } = origin;
    const bom =
      file === undefined ? undefined : await registry.find(id, `${file.name}${bomSuffix}`);
    return bom === undefined
      ? undefined
      : (await readPackageFile(registry.gitlab, id, bom)).toString("utf8");
  };
  const [old, now] = [await read(before), await read(origin)];
  if (old === undefined || now === undefined) {
    const missing = old === undefined ? before.package : origin.package;
    log.info(
      `${missing.name} ${missing.version} has no bill of materials; packages are not compared.`,
    );
    return undefined;
  }
  return compareBoms(old, now);
}

const mostNotes = 20;

/** The notes of the releases after the older version up to the newer one, newest first. */
async function readNotes(
  context: ProposeContext,
  { gitlab }: Registry,
  old: string | undefined,
  version: string,
): Promise<ArtifactNews["notes"]> {
  try {
    const { text: format } = await tagFormatOf(context);
    const [low, high] =
      old === undefined ? [undefined, version] : [old, version].toSorted(compareVersions);
    const isBetween = (one: string): boolean =>
      low === undefined
        ? one === version
        : compareVersions(one, low) > 0 && compareVersions(one, high ?? version) <= 0;
    const releases = (await listReleases(gitlab))
      .map(({ tag }) => ({ tag, version: readVersionFromTag(tag, format) ?? "" }))
      .filter((one) => one.version !== "" && isBetween(one.version))
      .toSorted((one, other) => compareVersions(other.version, one.version));
    const notes = await Promise.all(
      releases.slice(0, mostNotes).map(async (one) => ({
        version: one.version,
        text: (await findRelease(gitlab, one.tag))?.notes ?? "",
      })),
    );
    return notes.filter(({ text }) => text.trim() !== "");
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    context.log.warn(`The release notes are left out: ${error.message}`);
    return [];
  }
}
