import type { Change } from "./changes.ts";
import { type GroupName, groupChanges, groupNames } from "./groups.ts";

/** What release notes are made of, besides the changes. */
export interface NotesFacts {
  version: string;
  tag: string;
  /** `undefined` for the first release. */
  previousTag: string | undefined;
  /** `YYYY-MM-DD`. */
  date: string;
  /** Page of the project. */
  webUrl: string;
}

/** What a template may name in braces. */
export const notesNames: readonly string[] = [
  "version",
  "tag",
  "previous_tag",
  "date",
  "changes",
  ...groupNames,
  "compare_url",
];

const standard = "{changes}";

/** Longer lists are told as a number: GitLab takes a million characters. */
const mostLines = 2000;

/** The names in a template that mean nothing, each once. */
export function unknownNames(template: string): readonly string[] {
  const names = [...template.matchAll(placeholder)].flatMap(({ groups }) => groups?.["name"] ?? []);
  return [...new Set(names)].filter((name) => !notesNames.includes(name));
}

/**
 * Release notes in Markdown.
 *
 * @param template text with `{name}` for what {@link notesNames} lists, `{{` and `}}` for braces around a word.
 */
export function renderNotes(
  changes: readonly Change[],
  facts: NotesFacts,
  template: string = standard,
): string {
  const { version, tag, previousTag, date, webUrl } = facts;
  const groups = groupChanges(changes.slice(0, mostLines));
  const lines = new Map(
    groups.map(({ name, changes: inside }) => [
      name,
      inside.map((change) => changeLine(change, name, webUrl)).join("\n"),
    ]),
  );
  const sections = groups.map(({ name, title }) => `## ${title}\n\n${lines.get(name) ?? ""}`);
  const cut = changes.length - mostLines;
  if (cut > 0) sections.push(`And ${cut} older changes.`);
  const values = new Map<string, string>([
    ...groupNames.map((name): [string, string] => [name, lines.get(name) ?? ""]),
    ["version", version],
    ["tag", tag],
    ["previous_tag", previousTag ?? ""],
    ["date", date],
    ["changes", sections.join("\n\n")],
    ["compare_url", compareUrl(facts)],
  ]);
  return template
    .replaceAll(placeholder, (found, name: string | undefined) =>
      name === undefined ? found.charAt(0) : (values.get(name) ?? found),
    )
    .replaceAll(/\n{3,}/gu, "\n\n")
    .trim();
}

const placeholder = /\{\{|\}\}|\{(?<name>[a-z][a-z0-9_]*)\}/gu;

function compareUrl({ webUrl, previousTag, tag }: NotesFacts): string {
  return previousTag === undefined
    ? `${webUrl}/-/commits/${encodeURIComponent(tag)}`
    : `${webUrl}/-/compare/${encodeURIComponent(previousTag)}...${encodeURIComponent(tag)}`;
}

/** `- **scope:** what it is ([!12](…))`, or with the commit where no merge request is known. */
function changeLine(change: Change, group: GroupName, webUrl: string): string {
  const { scope, description, breaking, mergeRequest, id } = change;
  const what = group === "breaking" && breaking !== undefined && breaking !== description;
  const link =
    mergeRequest === undefined
      ? `[${id.slice(0, 8)}](${webUrl}/-/commit/${id})`
      : `[!${mergeRequest}](${webUrl}/-/merge_requests/${mergeRequest})`;
  return [
    "- ",
    scope === undefined ? "" : `**${plain(scope)}:** `,
    plain(description),
    what ? ` — ${plain(breaking)}` : "",
    ` (${link})`,
  ].join("");
}

/** Code stays as it was meant; outside of it no text becomes a tag of HTML. */
function plain(text: string): string {
  return text
    .split(/(`[^`]*`)/u)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll("<", String.raw`\<`)))
    .join("");
}
