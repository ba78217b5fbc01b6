import type { Query } from "../gitlab/call.ts";
import type { GitLab } from "../gitlab/index.ts";
import type { Fields } from "../gitlab/fields.ts";
import { listAll } from "../gitlab/pages.ts";
import { projectPath } from "../gitlab/project.ts";
import { humanSize } from "../step/log/progress.ts";
import type { Block } from "../step/report/blocks.ts";

export interface HeldFile {
  readonly package: string;
  readonly version: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

export interface HeldMergeRequest {
  readonly title: string;
  readonly sourceBranch: string;
  readonly url: string;
}

export interface HeldRelease {
  readonly tag: string;
  readonly name: string;
  readonly links: readonly { name: string; url: string }[];
}

/** What GitLab holds after a rehearsal. */
export interface Holdings {
  readonly branch: string;
  /** Newest first. */
  readonly commits: readonly { sha: string; title: string }[];
  readonly tags: readonly { name: string; sha: string }[];
  readonly files: readonly HeldFile[];
  readonly releases: readonly HeldRelease[];
  readonly mergeRequests: readonly HeldMergeRequest[];
}

/** Asks GitLab itself, through its API, what a rehearsal has left there. */
export async function readHoldings(gitlab: GitLab, branch: string): Promise<Holdings> {
  const list = (route: string, query: Query) =>
    listAll(gitlab, { path: `${projectPath(gitlab)}/${route}`, query, ...asReader }, route);
  const commits = await list("repository/commits", { ref_name: branch });
  const tags = await list("repository/tags", { order_by: "updated" });
  const packages = await list("packages", {});
  const releases = await list("releases", {});
  const mergeRequests = await list("merge_requests", { state: "opened" });
  return {
    branch,
    commits: commits.map((commit) => ({ sha: commit.text("id"), title: commit.text("title") })),
    tags: tags.map((tag) => ({ name: tag.text("name"), sha: tag.text("target") })),
    files: (await Promise.all(packages.map((held) => filesOf(held, list)))).flat(),
    releases: releases.map((release) => ({
      tag: release.text("tag_name"),
      name: release.text("name"),
      links: release
        .requiredObject("assets")
        .objects("links")
        .map((link) => ({ name: link.text("name"), url: link.text("direct_asset_url") })),
    })),
    mergeRequests: mergeRequests.map((request) => ({
      title: request.text("title"),
      sourceBranch: request.text("source_branch"),
      url: request.text("web_url"),
    })),
  };
}

const asReader = { purpose: "see what the rehearsal has made", needs: "the role Reporter" };

async function filesOf(
  held: Fields,
  list: (route: string, query: Query) => Promise<readonly Fields[]>,
): Promise<readonly HeldFile[]> {
  const files = await list(`packages/${held.integer("id")}/package_files`, {});
  return files.map((file) => ({
    package: held.text("name"),
    version: held.text("version"),
    name: file.text("file_name"),
    size: file.integer("size"),
    sha256: file.text("file_sha256"),
  }));
}

/** The holdings as lines for the log. */
export function tellHoldings({
  branch,
  commits,
  tags,
  files,
  releases,
  mergeRequests,
}: Holdings): readonly string[] {
  return [
    "GitLab now holds:",
    ...commits
      .slice(0, 3)
      .map(
        ({ sha, title }, index) =>
          `  ${index === 0 ? branch : " ".repeat(branch.length)}  ${sha.slice(0, 8)}  ${title}`,
      ),
    ...tags.map(({ name, sha }) => `  tag ${name}  ${sha.slice(0, 8)}`),
    ...files.map(
      ({ package: of, version, name, size, sha256 }) =>
        `  package ${of} ${version}: ${name} (${humanSize(size)}, sha256 ${sha256})`,
    ),
    ...releases.flatMap(({ tag, name, links }) => [
      `  release ${name} of ${tag}`,
      ...links.map((link) => `    ${link.name}: ${link.url}`),
    ]),
    ...mergeRequests.map(
      ({ title, sourceBranch, url }) => `  merge request of ${sourceBranch}: ${title}  ${url}`,
    ),
  ];
}

/** The holdings as a part of the report. */
export function reportHoldings({
  branch,
  commits,
  tags,
  files,
  releases,
  mergeRequests,
}: Holdings): readonly Block[] {
  return [
    { kind: "heading", text: "What GitLab holds" },
    {
      kind: "table",
      columns: [`Commits on ${branch}`, ""],
      rows: commits.map(({ sha, title }) => [sha, title]),
    },
    { kind: "table", columns: ["Tag", "Object"], rows: tags.map(({ name, sha }) => [name, sha]) },
    {
      kind: "table",
      columns: ["Package", "File", "Size", "sha256"],
      rows: files.map((file) => [
        `${file.package} ${file.version}`,
        file.name,
        humanSize(file.size),
        file.sha256,
      ]),
    },
    {
      kind: "table",
      columns: ["Release", "Assets"],
      rows: releases.map(({ name, links }) => [name, links.map((link) => link.name).join(", ")]),
    },
    {
      kind: "table",
      columns: ["Merge request", "Branch"],
      rows: mergeRequests.map(({ title, sourceBranch, url }) => [
        { label: title, url },
        sourceBranch,
      ]),
    },
  ];
}
