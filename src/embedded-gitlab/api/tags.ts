import { tagRules } from "../access/protection.ts";
import { roleIn } from "../access/caller.ts";
import { assertMay } from "../access/permissions.ts";
import { roles } from "../access/roles.ts";
import { readCommits, readTag } from "../git/commits.ts";
import { findRef, listRefs, updateRef } from "../git/refs.ts";
import type { Ref } from "../git/refs.ts";
import { zeroId } from "../git/repository.ts";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { keysetPage, page, wantsKeyset } from "../http/pagination.ts";
import { queryParameters } from "../http/body.ts";
import { forbidden, notFound, refuse } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Project } from "../world/model.ts";
import { codeProject, matchesSearch } from "./branches.ts";
import { showCommit } from "./commit-entity.ts";
import { makeTag } from "./make-tag.ts";
import { compareVersions } from "./version-order.ts";

/** https://docs.gitlab.com/api/tags/ */
export const tagRoutes = [
  route("GET", "/projects/:id/repository/tags", listTags, { jobToken: "read_repositories" }),
  route("GET", "/projects/:id/repository/tags/:tag", getTag, { jobToken: "read_repositories" }),
  route("POST", "/projects/:id/repository/tags", createTag),
  route("DELETE", "/projects/:id/repository/tags/:tag", deleteTag),
];

async function listTags(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  const query = queryParameters(exchange.query);
  const orderBy = query.oneOf("order_by", ["updated", "name", "version"]) ?? "updated";
  const direction = query.oneOf("sort", ["desc", "asc"]) ?? "desc";
  const search = query.text("search") ?? "";
  const found = (await listRefs(project.repository, "refs/tags/")).filter((ref) =>
    matchesSearch(nameOf(ref), search),
  );
  const sorted = await sortTags(project, found, orderBy);
  const tags = direction === "asc" ? sorted : sorted.toReversed();
  const show = (ref: Ref) => showTag(exchange, project, ref);
  if (wantsKeyset(exchange) || query.has("page_token")) {
    return keysetPage(exchange, tags, nameOf, show);
  }
  return page(exchange, tags, show);
}

async function getTag(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  return json(await showTag(exchange, project, await existingTag(exchange, project)));
}

async function createTag(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  assertMay(exchange, project, "push_code");
  const parameters = await exchange.parameters();
  const made = await makeTag(exchange, project, {
    name: parameters.requiredText("tag_name"),
    ref: parameters.requiredText("ref"),
    message: parameters.text("message"),
  });
  if (made.kind === "refused") throw refuse(400, made.text);
  return json(await showTag(exchange, project, made.tag), 201);
}

async function deleteTag(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  assertMay(exchange, project, "push_code");
  const ref = await existingTag(exchange, project);
  const isProtected = tagRules(project, nameOf(ref)).length > 0;
  if (isProtected && roleIn(exchange.caller, project) < roles.maintainer) throw forbidden();
  const [commit] = await readCommits(project.repository, [ref.commit]);
  const guard = Date.parse(exchange.request.headers["if-unmodified-since"] ?? "");
  if (commit !== undefined && commit.committer.date.getTime() > guard) {
    throw refuse(412, "412 Precondition Failed");
  }
  await updateRef(project.repository, ref.name, zeroId, ref.id);
  return noContent;
}

async function existingTag(exchange: Exchange, project: Project): Promise<Ref> {
  const ref = await findRef(project.repository, `refs/tags/${param(exchange, "tag")}`);
  if (ref === undefined) throw notFound("Tag");
  return ref;
}

async function sortTags(
  project: Project,
  tags: readonly Ref[],
  orderBy: "updated" | "name" | "version",
): Promise<Ref[]> {
  if (orderBy === "name") return tags.toSorted((a, b) => compareTexts(nameOf(a), nameOf(b)));
  if (orderBy === "version") return tags.toSorted((a, b) => compareVersions(nameOf(a), nameOf(b)));
  const commits = await readCommits(
    project.repository,
    tags.map((tag) => tag.commit),
  );
  const dates = new Map(commits.map((commit) => [commit.id, commit.committer.date.getTime()]));
  const dateOf = (tag: Ref): number => dates.get(tag.commit) ?? 0;
  return tags.toSorted((a, b) => dateOf(a) - dateOf(b) || compareTexts(nameOf(a), nameOf(b)));
}

async function showTag(exchange: Exchange, project: Project, ref: Ref) {
  const tag = await readTag(project.repository, ref.id);
  const [commit] = await readCommits(project.repository, [ref.commit]);
  const release = project.releases.find((one) => one.tag === nameOf(ref));
  return {
    name: nameOf(ref),
    message: tag === undefined ? "" : tag.message.replace(/\n$/, ""),
    target: ref.id,
    commit: commit === undefined ? null : showCommit(exchange, project, commit),
    release:
      release === undefined
        ? null
        : { tag_name: release.tag, description: release.description ?? null },
    protected: tagRules(project, nameOf(ref)).length > 0,
    created_at: tag?.tagger === undefined ? null : tag.tagger.date.toISOString(),
  };
}

function nameOf(ref: Ref): string {
  return ref.name.replace(/^refs\/tags\//, "");
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
