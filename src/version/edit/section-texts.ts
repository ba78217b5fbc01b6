import type { FileSection } from "../config/bump-config.ts";
import { versionErrors } from "../errors.ts";
import { joinPieces, readFormat } from "../scheme/format.ts";
import { compileVersionPattern } from "../scheme/pattern.ts";
import type { Scheme } from "../scheme/scheme.ts";
import { serializeForFile } from "../scheme/serialize.ts";
import { escapePattern } from "../text/escape.ts";
import { readTemplate, renderField, renderTemplate, withNames, type Names } from "../text/names.ts";
import type { Search, Token } from "./search.ts";
import { currentTexts, pairNames, toTokens, type VersionPair } from "./version-pair.ts";

/** What a file section searches for and puts there. */
export interface SectionTexts {
  /** In the order in which they are tried. */
  readonly searches: readonly Search[];
  readonly replacement: string;
}

interface Candidate {
  readonly tokens: readonly Token[];
  readonly endsVersion: boolean;
}

/** Renders the search and the replacement of a section for a bump. @throws E_VERSION_TEMPLATE, E_VERSION_FORMAT, … */
export function renderSection(
  section: FileSection,
  scheme: Scheme,
  pair: VersionPair,
  around: Names,
): SectionTexts {
  const own = ownScheme(section, scheme);
  const next =
    own === undefined ? pair.next.text : joinPieces(serializeForFile(own, pair.next.value, around));
  const candidates =
    own === undefined
      ? currentTexts(scheme, pair.current, around).map(exactly)
      : ownCandidates(section, own, pair, around);
  const names = withNames(new Map([["new_version", next]]), pairNames(pair, around));
  const searches = candidates.map((one) => renderSearch(section, one, names));
  if (searches.some(({ tokens }) => tokens.length === 0))
    throw versionErrors("E_VERSION_CONFIG", `search of ${section.where} is empty`, {
      hint: "Leave search out for {current_version}, or give the text around the version.",
    });
  const shown = own === undefined ? names : withNames(currentName(candidates), names);
  return {
    searches,
    replacement: renderTemplate(section.replace, shown, `replace in ${section.where}`),
  };
}

/** A section with its own `serialize` may lose parts on purpose; its parts are the labels of its first format. */
function ownScheme(section: FileSection, scheme: Scheme): Scheme | undefined {
  if (section.serialize === undefined) return undefined;
  const formats = section.serialize.map((text, index) =>
    readFormat(text, `serialize of ${section.where}, format ${index + 1}`),
  );
  const [first] = formats;
  if (first === undefined)
    throw versionErrors("E_VERSION_CONFIG", `serialize of ${section.where} has no format`);
  const pattern =
    section.parse === undefined
      ? scheme.pattern
      : compileVersionPattern(section.parse, `parse of ${section.where}`);
  const order = first.names.filter((name) => scheme.pattern.groups.includes(name));
  return { pattern, formats, parts: scheme.parts, order };
}

function ownCandidates(
  section: FileSection,
  own: Scheme,
  { current }: VersionPair,
  around: Names,
): Candidate[] {
  const tokens = toTokens(serializeForFile(own, current.value, around));
  const candidates: Candidate[] = [{ tokens, endsVersion: false }];
  if (section.search === "{current_version}")
    candidates.push({ tokens: [{ kind: "text", text: current.text }], endsVersion: true });
  return candidates;
}

function renderSearch(section: FileSection, candidate: Candidate, names: Names): Search {
  const where = `search in ${section.where}`;
  const tokens: Token[] = [];
  const add = (token: Token) => {
    const last = tokens.at(-1);
    if (token.kind === "text" && last?.kind === "text")
      tokens[tokens.length - 1] = { kind: "text", text: last.text + token.text };
    else if (token.kind === "run" || token.text !== "") tokens.push(token);
  };
  const quote = (text: string) => (section.isRegex ? escapePattern(text) : text);
  for (const segment of readTemplate(section.search, where)) {
    if (segment.kind === "literal") add({ kind: "text", text: segment.text });
    else if (segment.name === "current_version")
      for (const token of candidate.tokens)
        add(token.kind === "run" ? token : { kind: "text", text: quote(token.text) });
    else add({ kind: "text", text: quote(renderField(segment, names, where)) });
  }
  return { tokens, isRegex: section.isRegex, endsVersion: candidate.endsVersion };
}

function exactly(tokens: readonly Token[]): Candidate {
  return { tokens, endsVersion: false };
}

/** In the replacement of such a section `{current_version}` is the section's own spelling too. */
function currentName([first]: readonly Candidate[]): Map<string, string> {
  const tokens = first?.tokens ?? [];
  if (tokens.some(({ kind }) => kind === "run")) return new Map();
  const texts = tokens.map((token) => (token.kind === "text" ? token.text : ""));
  return new Map([["current_version", texts.join("")]]);
}
