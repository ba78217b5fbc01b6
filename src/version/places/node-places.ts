import { versionErrors } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import { findJsonStrings } from "./json-span.ts";
import { decodeFile, type VersionPlace } from "./place.ts";

/** `package.json`, and what repeats it in `package-lock.json`: the root's version and that of `packages[""]`. */
export async function findNodePlaces(source: FileSource): Promise<VersionPlace[]> {
  const own = await readStrings(source, "package.json", [["version"]], false);
  if (own.length === 0) return [];
  const lock = await readStrings(
    source,
    "package-lock.json",
    [["version"], ["packages", "", "version"]],
    true,
  );
  return [...own, ...lock];
}

async function readStrings(
  source: FileSource,
  path: string,
  wanted: readonly (readonly string[])[],
  isMirror: boolean,
): Promise<VersionPlace[]> {
  const file = await source.read(path);
  if (file === undefined) return [];
  const text = decodeFile(path, file.bytes);
  checkJson(path, text);
  return findJsonStrings(text)
    .filter((found) => wanted.some((keys) => JSON.stringify(keys) === JSON.stringify(found.path)))
    .map((found) => ({
      path: file.path,
      title: `${JSON.stringify(found.path)} of ${path}`,
      ecosystem: "node",
      version: text.slice(found.span.start, found.span.end),
      span: found.span,
      isMirror,
    }));
}

function checkJson(path: string, text: string): void {
  try {
    JSON.parse(text.replace(/^\uFEFF/u, ""));
  } catch (error) {
    throw versionErrors("E_VERSION_FILE", `'${path}' is not JSON: ${String(error)}`, {
      hint: "Correct the file.",
      cause: error,
    });
  }
}
