import { humanSize } from "../step/log/progress.ts";
import type { Block } from "../step/report/blocks.ts";

/** Reads one route of the API, relative to the project: `repository/tags`. */
export type ReadApi = (route: string) => Promise<unknown>;

export interface HeldFile {
  readonly package: string;
  readonly version: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
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
}

/** Asks GitLab itself, through its API, what a rehearsal has left there. */
export async function readHoldings(branch: string, read: ReadApi): Promise<Holdings> {
  const query = `repository/commits?ref_name=${encodeURIComponent(branch)}&per_page=5`;
  const [commits, tags, packages, releases] = [
    await read(query),
    await read("repository/tags?order_by=updated&per_page=5"),
    await read("packages?per_page=100"),
    await read("releases?per_page=5"),
  ].map(items);
  return {
    branch,
    commits: (commits ?? []).map((commit) => ({
      sha: string(commit, "id"),
      title: string(commit, "title"),
    })),
    tags: (tags ?? []).map((tag) => ({ name: string(tag, "name"), sha: string(tag, "target") })),
    files: (await Promise.all((packages ?? []).map((held) => filesOf(held, read)))).flat(),
    releases: (releases ?? []).map((release) => ({
      tag: string(release, "tag_name"),
      name: string(release, "name"),
      links: items(property(property(release, "assets"), "links")).map((link) => ({
        name: string(link, "name"),
        url: string(link, "direct_asset_url"),
      })),
    })),
  };
}

async function filesOf(held: unknown, read: ReadApi): Promise<readonly HeldFile[]> {
  const files = items(
    await read(`packages/${String(property(held, "id"))}/package_files?per_page=100`),
  );
  return files.map((file) => ({
    package: string(held, "name"),
    version: string(held, "version"),
    name: string(file, "file_name"),
    size: Number(property(file, "size")),
    sha256: string(file, "file_sha256"),
  }));
}

/** The holdings as lines for the log. */
export function tellHoldings({
  branch,
  commits,
  tags,
  files,
  releases,
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
  ];
}

/** The holdings as a part of the report. */
export function reportHoldings({
  branch,
  commits,
  tags,
  files,
  releases,
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
  ];
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function string(value: unknown, name: string): string {
  const found = property(value, name);
  return typeof found === "string" ? found : "";
}
