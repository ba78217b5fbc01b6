/** What is written into a changelog when a version is released. */
export interface ChangelogRelease {
  readonly version: string;
  readonly tag: string;
  /** The day of the release, `YYYY-MM-DD`. */
  readonly day: string;
}

/** What became of the changelog. `absent`: there is no section of what is not released yet. */
export interface ReleasedChangelog {
  readonly state: "renamed" | "renamed-empty" | "already" | "absent";
  readonly text: string;
}

interface Heading {
  readonly index: number;
  readonly level: number;
  readonly line: string;
}

/**
 * Gives the Unreleased section the name of a version and a date; a fresh one stays on top. The links of Keep a
 * Changelog at the end follow: Unreleased compares from the new tag, and the version gets a link of its own.
 *
 * @see https://keepachangelog.com/en/1.1.0/
 */
export function releaseChangelog(text: string, release: ChangelogRelease): ReleasedChangelog {
  const lines = text.split(/(?<=\n)/u);
  const headings = findHeadings(lines);
  if (
    headings.some(({ line }) => versionHeading.exec(line)?.groups?.["version"] === release.version)
  )
    return { state: "already", text };
  const top = headings.find(({ line }) => unreleased.test(line));
  if (top === undefined) return { state: "absent", text };
  const end = top.line.endsWith("\r\n") ? "\r\n" : "\n";
  const open = top.line.endsWith("\n") ? top.line : `${top.line}${end}`;
  const closing = top.line.endsWith("\n") ? end : "";
  const renamed = `${nameHeading(top, headings, release)}${closing}`;
  const changed = lines.with(top.index, `${open}${end}${renamed}`);
  return {
    state: isEmptySection(lines, headings, top) ? "renamed-empty" : "renamed",
    text: followLinks(changed, release).join(""),
  };
}

const unreleased = /^#{1,6}[ \t]+(?<open>\[?)unreleased\]?(?<link>\([^)]*\))?[ \t]*#*\s*$/iu;
const versionHeading =
  /^(?<marks>#{1,6})[ \t]+\[?(?<lead>v?)(?<version>\d[^\s\])(:,]*)\]?(?:\([^)]*\))?(?<before>[ \t]*[-–—:,]?[ \t]*\(?)(?<day>\d{4}-\d{2}-\d{2})?/iu;

/** Written like the version before it, else as Keep a Changelog has it: `## [1.2.0] - 2026-01-31`. */
function nameHeading(
  top: Heading,
  headings: readonly Heading[],
  release: ChangelogRelease,
): string {
  const { open = "", link } = unreleased.exec(top.line)?.groups ?? {};
  const isBracketed = open !== "" && link === undefined;
  const model = headings
    .filter(({ level, index }) => level === top.level && index > top.index)
    .map(({ line }) => versionHeading.exec(line)?.groups)
    .find((groups) => groups !== undefined);
  const name = `${model?.["lead"] ?? ""}${release.version}`;
  const before = model?.["day"] === undefined ? " - " : (model["before"] ?? " - ");
  const after = before.includes("(") ? ")" : "";
  const title = isBracketed ? `[${name}]` : name;
  return `${"#".repeat(top.level)} ${title}${before}${release.day}${after}`;
}

function isEmptySection(
  lines: readonly string[],
  headings: readonly Heading[],
  top: Heading,
): boolean {
  const next = headings.find(({ index, level }) => index > top.index && level <= top.level);
  return lines
    .slice(top.index + 1, next?.index)
    .every((line) => /^(?:#{1,6}\s.*|\[[^\]]+\]:\s.*)?$/u.test(line.trim()));
}

const comparison =
  /^(?<name>\[unreleased\]:\s*)(?<page>\S*\/compare\/)(?<from>\S+?)(?<dots>\.{2,3})(?<to>[^\s.]\S*)(?<end>\s*)$/iu;

function followLinks(lines: readonly string[], { version, tag }: ChangelogRelease): string[] {
  return lines.flatMap((line) => {
    const found = comparison.exec(line)?.groups;
    if (found === undefined) return [line];
    const { name = "", page = "", from = "", dots = "", to = "", end = "" } = found;
    const between = end === "" ? "\n" : end;
    return [
      `${name}${page}${tag}${dots}${to}${between}`,
      `[${version}]: ${page}${from}${dots}${tag}${end}`,
    ];
  });
}

/** Headings of Markdown; what stands in code and in comments is none. */
function findHeadings(lines: readonly string[]): Heading[] {
  const headings: Heading[] = [];
  let fence: string | undefined;
  let isComment = false;
  for (const [index, line] of lines.entries()) {
    const mark = /^ {0,3}(?<mark>`{3,}|~{3,})/u.exec(line)?.groups?.["mark"];
    if (isComment) isComment = !line.includes("-->");
    else if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
    } else if (mark !== undefined) fence = mark;
    else if (/<!--(?!.*-->)/u.test(line)) isComment = true;
    else {
      const marks = /^#{1,6}(?=[ \t])/u.exec(line)?.[0];
      if (marks !== undefined) headings.push({ index, level: marks.length, line });
    }
  }
  return headings;
}
