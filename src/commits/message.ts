/** A commit message, or the title of a squashed merge request, taken apart. */
export interface CommitMessage {
  /** Lower case: `feat`; `undefined` where the text is no Conventional Commit. */
  type: string | undefined;
  scope: string | undefined;
  /** The title without type, scope and merge request. Empty for a merge that says only which branches it joins. */
  description: string;
  /** What breaks: the text of the `BREAKING CHANGE` footer, else the description of a title with `!`. */
  breaking: string | undefined;
  /** Number of the merge request that the message names. */
  mergeRequest: number | undefined;
  /** What the commit takes back, as far as it says so. */
  reverts: { shas: readonly string[]; mergeRequest: number | undefined } | undefined;
}

const conventional =
  /^(?<type>[a-z][\w-]*)(?:\((?<scope>[^()]+)\))?(?<mark>!)?:\s+(?<description>\S.*)$/iu;
const gitMerge = /^Merge (?:branch|branches|remote-tracking branch|tag|commit) '/u;
const gitRevert = /^(?:Revert|Reapply) "(?<reverted>.*)"$/u;

/**
 * Reads a commit message by Conventional Commits 1.0.0, as GitLab's merges, squashes and reverts write it too: below
 * `Merge branch 'x' into 'main'` the title of the merge request counts.
 *
 * @see https://www.conventionalcommits.org/en/v1.0.0/
 */
export function parseMessage(message: string): CommitMessage {
  const lines = message.replaceAll(/\r\n?/gu, "\n").trim().split("\n");
  const first = lines[0]?.trim() ?? "";
  const title = gitMerge.test(first) ? titleOfMerge(lines.slice(1)) : first;
  const body = lines.slice(1);
  const { text, mergeRequest } = splitReference(title);
  const groups = conventional.exec(text)?.groups;
  const description = groups?.["description"]?.trim() ?? text;
  const marked = groups?.["mark"] === undefined ? undefined : description;
  const isRevert = gitRevert.test(text) || groups?.["type"]?.toLowerCase() === "revert";
  return {
    type: groups?.["type"]?.toLowerCase() ?? (isRevert ? "revert" : undefined),
    scope: groups?.["scope"]?.trim(),
    description: gitRevert.exec(text)?.groups?.["reverted"] ?? description,
    breaking: breakingFooter(body) ?? marked,
    mergeRequest: seenMergeRequest(body) ?? mergeRequest,
    reverts: isRevert ? whatIsReverted(body) : undefined,
  };
}

/** The first paragraph below git's own line; GitLab puts the title of the merge request there. */
function titleOfMerge(body: readonly string[]): string {
  const line = body.find((text) => text.trim() !== "")?.trim() ?? "";
  return isSeeMergeRequest(line) ? "" : line;
}

/** `Add a thing (!12)` and `Add a thing (group/project!12)`. */
function splitReference(title: string): { text: string; mergeRequest: number | undefined } {
  const found = /^(?<text>.*\S)\s+\((?:[\w./-]+)?!(?<number>\d{1,9})\)$/u.exec(title)?.groups;
  return found === undefined
    ? { text: title, mergeRequest: undefined }
    : { text: found["text"] ?? "", mergeRequest: Number(found["number"]) };
}

function seenMergeRequest(body: readonly string[]): number | undefined {
  const number = body.map((line) => seeMergeRequest.exec(line)?.groups?.["number"]).find(Boolean);
  return number === undefined ? undefined : Number(number);
}

const seeMergeRequest = /^See merge request [\w./-]*!(?<number>\d{1,9})\s*$/u;

function isSeeMergeRequest(line: string): boolean {
  return seeMergeRequest.test(line);
}

/** Its text may go on over lines and paragraphs, until the next footer or the end. */
function breakingFooter(body: readonly string[]): string | undefined {
  const start = body.findIndex((line) => breakingToken.test(line));
  if (start === -1) return undefined;
  const rest = body.slice(start + 1);
  const length = rest.findIndex((line) => anyToken.test(line) || isSeeMergeRequest(line));
  const first = breakingToken.exec(body[start] ?? "")?.groups?.["text"] ?? "";
  const text = [first, ...rest.slice(0, length === -1 ? undefined : length)];
  return text.join(" ").replaceAll(/\s+/gu, " ").trim();
}

const breakingToken = /^BREAKING[ -]CHANGE(?::\s|:$| #)\s*(?<text>.*)$/u;
const anyToken = /^(?:BREAKING[ -]CHANGE|[A-Za-z][A-Za-z-]*)(?:: | #)\S/u;

function whatIsReverted(body: readonly string[]): CommitMessage["reverts"] {
  const text = body.join("\n");
  const shas = [
    ...text.matchAll(
      /^(?:This reverts commit |Refs?: )(?<shas>[0-9a-f]{7,64}(?:,\s*[0-9a-f]{7,64})*)/gmu,
    ),
  ].flatMap((found) => (found.groups?.["shas"] ?? "").split(/,\s*/u));
  const number = /^This reverts merge request !(?<number>\d{1,9})/mu.exec(text)?.groups?.["number"];
  return { shas, mergeRequest: number === undefined ? undefined : Number(number) };
}
