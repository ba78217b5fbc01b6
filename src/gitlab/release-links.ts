import type { Effect } from "../step/index.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { type Judgement, write } from "./outcome.ts";
import { linkConflicts, missingLinks } from "./release-differences.ts";
import { findRelease, type Release, releasePath, type WantedLink } from "./releases.ts";

/** The asset links that a release lacks, added; one with our name and another address is a conflict (R01–R03). */
export function addLinks(
  gitlab: GitLab,
  tag: string,
  links: readonly WantedLink[],
): Effect<Release> {
  const allThere = async (): Promise<Release | false> => {
    const release = await mustFind(gitlab, tag);
    const conflicts = linkConflicts(release, links);
    if (conflicts.length > 0) throw conflict(tag, conflicts);
    return missingLinks(release, links).length === 0 ? release : false;
  };
  return {
    id: `links:${tag}`,
    sentence: `Link ${links.length === 1 ? (links[0]?.name ?? "") : `${links.length} assets`} in the release ${tag}`,
    // Before the release is made there is nothing to look at; it is made with all its links at once.
    isDone: async () => ((await findRelease(gitlab, tag)) === undefined ? false : allThere()),
    async apply() {
      for (const link of missingLinks(await mustFind(gitlab, tag), links))
        await addLink(gitlab, tag, link);
    },
    async verify() {
      const release = await allThere();
      if (release !== false) return release;
      const missing = missingLinks(await mustFind(gitlab, tag), links);
      throw gitlabError(
        "E_RELEASE_NOT_PROVEN",
        `The release ${tag} lacks links that were added: ${missing.map(({ name }) => name).join(", ")}.`,
      );
    },
  };
}

/** A link as GitLab's API takes it. */
export function linkJson({ name, url, type, path }: WantedLink): Readonly<Record<string, string>> {
  return {
    name,
    url,
    link_type: type,
    ...(path === undefined ? {} : { direct_asset_path: path }),
  };
}

export function conflict(tag: string, differences: readonly string[]): Error {
  return gitlabError(
    "E_RELEASE_DIFFERS",
    `The release ${tag} is there, but not as this job makes it:\n${differences.map((line) => `- ${line}`).join("\n")}`,
  );
}

async function addLink(gitlab: GitLab, tag: string, link: WantedLink): Promise<void> {
  await write(gitlab, {
    call: {
      method: "POST",
      path: `${releasePath(gitlab, tag)}/assets/links`,
      json: linkJson(link),
      purpose: `link ${link.name} in the release ${tag}`,
      needs: "the role Developer and the scope api",
    },
    isThere: async () => missingLinks(await mustFind(gitlab, tag), [link]).length === 0,
    // Another job may have added it since we looked; what it added is compared afterwards.
    judge: ({ status }, text): Judgement | undefined =>
      status === 400 && /already been taken/i.test(text) ? { doubtful: true } : undefined,
  });
}

async function mustFind(gitlab: GitLab, tag: string): Promise<Release> {
  const release = await findRelease(gitlab, tag);
  if (release === undefined)
    throw gitlabError("E_RELEASE_NOT_PROVEN", `GitLab no longer shows a release ${tag}.`);
  return release;
}
