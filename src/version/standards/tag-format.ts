import { escapePattern } from "../text/escape.ts";
import { readTemplate } from "../text/names.ts";

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
  const isVersion = (name: string) => name === "new_version" || name === "version";
  const isPart = (name: string) => name.startsWith("new_");
  const hasVersion = segments.some(
    (segment) => segment.kind === "field" && isVersion(segment.name),
  );
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
