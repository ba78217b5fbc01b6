import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { readProject } from "./project.ts";
import { findTag, type Tag } from "./refs.ts";

export interface TagQuestion {
  tag: string;
  /** The commit that the pipeline runs for, where it runs for this very tag. */
  pipelineSha: string | undefined;
}

/**
 * Reads the tag to release, and waits a little for one whose own pipeline is faster than GitLab's API (G21).
 *
 * @throws {StepError} E_RELEASE_TAG_MISSING (R04); E_NOT_FOUND where the token does not see the project; E_RELEASE_TAG_MOVED where the pipeline's commit is another one (R11).
 */
export async function readReleaseTag(
  gitlab: GitLab,
  { tag, pipelineSha }: TagQuestion,
): Promise<Tag> {
  const found =
    (await findTag(gitlab, tag)) ??
    (pipelineSha === undefined ? undefined : await waitForTag(gitlab, tag));
  // Without this, a project that the token does not see would look like one without the tag.
  if (found === undefined && gitlab.token.kind !== "job") await readProject(gitlab);
  if (found === undefined)
    throw gitlabError(
      "E_RELEASE_TAG_MISSING",
      `GitLab shows no tag ${tag} in the project ${gitlab.project}.`,
    );
  if (pipelineSha !== undefined && found.commitSha !== pipelineSha)
    throw gitlabError(
      "E_RELEASE_TAG_MOVED",
      `The tag ${tag} is on ${found.commitSha}, but this pipeline runs for ${pipelineSha}.`,
    );
  return found;
}

async function waitForTag(gitlab: GitLab, tag: string): Promise<Tag | undefined> {
  const why = `GitLab does not show the tag ${tag} yet`;
  for (let failed = 1; await gitlab.pause(failed, { retry: true }, why); failed += 1) {
    const found = await findTag(gitlab, tag);
    if (found !== undefined) return found;
  }
  return undefined;
}
