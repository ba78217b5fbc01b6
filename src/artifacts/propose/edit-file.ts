import { Findings } from "../file/findings.ts";
import { parseYamlFile } from "../file/nodes.ts";
import { readArtifactsFile } from "../file/read.ts";
import { add } from "./add-entry.ts";
import {
  contentEnd,
  type Entry,
  type EntryPair,
  hasAnchor,
  linesOf,
  pairOf,
  type Parsed,
  rangeOf,
  type SourceFile,
  uneditable,
} from "./entry-pair.ts";
import { respelled } from "./spelling.ts";
import { applied, copied, eolOf, insert, type Splice } from "./splices.ts";

/** One change of a file. */
export type Edit =
  | { kind: "rename"; old: string; entry: Entry }
  | { kind: "copy"; old: string; entry: Entry }
  | { kind: "add"; entry: Entry; source: string | undefined }
  | { kind: "remove"; old: string };

/**
 * Edits the characters of one entry and leaves every other one as it is: comments, order, quotes, line ends.
 *
 * @returns the new text.
 * @throws {StepError} E_ARTIFACTS_EDIT where the file is written in a way that this cannot be done with certainty.
 */
export function editFile({ path, text }: SourceFile, edit: Edit): string {
  const { document } = parseYamlFile(path, text, new Findings());
  const edited = applied(text, splicesFor({ path, text, document }, edit));
  prove({ path, text }, edited, edit);
  return edited;
}

function splicesFor(file: Parsed, edit: Edit): readonly Splice[] {
  switch (edit.kind) {
    case "rename":
      return rename(file, pairOf(file, edit.old), edit.entry);
    case "copy":
      return copy(file, pairOf(file, edit.old), edit.entry);
    case "add":
      return add(file, edit.entry, edit.source);
    case "remove":
      return remove(file, pairOf(file, edit.old));
  }
}

function rename(file: Parsed, pair: EntryPair, { name, id }: Entry): readonly Splice[] {
  return [respelled(file, pair.key, name), respelled(file, pair.id, id)];
}

/** A new entry behind the old one, with the old one's layout, source and caches. */
function copy(file: Parsed, pair: EntryPair, entry: Entry): readonly Splice[] {
  const { text } = file;
  if (pair.inFlow) {
    const end = contentEnd(pair.value);
    const start = rangeOf(pair.key)[0];
    return [insert(end, `, ${copied(text, start, end, rename(file, pair, entry))}`)];
  }
  const [start, end] = linesOf(text, pair);
  // Two anchors of one name are allowed and mean something else to the aliases that follow.
  if (hasAnchor(pair))
    throw uneditable(file, entry, `the entry ${String(pair.key.value)} holds an anchor`);
  const lines = copied(text, start, end, rename(file, pair, entry));
  const eol = eolOf(text);
  return lines.endsWith("\n")
    ? [insert(end, lines)]
    : // The last line of a file without a line end.
      [insert(end, eol + lines)];
}

function remove({ text }: Parsed, pair: EntryPair): readonly Splice[] {
  if (!pair.inFlow) {
    const [start, end] = linesOf(text, pair);
    return [{ start, end, text: "" }];
  }
  const start = rangeOf(pair.key)[0];
  const end = contentEnd(pair.value);
  const after = /^\s*,\s*/.exec(text.slice(end))?.[0].length ?? 0;
  if (after > 0) return [{ start, end: end + after, text: "" }];
  const before = /,\s*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return [{ start: start - before, end, text: "" }];
}

/** Reads the edited text and holds it against what the edit should have made of the file. */
function prove(before: SourceFile, after: string, edit: Edit): void {
  const names = (text: string) =>
    readArtifactsFile(before.path, text, new Findings()).artifacts.map(
      ({ name, id, source, caches }) => ({ name, id, source, caches }),
    );
  const old = names(before.text);
  const expected = old
    .filter(({ name }) => !(edit.kind === "remove" && name === edit.old))
    .flatMap((one) => {
      if (edit.kind === "rename" && one.name === edit.old) return [{ ...one, ...edit.entry }];
      if (edit.kind === "copy" && one.name === edit.old) return [one, { ...one, ...edit.entry }];
      return [one];
    });
  if (edit.kind === "add") expected.push({ ...edit.entry, source: edit.source, caches: undefined });
  if (JSON.stringify(names(after)) !== JSON.stringify(expected))
    throw uneditable(
      before,
      "entry" in edit ? edit.entry : { name: edit.old, id: "" },
      "it is laid out in an unusual way",
    );
}
