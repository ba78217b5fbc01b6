import type { Release, WantedLink } from "./releases.ts";

/** A release as it shall be. What is `undefined` is not ours to say, and not compared. */
export interface WantedRelease {
  tag: string;
  name: string | undefined;
  notes: string | undefined;
  /** ISO 8601. */
  releasedAt: string | undefined;
  links: readonly WantedLink[];
}

/** What differs in a release's own fields; each a line with both values. */
export function fieldDifferences(found: Release, wanted: WantedRelease): readonly string[] {
  const differences: string[] = [];
  if (wanted.name !== undefined && wanted.name !== found.name)
    differences.push(`name: GitLab has ${quote(found.name)}, the job has ${quote(wanted.name)}`);
  if (wanted.notes !== undefined && plain(wanted.notes) !== plain(found.notes))
    differences.push(firstDifference(plain(found.notes), plain(wanted.notes)));
  if (wanted.releasedAt !== undefined && !sameMoment(wanted.releasedAt, found.releasedAt))
    differences.push(
      `date: GitLab has ${found.releasedAt ?? "none"}, the job has ${wanted.releasedAt}`,
    );
  return differences;
}

/** Links that stand in the way: our name with another address, or our address under another name (R03). */
export function linkConflicts(found: Release, wanted: readonly WantedLink[]): readonly string[] {
  return wanted.flatMap(({ name, url }) => {
    const sameName = found.links.find((link) => link.name === name);
    if (sameName !== undefined)
      return sameName.url === url
        ? []
        : [`link ${quote(name)}: GitLab has ${sameName.url}, the job has ${url}`];
    const sameUrl = found.links.find((link) => link.url === url);
    return sameUrl === undefined
      ? []
      : [`link ${url}: GitLab names it ${quote(sameUrl.name)}, the job ${quote(name)}`];
  });
}

/** Links that are not there yet (R02). */
export function missingLinks(found: Release, wanted: readonly WantedLink[]): readonly WantedLink[] {
  return wanted.filter(({ name }) => !found.links.some((link) => link.name === name));
}

// GitLab keeps texts with its own line ends and without space at the end.
function plain(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").trimEnd();
}

function sameMoment(one: string, other: string | undefined): boolean {
  return other !== undefined && Date.parse(one) === Date.parse(other);
}

function firstDifference(found: string, wanted: string): string {
  const theirs = found.split("\n");
  const ours = wanted.split("\n");
  const line = ours.findIndex((text, index) => text !== theirs[index]);
  const at = line === -1 ? ours.length : line;
  return `notes, line ${at + 1}: GitLab has ${quote(theirs[at] ?? "(no line)")}, the job has ${quote(ours[at] ?? "(no line)")}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
