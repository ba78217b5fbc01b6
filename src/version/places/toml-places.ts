import { isTable, parseToml, tableAt, type TomlTable } from "../config/toml-config.ts";
import { findTomlPlaces, samePath, type TomlPath } from "../config/toml-spans.ts";
import type { FileSource } from "../file-source.ts";
import { decodeFile, type Ecosystem, type VersionPlace } from "./place.ts";

/** A TOML file, parsed and with its text. */
export interface TomlFile {
  readonly path: string;
  readonly text: string;
  readonly root: TomlTable;
}

export async function readTomlFile(
  source: FileSource,
  path: string,
): Promise<TomlFile | undefined> {
  const file = await source.read(path);
  if (file === undefined) return undefined;
  const text = decodeFile(path, file.bytes);
  return { path: file.path, text, root: parseToml(path, text) };
}

/** The string at a path of a TOML file as a place; `undefined` where there is none. */
export function placeAt(
  { path, text }: TomlFile,
  keys: TomlPath,
  ecosystem: Ecosystem,
  isMirror = false,
): VersionPlace | undefined {
  const found = findTomlPlaces(text).find((place) => samePath(place.path, keys));
  if (found === undefined) return undefined;
  const written = text.slice(found.span.start, found.span.end);
  const quotes = /^(?:"""|'''|"|')/u.exec(written)?.[0].length ?? 0;
  if (quotes === 0) return undefined;
  const span = { start: found.span.start + quotes, end: found.span.end - quotes };
  const version = text.slice(span.start, span.end);
  const title = `[${keys.slice(0, -1).join(".")}] version of ${path}`;
  return { path, title, ecosystem, version, span, isMirror };
}

/** `Cargo.toml`: `[package] version` or `[workspace.package] version`, and the own packages in `Cargo.lock`. */
export async function findRustPlaces(source: FileSource): Promise<VersionPlace[]> {
  const manifest = await readTomlFile(source, "Cargo.toml");
  if (manifest === undefined) return [];
  const own =
    placeAt(manifest, ["package", "version"], "rust") ??
    placeAt(manifest, ["workspace", "package", "version"], "rust");
  if (own === undefined) return [];
  const name = tableAt(manifest.root, ["package"])?.["name"];
  const lock = await readTomlFile(source, "Cargo.lock");
  return [own, ...(lock === undefined ? [] : ownLocked(lock, own.version, name))];
}

/** A package of the lock file is our own when it has no source; those of a workspace share its version. */
function ownLocked(lock: TomlFile, version: string, name: unknown): VersionPlace[] {
  const packages: unknown = lock.root["package"];
  if (!Array.isArray(packages)) return [];
  return packages.flatMap((entry: unknown, index) => {
    if (!isTable(entry) || entry["source"] !== undefined || entry["version"] !== version) return [];
    if (typeof name === "string" && entry["name"] !== name) return [];
    return placeAt(lock, ["package", index, "version"], "rust", true) ?? [];
  });
}
