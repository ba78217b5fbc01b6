import type { FileSource } from "../file-source.ts";
import { decodeFile, type VersionPlace } from "./place.ts";
import { spellVersion, type SpelledVersion } from "./spelling.ts";

const numberNames = ["major", "minor", "patch", "micro", "build"];

/** A ready `.bumpversion.cfg` that does what was done without one. */
export async function suggestConfig(
  source: FileSource,
  places: readonly VersionPlace[],
): Promise<string | undefined> {
  const [leading] = places;
  // The same text may stand in dependencies, too: only the elements of a reactor tell them apart.
  if (leading === undefined || places.some(({ path }) => path.endsWith(".xml"))) return undefined;
  const spelled = spellVersion(leading.version, leading.title);
  const sections: string[] = [];
  for (const [index, place] of places.entries()) {
    const earlier = places.slice(0, index).filter(({ path }) => path === place.path).length;
    // Two sections of one file must differ in their names.
    const kind = earlier === 0 ? "file" : `file (${earlier + 1})`;
    const header = `[bumpversion:${kind}:${place.path}]`;
    sections.push(await suggestSection(source, place, header, leading.version));
  }
  return [describeScheme(leading.version, spelled), ...sections].join("\n");
}

function describeScheme(version: string, { numbers, suffix }: SpelledVersion): string {
  const names = numberNames.slice(0, numbers.length);
  const release = names.map((name) => `{${name}}`).join(".");
  const pattern = names.map((name) => String.raw`(?P<${name}>\d+)`).join(String.raw`\.`);
  const marker = /^(?<separator>[-._]?)(?<word>[A-Za-z]+)(?<divider>[-._]?)(?<number>\d*)$/u.exec(
    suffix,
  )?.groups;
  const lines = ["[bumpversion]", `current_version = ${version}`];
  if (marker === undefined)
    return [...lines, `parse = ${pattern}`, `serialize = ${release}`, ""].join("\n");
  const { separator = "", word = "", divider = "", number = "" } = marker;
  const counter = number === "" ? "" : String.raw`${escape(divider)}(?P<number>\d+)`;
  const field = number === "" ? "" : `${divider}{number}`;
  return [
    ...lines,
    `parse = ${pattern}(${escape(separator)}(?P<release>${word})${counter})?`,
    "serialize =",
    `\t${release}${separator}{release}${field}`,
    `\t${release}`,
    "",
    "[bumpversion:part:release]",
    "optional_value = final",
    "values =",
    `\t${word}`,
    "\tfinal",
    "",
  ].join("\n");
}

async function suggestSection(
  source: FileSource,
  place: VersionPlace,
  header: string,
  version: string,
): Promise<string> {
  const file = await source.read(place.path);
  const text = file === undefined ? "" : decodeFile(place.path, file.bytes);
  const start = text.lastIndexOf("\n", place.span.start - 1) + 1;
  const rest = text.indexOf("\n", place.span.end);
  const before = text.slice(start, place.span.start).trimStart();
  const after = text.slice(place.span.end, rest === -1 ? text.length : rest).trimEnd();
  if (place.version !== version || `${before}${after}` === "") return `${header}\n`;
  const line = (name: string) => `${double(before)}{${name}}${double(after)}`;
  return `${header}\nsearch = ${line("current_version")}\nreplace = ${line("new_version")}\n`;
}

function double(text: string): string {
  return text.replaceAll(/[{}]/gu, "$&$&");
}

function escape(separator: string): string {
  return separator === "" ? "" : `\\${separator}`;
}
