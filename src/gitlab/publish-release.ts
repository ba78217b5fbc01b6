import type { Effect } from "../step/index.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { answerFailure } from "./failures.ts";
import { type Judgement, write } from "./outcome.ts";
import { projectPath } from "./project.ts";
import {
  fieldDifferences,
  linkConflicts,
  missingLinks,
  type WantedRelease,
} from "./release-differences.ts";
import { conflict, linkJson } from "./release-links.ts";
import { findRelease, type Release, releasePath, type WantedLink } from "./releases.ts";

export interface Publication {
  gitlab: GitLab;
  wanted: WantedRelease;
  /** Those of its links that lead to nothing yet: they are added when they do. */
  laterLinks?: readonly WantedLink[];
  /** Whether name, notes and date of a release that is there may be replaced. */
  update: boolean;
  /** The pipeline runs for this very tag: GitLab's API may see it a moment late (G21). */
  tagIsOurs: boolean;
}

/**
 * The release of a tag, made with its links in one request, or brought up to date. Of one that is there, everything
 * that stands in the way of what is wanted is told before anything is written, links that are added later included.
 *
 * `ref` is never sent: with it GitLab would make a missing tag, on a commit of its own choice (R04).
 */
export function publishRelease({
  gitlab,
  wanted,
  laterLinks = [],
  update,
  tagIsOurs,
}: Publication): Effect<Release> {
  const { tag } = wanted;
  return {
    id: `release:${tag}`,
    sentence: `Publish the release ${wanted.name ?? tag} of the tag ${tag}`,
    async isDone() {
      const found = await findRelease(gitlab, tag);
      if (found === undefined) return false;
      const fields = fieldDifferences(found, wanted);
      const links = linkConflicts(found, wanted.links);
      // A link is never replaced, so that none of the rest is begun where one stands in the way.
      if (links.length > 0 || (fields.length > 0 && !update))
        throw conflict(tag, [...fields, ...links]);
      const isWhole = fields.length === 0 && missingLinks(found, wanted.links).length === 0;
      if (!isWhole && found.mayEdit === false) throw mayNotEdit(gitlab, tag);
      return fields.length === 0 ? found : false;
    },
    async apply() {
      const found = await findRelease(gitlab, tag);
      if (found === undefined) {
        const links = wanted.links.filter((link) => !laterLinks.includes(link));
        await create(gitlab, { ...wanted, links }, tagIsOurs);
      }
      // Another job may have made it since we looked (R09); what it made is compared below.
      else if (update && fieldDifferences(found, wanted).length > 0)
        await bringUpToDate(gitlab, wanted);
    },
    async verify() {
      const found = await findRelease(gitlab, tag);
      if (found === undefined)
        throw gitlabError("E_RELEASE_NOT_PROVEN", `GitLab does not show the release ${tag}.`);
      const differences = [
        ...fieldDifferences(found, wanted),
        ...linkConflicts(found, wanted.links),
      ];
      if (differences.length > 0) throw conflict(tag, differences);
      return found;
    },
  };
}

const needs = "the role Developer, for a protected tag the right to create it, and the scope api";

function mayNotEdit({ token }: GitLab, tag: string): Error {
  return gitlabError(
    "E_RELEASE_READ_ONLY",
    `The release ${tag} is there and lacks something that this job would add, but GitLab does not let the user of the token in ${token.variable} change it.`,
  );
}

async function create(gitlab: GitLab, wanted: WantedRelease, tagIsOurs: boolean): Promise<void> {
  const { tag, links } = wanted;
  await write(gitlab, {
    call: {
      method: "POST",
      path: `${projectPath(gitlab)}/releases`,
      json: {
        tag_name: tag,
        ...fieldsJson(wanted),
        assets: { links: links.map(linkJson) },
      },
      purpose: `publish the release ${tag}`,
      needs,
    },
    isThere: async () => (await findRelease(gitlab, tag)) !== undefined,
    judge(answered, text): Judgement | undefined {
      const { status } = answered;
      const { message } = answerFailure(answered, gitlab);
      // Somebody was faster: what they made is compared with what we wanted.
      if (status === 409) return { doubtful: true };
      if (status === 422 && /ref is not specified/i.test(text))
        return {
          failure: gitlabError("E_RELEASE_TAG_MISSING", `There is no tag ${tag}. ${message}`),
          verdict: { retry: tagIsOurs },
        };
      if (status === 403 && /protected/i.test(text))
        return { failure: gitlabError("E_RELEASE_TAG_PROTECTED", message) };
      return undefined;
    },
  });
}

async function bringUpToDate(gitlab: GitLab, wanted: WantedRelease): Promise<void> {
  const { tag } = wanted;
  await write(gitlab, {
    call: {
      method: "PUT",
      path: releasePath(gitlab, tag),
      json: fieldsJson(wanted),
      purpose: `bring the release ${tag} up to date`,
      needs,
    },
    async isThere() {
      const found = await findRelease(gitlab, tag);
      return found !== undefined && fieldDifferences(found, wanted).length === 0;
    },
  });
}

function fieldsJson({ name, notes, releasedAt }: WantedRelease): Record<string, string> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(notes === undefined ? {} : { description: notes }),
    ...(releasedAt === undefined ? {} : { released_at: releasedAt }),
  };
}
