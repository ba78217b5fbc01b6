import { escapePattern } from "../text/escape.ts";
import { versionErrors } from "../errors.ts";
import type { Segment } from "../text/template.ts";
import { readTemplate, surroundingNames } from "../text/names.ts";

/** Names of every template, without a value: what they stand for is known where a tag is made. */
const surroundings = surroundingNames({ env: {}, now: new Date(0) });

const isVersion = (name: string): boolean => name === "new_version" || name === "version";
const isPart = (name: string): boolean => name.startsWith("new_");

/**
 * Holds a tag format against what it is for: to tell the version of a tag.
 *
 * @param where who says it, for the message.
 * @throws E_VERSION_TEMPLATE where it cannot be read or has a name that nothing has, E_VERSION_TAG_FORMAT where the
 * version is not in it.
 */
export function checkTagFormat(format: string, where: string): void {
  const names = fieldNames(readTemplate(format, where));
  const unknown = names.filter((name) => !isKnown(name));
  if (unknown.length > 0)
    throw versionErrors(
      "E_VERSION_TEMPLATE",
      `${where} is '${format}', with the unknown ${unknown.length === 1 ? "name" : "names"} ${unknown.map((name) => `{${name}}`).join(", ")}.`,
      {
        hint: "Write {version} where the version stands, for example v{version}; double literal braces.",
      },
    );
  if (names.every((name) => !isVersion(name) && !isPart(name)))
    throw versionErrors(
      "E_VERSION_TAG_FORMAT",
      `${where} is '${format}', without {version} in it.`,
    );
}

function isKnown(name: string): boolean {
  if (isVersion(name) || isPart(name) || name.startsWith("current_")) return true;
  return surroundings.find(name).kind !== "unknown";
}

function fieldNames(segments: readonly Segment[]): readonly string[] {
  return segments.flatMap((segment) => (segment.kind === "field" ? [segment.name] : []));
}

/**
 * Reads a version backwards out of a tag: `v0.15.0` with the format `v{new_version}` is `0.15.0`.
 *
 * A format without `{new_version}` or `{version}` may spell it with parts (`{new_major}.{new_minor}`): then it is what
 * stands from the first to the last of them. Other names match any text.
 *
 * @returns `undefined` where the tag was not made by the format.
 * @throws E_VERSION_TEMPLATE where the format cannot be read.
 */
export function readVersionFromTag(tag: string, format: string): string | undefined {
  const segments = readTemplate(format, `tag format '${format}'`);
  const hasVersion = fieldNames(segments).some(isVersion);
  const wanted = hasVersion ? isVersion : isPart;
  const fields = segments.flatMap((segment, index) =>
    segment.kind === "field" && wanted(segment.name) ? [index] : [],
  );
  const [first, last] = [fields[0], hasVersion ? fields[0] : fields.at(-1)];
  if (first === undefined) return undefined;
  let source = "";
  for (const [index, segment] of segments.entries()) {
    if (index === first) source += "(?<version>";
    if (segment.kind === "literal") source += escapePattern(segment.text);
    else if (hasVersion && isVersion(segment.name) && index > first)
      source += String.raw`\k<version>`;
    else source += wanted(segment.name) ? ".+?" : ".*?";
    if (index === last) source += ")";
  }
  return new RegExp(`^${source}$`, "su").exec(tag)?.groups?.["version"];
}
