import type { Release } from "../../src/gitlab/index.ts";
import { compareVersions, readVersionFromTag } from "../../src/version/index.ts";
import { tagFormatOf, type TargetContext } from "./package-target.ts";

type Dated = Pick<Release, "tag" | "releasedAt">;

interface LatestQuestion {
  tag: string;
  /** What counts where the tag spells no version. */
  version: string;
  /** The release of the tag, where there is one. */
  existing: Dated | undefined;
  /** All releases of the project. */
  releases: readonly Dated[];
}

/**
 * GitLab's address of the latest release goes by date, not by version: a late release of an old line takes it over.
 * Only where this run does that it is told, not where it stands so already.
 */
export async function warnOfLatest(
  context: TargetContext & {
    inputs: { RELEASED_AT: string | undefined; RELEASE_UPDATE: boolean };
  },
  { tag, version, existing, releases }: LatestQuestion,
): Promise<void> {
  const { inputs, log, clock } = context;
  const given = inputs.RELEASED_AT === undefined ? undefined : Date.parse(inputs.RELEASED_AT);
  // The date of a release that is there changes by RELEASE_UPDATE alone.
  if (existing !== undefined && (given === undefined || !inputs.RELEASE_UPDATE)) return;
  const { text: format } = await tagFormatOf(context);
  const ours = readVersionFromTag(tag, format) ?? version;
  const higher = releases
    .filter((release) => release.tag !== tag)
    .map((release) => ({
      tag: release.tag,
      found: readVersionFromTag(release.tag, format),
      atMs: Date.parse(release.releasedAt ?? ""),
    }))
    .filter(({ found }) => found !== undefined && compareVersions(found, ours) > 0);
  const [highest] = higher.toSorted((left, right) =>
    compareVersions(right.found ?? "", left.found ?? ""),
  );
  const isAfterAll = (ms: number): boolean => higher.every(({ atMs }) => atMs < ms);
  if (highest === undefined || !isAfterAll(given ?? clock.now().getTime())) return;
  if (existing !== undefined && isAfterAll(Date.parse(existing.releasedAt ?? ""))) return;
  log.warn(
    `The permalink to the latest release will show ${ours}, although ${highest.tag} is released: it goes by date. Set RELEASED_AT to a date before that of ${highest.tag} to avoid it.`,
  );
}
