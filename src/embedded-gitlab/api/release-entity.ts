import { may } from "../access/permissions.ts";
import { readCommits } from "../git/commits.ts";
import { findRef } from "../git/refs.ts";
import { mayWriteTag } from "../releases/find-release.ts";
import type { Exchange } from "../http/exchange.ts";
import { webUrl } from "../http/exchange.ts";
import type { Milestone, Project, Release, ReleaseLink } from "../world/model.ts";
import { showCommit } from "./commit-entity.ts";
import { showTime, showUser } from "./user-entity.ts";

/** A release; what comes from the code is shown to its readers alone. https://docs.gitlab.com/api/releases/ */
export async function showRelease(exchange: Exchange, project: Project, release: Release) {
  const seesCode = may(exchange.caller, project, "read_code");
  const mayEdit =
    may(exchange.caller, project, "create_release") && mayWriteTag(exchange, project, release.tag);
  const url = webUrl(exchange, project);
  const tagPath = encodeURIComponent(release.tag);
  const html = exchange.query.get("include_html_description") === "true";
  const sources = archiveFormats.map((format) => ({
    format,
    url: `${url}/-/archive/${release.tag}/${nameOf(project)}-${release.tag.replaceAll("/", "-")}.${format}`,
  }));
  return {
    name: release.name,
    ...(seesCode ? { tag_name: release.tag } : {}),
    description: release.description ?? null,
    ...(html ? { description_html: showHtml(release.description) } : {}),
    created_at: showTime(release.createdAt),
    released_at: showTime(release.releasedAt),
    upcoming_release: release.releasedAt > exchange.world.now(),
    ...(release.author === undefined ? {} : { author: showUser(exchange, release.author) }),
    ...(seesCode ? await showCode(exchange, project, release) : {}),
    ...(release.milestones.length === 0
      ? {}
      : { milestones: release.milestones.map((one) => showMilestone(project, one, url)) }),
    assets: {
      count: release.links.length + (seesCode ? sources.length : 0),
      ...(seesCode ? { sources } : {}),
      links: release.links
        .toReversed()
        .map((link) => showReleaseLink(exchange, project, release, link)),
    },
    ...(seesCode
      ? {
          evidences: release.evidences.map(({ sha, id, collectedAt }) => ({
            sha,
            filepath: `${url}/-/releases/${tagPath}/evidences/${id}.json`,
            collected_at: showTime(collectedAt),
          })),
        }
      : {}),
    _links: {
      ...(mayEdit ? { edit_url: `${url}/-/releases/${tagPath}/edit` } : {}),
      self: `${url}/-/releases/${tagPath}`,
      ...Object.fromEntries(
        listLinks.map(([name, page, state]) => [
          name,
          `${url}/-/${page}?release_tag=${tagPath}&scope=all&state=${state}`,
        ]),
      ),
    },
  };
}

export function showReleaseLink(
  exchange: Pick<Exchange, "origin">,
  project: Project,
  release: Release,
  link: ReleaseLink,
) {
  const path = `/-/releases/${encodeURIComponent(release.tag)}/downloads`;
  const direct = `${webUrl(exchange, project)}${path}${link.filepath ?? ""}`;
  return {
    id: link.id,
    name: link.name,
    url: link.url,
    direct_asset_url: link.filepath === undefined ? link.url : direct,
    link_type: link.linkType,
  };
}

const archiveFormats = ["zip", "tar.gz", "tar.bz2", "tar"] as const;

const listLinks = [
  ["opened_merge_requests_url", "merge_requests", "opened"],
  ["merged_merge_requests_url", "merge_requests", "merged"],
  ["closed_merge_requests_url", "merge_requests", "closed"],
  ["opened_issues_url", "issues", "opened"],
  ["closed_issues_url", "issues", "closed"],
] as const;

// A release whose tag has vanished is still there, without its commit.
async function showCode(exchange: Exchange, project: Project, release: Release) {
  const ref = await findRef(project.repository, `refs/tags/${release.tag}`);
  const [commit] = ref === undefined ? [] : await readCommits(project.repository, [ref.commit]);
  return {
    ...(commit === undefined ? {} : { commit: showCommit(exchange, project, commit) }),
    commit_path: `/${project.path}/-/commit/${commit?.id ?? release.sha}`,
    tag_path: `/${project.path}/-/tags/${encodeURIComponent(release.tag)}`,
  };
}

function showMilestone(project: Project, one: Milestone, url: string) {
  return {
    id: one.id,
    iid: one.iid,
    project_id: project.id,
    title: one.title,
    description: "",
    state: "active",
    created_at: showTime(project.createdAt),
    updated_at: showTime(project.createdAt),
    due_date: null,
    start_date: null,
    expired: false,
    web_url: `${url}/-/milestones/${one.iid}`,
    issue_stats: { total: 0, closed: 0 },
  };
}

function showHtml(description: string | undefined): string {
  if (description === undefined) return "";
  const escaped = description.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<p data-sourcepos="1:1-1:${description.length}" dir="auto">${escaped}</p>`;
}

function nameOf(project: Project): string {
  return project.path.split("/").at(-1) ?? project.path;
}
