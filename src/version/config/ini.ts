import type { Span } from "./text-span.ts";

export interface IniEntry {
  readonly key: string;
  /** The lines of the value joined by line feeds, trimmed, without comments. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
  /** The characters of the value in the text; empty and behind the delimiter where there is none. */
  readonly valueSpan: Span;
  /** The whole lines of the entry, with their line ends. */
  readonly linesSpan: Span;
}

export interface IniSection {
  readonly name: string;
  readonly line: number;
  readonly entries: readonly IniEntry[];
}

/** A mistake in an INI file, with the line it is in, from 1. */
export class IniError extends Error {
  readonly line: number;

  constructor(reason: string, line: number) {
    super(`line ${line}: ${reason}`);
    this.line = line;
  }
}

interface OpenEntry {
  key: string;
  lines: string[];
  line: number;
  valueStart: number;
  valueEnd: number;
  start: number;
  end: number;
}

interface OpenSection {
  name: string;
  line: number;
  isStrict: boolean;
  entries: OpenEntry[];
}

/**
 * Reads INI as Python's `configparser` does (case-sensitive keys), with the place of every value.
 *
 * @param isStrict which sections must be free of mistakes; others may hold anything.
 * @throws {IniError} for a duplicate section or key, a key without delimiter, text before the first section.
 */
export function parseIni(text: string, isStrict: (section: string) => boolean): IniSection[] {
  const sections: OpenSection[] = [];
  let section: OpenSection | undefined;
  let entry: OpenEntry | undefined;
  let keyIndent = 0;
  for (const { raw, start, end, line } of splitLines(text)) {
    const content = raw.trim();
    if (content.startsWith("#") || content.startsWith(";")) continue;
    if (content === "") {
      entry?.lines.push("");
      continue;
    }
    const indent = raw.length - raw.trimStart().length;
    if (section !== undefined && entry !== undefined && indent > keyIndent) {
      continueEntry(entry, content, start + indent, end);
      continue;
    }
    keyIndent = indent;
    const header = /^\[(?<name>.+)\]/su.exec(content)?.groups?.["name"];
    if (header !== undefined) {
      section = openSection(sections, header, line, isStrict(header));
      entry = undefined;
    } else if (section === undefined) {
      throw new IniError("text before the first section", line);
    } else {
      entry = openEntry(section, { content, contentStart: start + indent, start, end, line });
    }
  }
  return sections.map(({ name, line, entries }) => ({ name, line, entries: entries.map(close) }));
}

function openSection(
  sections: OpenSection[],
  name: string,
  line: number,
  isStrict: boolean,
): OpenSection {
  const same = sections.find((other) => other.name === name);
  if (same !== undefined && isStrict)
    throw new IniError(`section [${name}] is there already, in line ${same.line}`, line);
  if (same !== undefined) return same;
  const section: OpenSection = { name, line, isStrict, entries: [] };
  sections.push(section);
  return section;
}

interface KeyLine {
  content: string;
  contentStart: number;
  start: number;
  end: number;
  line: number;
}

function openEntry(section: OpenSection, at: KeyLine): OpenEntry | undefined {
  const found = /^(?<key>.*?)\s*[=:]\s*(?<value>.*)$/su.exec(at.content)?.groups;
  const { key = "", value = "" } = found ?? {};
  if (key === "") {
    if (!section.isStrict) return undefined;
    throw new IniError(`'${at.content}' has no key and value divided by = or :`, at.line);
  }
  const same = section.entries.find((other) => other.key === key);
  if (same !== undefined && section.isStrict)
    throw new IniError(
      `option '${key}' of [${section.name}] is there already, in line ${same.line}`,
      at.line,
    );
  const valueStart = at.contentStart + at.content.length - value.length;
  const entry: OpenEntry = {
    key,
    lines: [value],
    line: at.line,
    valueStart,
    valueEnd: valueStart + value.length,
    start: at.start,
    end: at.end,
  };
  section.entries.push(entry);
  return entry;
}

function continueEntry(entry: OpenEntry, content: string, start: number, end: number): void {
  const isFirst = entry.valueStart === entry.valueEnd;
  if (isFirst) entry.valueStart = start;
  entry.valueEnd = start + content.length;
  entry.lines.push(content);
  entry.end = end;
}

function close(entry: OpenEntry): IniEntry {
  return {
    key: entry.key,
    value: entry.lines.join("\n").trimEnd(),
    line: entry.line,
    valueSpan: { start: entry.valueStart, end: entry.valueEnd },
    linesSpan: { start: entry.start, end: entry.end },
  };
}

function* splitLines(text: string) {
  const lines = /([^\r\n]*)(\r\n|\r|\n|$)/gu;
  lines.lastIndex = text.startsWith("\uFEFF") ? 1 : 0;
  for (let line = 1; lines.lastIndex < text.length; line++) {
    const start = lines.lastIndex;
    const raw = lines.exec(text)?.[1] ?? "";
    yield { raw, start, end: lines.lastIndex, line };
  }
}
