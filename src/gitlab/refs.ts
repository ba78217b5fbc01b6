import { part } from "./call.ts";
import { find, type GitLab } from "./client.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import { listAll, listPages } from "./pages.ts";
import { projectPath } from "./project.ts";

export interface Branch {
  name: string;
  sha: string;
  isProtected: boolean;
  /** Whether the asking token's user may push to it. @see https://docs.gitlab.com/api/branches/ */
  canPush: boolean | undefined;
}

export interface Tag {
  name: string;
  /** The commit, peeled. */
  commitSha: string;
  /** The tag object of an annotated tag, else the commit. */
  targetSha: string;
  message: string | undefined;
  isProtected: boolean | undefined;
}

/** One way to be allowed to make a protected tag: by role, or as a user, group or deploy key. */
export interface TagCreator {
  accessLevel: number | undefined;
  userId: number | undefined;
  groupId: number | undefined;
  deployKeyId: number | undefined;
}

export interface ProtectedTag {
  /** A name or a pattern with `*`. */
  pattern: string;
  creators: readonly TagCreator[];
}

/** The same for branches: who may push, and so make them. */
export type ProtectedBranch = ProtectedTag;

/**
 * A branch, or `undefined` where there is none. A job token may ask.
 *
 * @throws {StepError} E_NOT_FOUND for a job token that does not see the project at all.
 */
export async function findBranch(gitlab: GitLab, name: string): Promise<Branch | undefined> {
  const fields = await findRef(gitlab, "branch", name);
  if (fields === undefined) return undefined;
  return {
    name: fields.text("name"),
    sha: commitOf(fields),
    isProtected: fields.flag("protected") ?? false,
    canPush: fields.flag("can_push"),
  };
}

/**
 * A tag, or `undefined` where there is none. A job token may ask.
 *
 * @throws {StepError} E_NOT_FOUND for a job token that does not see the project at all.
 */
export async function findTag(gitlab: GitLab, name: string): Promise<Tag | undefined> {
  const fields = await findRef(gitlab, "tag", name);
  if (fields === undefined) return undefined;
  return {
    name: fields.text("name"),
    commitSha: commitOf(fields),
    targetSha: fields.text("target"),
    message: fields.optionalText("message"),
    isProtected: fields.flag("protected"),
  };
}

/** The names of all tags, the newest first. @see https://docs.gitlab.com/api/tags/#list-project-repository-tags */
export async function* listTagNames(gitlab: GitLab): AsyncGenerator<string> {
  const call = {
    path: `${projectPath(gitlab)}/repository/tags`,
    query: { order_by: "updated", sort: "desc" },
    purpose: "list the tags",
    needs: "the role Reporter (Guest on a public project) and the scope read_api",
  };
  for await (const fields of listPages(gitlab, call, "a tag")) yield fields.text("name");
}

/** All protection rules for tags. @throws {StepError} E_FORBIDDEN below Maintainer. */
export async function listProtectedTags(gitlab: GitLab): Promise<readonly ProtectedTag[]> {
  const call = {
    path: `${projectPath(gitlab)}/protected_tags`,
    purpose: "read which tags are protected",
    needs: "the role Maintainer and the scope read_api",
  };
  const rules = await listAll(gitlab, call, "protected tags");
  return rules.map((fields) => ({
    pattern: fields.text("name"),
    creators: fields.objects("create_access_levels").map(asCreator),
  }));
}

/** All protection rules for branches, by who may push. @throws {StepError} E_FORBIDDEN below Maintainer. */
export async function listProtectedBranches(gitlab: GitLab): Promise<readonly ProtectedBranch[]> {
  const call = {
    path: `${projectPath(gitlab)}/protected_branches`,
    purpose: "read which branches are protected",
    needs: "the role Maintainer and the scope read_api",
  };
  const rules = await listAll(gitlab, call, "protected branches");
  return rules.map((fields) => ({
    pattern: fields.text("name"),
    creators: fields.objects("push_access_levels").map(asCreator),
  }));
}

function asCreator(creator: Fields): TagCreator {
  return {
    accessLevel: creator.optionalInteger("access_level"),
    userId: creator.optionalInteger("user_id"),
    groupId: creator.optionalInteger("group_id"),
    deployKeyId: creator.optionalInteger("deploy_key_id"),
  };
}

/** Whether a rule's pattern means this name: `*` stands for anything, slashes too. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern
    .split("*")
    .map((literal) => literal.replaceAll(/[.?+^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}

const collections = { branch: "branches", tag: "tags" } as const;

async function findRef(
  gitlab: GitLab,
  kind: keyof typeof collections,
  name: string,
): Promise<Fields | undefined> {
  const path = `${projectPath(gitlab)}/repository/${collections[kind]}`;
  const more = {
    purpose: `read the ${kind} ${name}`,
    needs: "the role Reporter (Guest on a public project) and the scope read_api",
  };
  const value = await find(gitlab, { path: `${path}/${part(name)}`, ...more });
  if (value !== undefined) return fieldsOf(value, `the ${kind} ${name}`);
  // GitLab promises job tokens the lists of branches and tags, and not the single ones.
  if (gitlab.token.kind !== "job") return undefined;
  const call = { path, query: { search: `^${name}` }, ...more };
  const listed = await listAll(gitlab, call, `a ${kind}`);
  return listed.find((fields) => fields.text("name") === name);
}

function commitOf(fields: Fields): string {
  return fields.requiredObject("commit").text("id");
}
