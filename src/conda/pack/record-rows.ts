import { posix } from "node:path";

import type { RawPath } from "./raw-path.ts";

/** One row of a distribution's RECORD (PEP 376, PEP 627): path, hash, size. */
export interface RecordRow {
  /** Relative to the environment. */
  path: RawPath;
  /** As it stands in the file, ending included. */
  line: string;
  /** The path as the row spells it. */
  spelled: string;
}

/** @param place turns the spelled path, relative to site-packages, into one relative to the environment */
export function parseRecordRows(text: string, place: (path: string) => RawPath): RecordRow[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => {
    const spelled = firstField(line);
    return { line, spelled, path: spelled.startsWith("/") ? spelled : place(spelled) };
  });
}

/** Where a path leads that is relative to a folder. Nearly all say nothing but where. */
export function placeIn(folder: RawPath, path: string): RawPath {
  return /(?:^|\/)(?:\.{0,2}\/|\.{0,2}$)/.test(path)
    ? posix.normalize(posix.join(folder, path))
    : `${folder}/${path}`;
}

/** What to do about the row of one file: keep it as it is, drop it, or write the facts of the packed bytes. */
export type RowChange = "keep" | "drop" | (() => { sha256: Buffer; sizeBytes: number });

/** RECORD as it must be for the packed files. Rows without a hash (RECORD itself, compiled modules) stay without. */
export function rewriteRecord(
  rows: readonly RecordRow[],
  change: (row: RecordRow) => RowChange,
): string {
  let text = "";
  for (const row of rows) {
    const wanted = change(row);
    if (wanted === "drop") continue;
    const isHashed = /,sha\d+=/.test(row.line);
    text += wanted === "keep" || !isHashed ? row.line : rowOf(row, wanted());
  }
  return text;
}

function rowOf(
  { spelled, line }: RecordRow,
  { sha256, sizeBytes }: { sha256: Buffer; sizeBytes: number },
): string {
  return `${quoteField(spelled)},sha256=${sha256.toString("base64url")},${sizeBytes}${ending(line)}`;
}

function firstField(line: string): string {
  const quoted = /^"((?:[^"]|"")*)"/.exec(line);
  if (quoted?.[1] !== undefined) return quoted[1].replaceAll('""', '"');
  return /^[^,\r\n]*/.exec(line)?.[0] ?? "";
}

function quoteField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function ending(line: string): string {
  return /\r?\n$/.exec(line)?.[0] ?? "";
}
