import type { FileSource } from "../file-source.ts";
import { decodeAny, type VersionPlace } from "./place.ts";

const entry =
  /(?<before>^|[\r\n])(?<lead>[ \t\f]*version(?:[ \t\f]*[=:]|[ \t\f])[ \t\f]*)(?<version>[^\s\\=:]\S*)/gu;

/** `version` of `gradle.properties`; of several, the last, which is the one that Gradle takes. */
export async function findGradlePlaces(source: FileSource): Promise<VersionPlace[]> {
  const file = await source.read("gradle.properties");
  if (file === undefined) return [];
  const { text, encoding } = decodeAny(file.bytes);
  const found = [...text.matchAll(entry)].findLast(({ index }) => !isContinued(text, index));
  const { before = "", lead = "", version = "" } = found?.groups ?? {};
  if (found === undefined) return [];
  const start = found.index + before.length + lead.length;
  return [
    {
      path: file.path,
      title: "version of gradle.properties",
      ecosystem: "jvm",
      version,
      span: { start, end: start + version.length },
      isMirror: false,
      encoding,
    },
  ];
}

/** Whether the line that ends here goes on with the next one: an odd number of backslashes, and no comment. */
function isContinued(text: string, end: number): boolean {
  const line =
    text
      .slice(0, end)
      .replace(/\r$/u, "")
      .split(/[\r\n]/u)
      .at(-1) ?? "";
  const slashes = /\\*$/u.exec(line)?.[0].length ?? 0;
  return slashes % 2 === 1 && !/^[ \t\f]*[#!]/u.test(line);
}
