import { humanSize } from "../../step/index.ts";
import type { BomDifference } from "./compare-boms.ts";
import type { PlannedArtifact } from "./plan-changes.ts";

/** What is known of one version of an artifact. */
export interface ArtifactVersion {
  /** `undefined` where nothing says it. */
  version: string | undefined;
  /** Bytes. */
  size: number | undefined;
}

/** What a reviewer wants to know of one artifact. */
export interface ArtifactNews {
  planned: PlannedArtifact;
  before: ArtifactVersion | undefined;
  after: ArtifactVersion;
  /** `undefined` where one of the two bills of materials is not there. */
  packages: BomDifference | undefined;
  /** Releases from the old version to the new one, newest first. */
  notes: readonly { version: string; text: string }[];
  /** The older version takes the place of the newer one. */
  isRollback: boolean;
}

/** `Deploy job-project 0.15.0`: the title of the merge request and of its commit. */
export function proposalTitle(news: readonly ArtifactNews[]): string {
  const parts = news.map(({ planned, after }) => shortName(planned.wanted.name, after.version));
  const verb = news.every(({ isRollback }) => isRollback) ? "Roll back to" : "Deploy";
  const title = `${verb} ${parts.join(", ")}`;
  return title.length <= 200 ? title : `${verb} ${parts.length} artifacts`;
}

/** The description, in GitLab's Markdown. What others wrote in it is quoted, and neither calls anybody nor does anything. */
export function proposalDescription(news: readonly ArtifactNews[], about: string): string {
  return [...news.map((one) => describeOne(one, news.length > 1)), about].join("\n\n");
}

function describeOne(news: ArtifactNews, titled: boolean): string {
  const { planned, before, after } = news;
  const parts = [
    titled ? `## ${shortName(planned.wanted.name, after.version)}` : "",
    facts(news),
    placesText(planned),
    packagesText(news.packages),
    notesText(news, before?.version),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function facts({ planned, before, after }: ArtifactNews): string {
  const { wanted, old, kept } = planned;
  const replaced = old.filter(({ name }) => !kept.includes(name) && name !== wanted.name);
  const rows = [
    ["artifact", code(wanted.name)],
    ["declared in", code(planned.path)],
    ["from", wanted.id],
    ["replaces", replaced.map(({ name }) => code(name)).join(", ")],
    ["stays beside it", kept.map(code).join(", ")],
    ["version", arrow(before?.version, after.version)],
    ["size", sizes(before?.size, after.size)],
  ].filter(([, value]) => value !== "");
  return ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join(
    "\n",
  );
}

function placesText({ references, kept }: PlannedArtifact): string {
  const left = references.filter(({ name }) => kept.includes(name));
  if (left.length === 0) return "";
  return [
    "These places still name the old artifact; `DEPLOY_REPLACE_REFERENCES=true` changes them along:",
    "",
    ...limited(
      left.map(({ path, line, name }) => `- ${code(`${path}:${line}`)} names ${code(name)}`),
      50,
    ),
  ].join("\n");
}

function packagesText(packages: BomDifference | undefined): string {
  if (packages === undefined) return "";
  const { added, removed, changed } = packages;
  const total = added.length + removed.length + changed.length;
  if (total === 0) return "The packages in it are the same.";
  const rows = [
    ...changed.map(({ name, from, to }) => `| ${code(name)} | ${from} | ${to} |`),
    ...added.map(({ name, version }) => `| ${code(name)} | | ${version} |`),
    ...removed.map(({ name, version }) => `| ${code(name)} | ${version} | |`),
  ];
  const summary = `${changed.length} changed, ${added.length} added, ${removed.length} removed`;
  return [
    `<details><summary>Packages: ${summary}</summary>`,
    "",
    "| package | before | after |",
    "|---|---|---|",
    ...limited(rows, 300),
    "",
    "</details>",
  ].join("\n");
}

function notesText({ notes, isRollback }: ArtifactNews, before: string | undefined): string {
  if (notes.length === 0) return "";
  const title = isRollback ? `What is undone, back from ${before}` : "Release notes";
  return [
    `### ${title}`,
    ...notes.map(({ version, text }) => `**${version}**\n\n${quoted(text)}`),
  ].join("\n\n");
}

const notesLimit = 20_000;

/**
 * Text that somebody wrote for another page: quoted, so that a line that begins with a slash is no quick action; names
 * that begin with @ call nobody; hidden marks are shown.
 *
 * @see https://docs.gitlab.com/user/project/quick_actions/
 */
export function quoted(text: string): string {
  const cut = text.length > notesLimit ? `${text.slice(0, notesLimit)}\n…` : text;
  return cut
    .trim()
    .replaceAll("<!--", "&lt;!--")
    .replaceAll("@", "@\u200B")
    .split(/\r?\n/)
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

/** `job-project 0.15.0` of `job-project-0.15.0.conda.tgz`. */
function shortName(name: string, version: string | undefined): string {
  if (version === undefined) return name;
  const at = name.indexOf(version);
  const project = at < 0 ? name : name.slice(0, at).replace(/[-_.]?v?$/, "");
  return `${project === "" ? name : project} ${version}`;
}

function arrow(before: string | undefined, after: string | undefined): string {
  if (after === undefined) return "";
  return before === undefined || before === after ? after : `${before} → ${after}`;
}

function sizes(before: number | undefined, after: number | undefined): string {
  if (after === undefined) return "";
  if (before === undefined) return humanSize(after);
  const growth = after - before;
  const sign = growth < 0 ? "−" : "+";
  const change = growth === 0 ? "as before" : `${sign}${humanSize(Math.abs(growth))}`;
  return `${humanSize(before)} → ${humanSize(after)} (${change})`;
}

function limited(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most
    ? lines
    : [...lines.slice(0, most), `… and ${lines.length - most} more`];
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}
