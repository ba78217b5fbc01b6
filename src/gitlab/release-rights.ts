import type { StepError } from "../step/errors.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { findProject, role, roleName } from "./project.ts";
import { ask } from "./push-findings.ts";
import { listProtectedTags, matchesPattern, type Tag } from "./refs.ts";
import type { Release } from "./releases.ts";
import { mayCreateTag } from "./tag-rights.ts";
import { readTokenSelf } from "./token-self.ts";
import { expectedRefusal } from "./write-rights.ts";

export interface ReleaseQuestion {
  tag: Tag;
  /** The release of the tag, where there is one. */
  existing: Release | undefined;
  /** The pipeline runs for this very tag: GitLab starts it for those alone who may create the tag. */
  tagIsOurs: boolean;
}

/**
 * Whether GitLab would refuse the release: for dry runs, which try nothing.
 *
 * @returns the refusal to expect, or `undefined` where nothing speaks against it.
 * @see https://docs.gitlab.com/user/project/releases/#release-permissions
 */
export async function expectedReleaseRefusal(
  gitlab: GitLab,
  { tag, existing, tagIsOurs }: ReleaseQuestion,
): Promise<StepError | undefined> {
  const refusal = await expectedRefusal(gitlab, "make a release");
  if (refusal !== undefined) return refusal;
  // Of a release that is there GitLab says itself whether it may be changed.
  if (tag.isProtected !== true || existing?.mayEdit !== undefined) return undefined;
  if (gitlab.token.kind !== "job") return refusalOfTag(gitlab, tag.name);
  if (!tagIsOurs)
    gitlab.log.warn(
      `The tag ${tag.name} is protected; a job token cannot read whether the user who started this pipeline may make its release.`,
    );
  return undefined;
}

async function refusalOfTag(gitlab: GitLab, tag: string): Promise<StepError | undefined> {
  const { variable } = gitlab.token;
  const [self, project, rules] = await Promise.all([
    readTokenSelf(gitlab),
    findProject(gitlab),
    ask(() => listProtectedTags(gitlab)),
  ]);
  if ("refusal" in rules) {
    // The rules are shown to Maintainers alone; a developer may be among those who are allowed.
    const level = roleName(project?.accessLevel ?? role.none);
    gitlab.log.warn(
      `The tag ${tag} is protected. The user of the token in ${variable}, who is ${level}, cannot read who may make its release; unless the project says otherwise, only Maintainers may, and the real run would be refused.`,
    );
    return undefined;
  }
  const matching = rules.value.filter(({ pattern }) => matchesPattern(pattern, tag));
  const patterns = matching.map(({ pattern }) => pattern).join(", ");
  const verdict = mayCreateTag(matching, { self, project });
  if (verdict === "no")
    return gitlabError(
      "E_RELEASE_TAG_PROTECTED",
      `The tag ${tag} is protected (${patterns}), and the user of the token in ${variable} may not make its release.`,
    );
  if (verdict === "unknown")
    gitlab.log.warn(
      `The tag ${tag} is protected (${patterns}); whether the user of the token in ${variable} may make its release is not shown.`,
    );
  return undefined;
}
