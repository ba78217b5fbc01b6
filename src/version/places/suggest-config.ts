import type { FileSource } from "../file-source.ts";
import type { VersionPlace } from "./place.ts";
import { spellVersion, type SpelledVersion } from "./spelling.ts";
import { suggestSections } from "./suggest-sections.ts";

const numberNames = ["major", "minor", "patch", "micro", "build"];

/** A ready `.bumpversion.cfg` that does what was done without one, or why there is none. */
export type Suggestion =
  | { readonly kind: "config"; readonly text: string }
  | { readonly kind: "none"; readonly reason: string };

/** @returns `undefined` for a Maven reactor: the same text may stand in dependencies, only the elements tell them apart. */
export async function suggestConfig(
  source: FileSource,
  places: readonly VersionPlace[],
): Promise<Suggestion | undefined> {
  const [leading] = places;
  if (leading === undefined || places.some(({ path }) => path.endsWith(".xml"))) return undefined;
  const { version } = leading;
  const scheme = describeScheme(version, spellVersion(version, leading.title));
  if (scheme === undefined)
    return none(`'${version}' has more than numbers and one marker of development`);
  const sections: string[] = [];
  for (const path of new Set(places.map((place) => place.path))) {
    const own = places.filter((place) => place.path === path);
    if (own.some((place) => place.version !== version))
      return none(`${path} does not spell the version as '${version}'`);
    const written = suggestSections((await source.read(path))?.bytes, own, version);
    if (written === undefined)
      return none(`no search finds the version in ${path} and nothing else`);
    sections.push(...written);
  }
  return { kind: "config", text: [scheme, ...sections].join("\n") };
}

function none(reason: string): Suggestion {
  return { kind: "none", reason };
}

function describeScheme(
  version: string,
  { lead, numbers, post, suffix, local }: SpelledVersion,
): string | undefined {
  if (`${lead}${post}${local}` !== "" || numbers.length > numberNames.length) return undefined;
  const names = numberNames.slice(0, numbers.length);
  const release = names.map((name) => `{${name}}`).join(".");
  const pattern = names.map((name) => String.raw`(?P<${name}>\d+)`).join(String.raw`\.`);
  const marker = /^(?<separator>[-._]?)(?<word>[A-Za-z]+)(?<divider>[-._]?)(?<number>\d*)$/u.exec(
    suffix,
  )?.groups;
  const lines = ["[bumpversion]", `current_version = ${version}`];
  if (suffix === "")
    return [...lines, `parse = ${pattern}`, `serialize = ${release}`, ""].join("\n");
  if (marker === undefined) return undefined;
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

function escape(separator: string): string {
  return separator === "" ? "" : `\\${separator}`;
}
