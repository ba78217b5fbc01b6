import { posix } from "node:path";
import { basename } from "node:path/posix";
import type { FileSection } from "../config/bump-config.ts";
import { findTomlPlaces } from "../config/toml-spans.ts";
import { versionErrors } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import { findFiles, matchesGlob } from "../glob.ts";
import type { Problems } from "../problems.ts";
import type { Scheme } from "../scheme/scheme.ts";
import type { Names } from "../text/names.ts";
import { textMissing } from "./missing-text.ts";
import { replacePlaces } from "./replace.ts";
import { findPlaces, type Place, type Search } from "./search.ts";
import { renderSection, type SectionTexts } from "./section-texts.ts";
import type { VersionPair } from "./version-pair.ts";
import type { WorkingCopy } from "./working-copy.ts";

export interface SectionEdit {
  readonly source: FileSource;
  readonly copy: WorkingCopy;
  readonly scheme: Scheme;
  readonly pair: VersionPair;
  readonly names: Names;
  /** The part that is bumped; `undefined` where a version is set as a whole. */
  readonly part: string | undefined;
  readonly problems: Problems;
  readonly warnings: string[];
}

/** Edits the files of all sections in the working copy, in their order, and gathers every problem. */
export async function editSections(
  sections: readonly FileSection[],
  edit: SectionEdit,
): Promise<void> {
  for (const section of sections) {
    if (!isConcerned(section, edit.part)) continue;
    const texts = edit.problems.collect(() =>
      renderSection(section, edit.scheme, edit.pair, edit.names),
    );
    const paths = await edit.problems.collectAsync(() => expandTarget(section, edit));
    if (texts === undefined || paths === undefined) continue;
    for (const path of paths)
      await edit.problems.collectAsync(() => editFile(section, path, texts, edit));
  }
}

function isConcerned({ includeBumps, excludeBumps }: FileSection, part: string | undefined) {
  if (part === undefined) return true;
  return (includeBumps.length === 0 || includeBumps.includes(part)) && !excludeBumps.includes(part);
}

async function expandTarget(section: FileSection, edit: SectionEdit): Promise<string[]> {
  const { kind, path } = section.target;
  if (kind === "file") return [path];
  const found = await findFiles(edit.source, path, {
    alternatives: section.hasAlternatives,
  });
  const kept = found.filter(
    (file) => !section.globExclude.some((pattern) => matchesGlob(file, pattern)),
  );
  if (kept.length === 0) edit.warnings.push(`${section.where}: no file matches ${path}`);
  return kept;
}

async function editFile(
  section: FileSection,
  path: string,
  { searches, replacement }: SectionTexts,
  { source, copy, pair, warnings }: SectionEdit,
): Promise<void> {
  const original = await copy.original(path);
  const current = await copy.current(path);
  if (original === undefined || current === undefined) {
    const message = `${await describeAbsence(source, path)} (${section.where})`;
    if (!section.ignoresMissingFile) throw versionErrors("E_VERSION_FILE", message);
    warnings.push(message);
    return;
  }
  const find = (bytes: Buffer, search: Search) => findInRegion(section, path, bytes, search);
  const search = searches.find((one) => find(original, one).length > 0);
  if (search === undefined) {
    const [first] = searches;
    if (first === undefined) return;
    const missing = textMissing(section, path, original, first, pair.current.text);
    if (!section.ignoresMissingVersion) throw missing;
    warnings.push(missing.message);
    return;
  }
  warnOfChecksum(path, original, warnings);
  await copy.replace(path, replacePlaces(current, find(current, search), replacement));
}

async function describeAbsence(source: FileSource, path: string): Promise<string> {
  const { dir, base } = posix.parse(posix.normalize(path));
  const found = (await source.list(dir)).find(({ name }) => name === base);
  if (found === undefined) return `File not found: '${path}'`;
  return `'${path}' is ${found.kind === "folder" ? "a folder" : "a pipe, socket or device"}, not a file`;
}

function findInRegion(section: FileSection, path: string, bytes: Buffer, search: Search): Place[] {
  if (section.keyPath === undefined) return findPlaces(bytes, search, section.where);
  const region = keyRegion(section.keyPath, section.where, path, bytes);
  const inside = findPlaces(bytes.subarray(region.start, region.end), search, section.where);
  return inside.map(({ start, end }) => ({
    start: start + region.start,
    end: end + region.start,
  }));
}

/** The bytes of the value of a dotted TOML key (`tool.poetry.version`, `packages.0.version`). */
function keyRegion(keyPath: string, where: string, path: string, bytes: Buffer): Place {
  const text = bytes.toString();
  const isTyped = path.endsWith(".toml") || path.endsWith(".lock");
  const place = isTyped
    ? findTomlPlaces(text).find(({ path: keys }) => keys.join(".") === keyPath)
    : undefined;
  if (place === undefined)
    throw versionErrors("E_VERSION_TEXT", `key_path '${keyPath}' of ${where} is not in '${path}'`, {
      hint: "key_path names a key of a TOML file, dotted from the root of the file.",
    });
  return {
    start: Buffer.byteLength(text.slice(0, place.span.start)),
    end: Buffer.byteLength(text.slice(0, place.span.end)),
  };
}

/** A recipe's checksum is that of the old version's archive. */
function warnOfChecksum(path: string, bytes: Buffer, warnings: string[]): void {
  if (!/^(?:meta|recipe)\.ya?ml$/u.test(basename(path))) return;
  if (/^\s*-?\s*(?:sha256|md5):/mu.test(bytes.toString()))
    warnings.push(`${path} holds a checksum, which is still that of the old version's source`);
}
