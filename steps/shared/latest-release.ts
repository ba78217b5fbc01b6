import type { Release } from "../../src/gitlab/index.ts";
import { compareVersions, readVersionFromTag } from "../../src/version/index.ts";
import { tagFormatOf, type TargetContext } from "./package-target.ts";

/** GitLab's address of the latest release goes by date, not by version: a late release of an old line takes it over. */
export async function warnOfLatest(
  context: TargetContext & { inputs: { RELEASED_AT: string | undefined } },
  releases: readonly Pick<Release, "tag" | "releasedAt">[],
  version: string,
): Promise<void> {
  const { inputs, log, clock } = context;
  const { text: format } = await tagFormatOf(context);
  const ours =
    inputs.RELEASED_AT === undefined ? clock.now().getTime() : Date.parse(inputs.RELEASED_AT);
  const higher = releases
    .map(({ tag, releasedAt }) => ({
      tag,
      found: readVersionFromTag(tag, format),
      atMs: Date.parse(releasedAt ?? ""),
    }))
    .filter(({ found }) => found !== undefined && compareVersions(found, version) > 0);
  const [highest] = higher.toSorted((left, right) =>
    compareVersions(right.found ?? "", left.found ?? ""),
  );
  if (highest !== undefined && higher.every(({ atMs }) => atMs < ours))
    log.warn(
      `The permalink to the latest release will show ${version}, although ${highest.tag} is released: it goes by date. Set RELEASED_AT to a date before that of ${highest.tag} to avoid it.`,
    );
}
