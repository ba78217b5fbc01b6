import { parseFields, type Fields } from "../json-fields.ts";
import { scanObject, skipValue } from "./scan-json.ts";

/** The text of a `repodata.json` with the places of its records, unparsed: an index may have hundreds of megabytes. */
export interface RepodataIndex {
  readonly text: Buffer;
  /** The value of `info`, as JSON. */
  readonly info: string;
  readonly byName: ReadonlyMap<string, readonly RecordPlace[]>;
}

/** Where a record lies: its key with quotes, its value. */
export interface RecordPlace {
  readonly section: Section;
  readonly keyAt: number;
  readonly start: number;
  readonly end: number;
}

const sections = ["packages", "packages.conda"] as const;
type Section = (typeof sections)[number];

/**
 * Finds all records. What a package is called, its file name says: `NAME-VERSION-BUILD.conda`.
 *
 * @throws {RangeError} where the text is no such JSON
 */
export function indexRepodata(text: Buffer): RepodataIndex {
  const byName = new Map<string, RecordPlace[]>();
  let info = "{}";
  scanObject(text, 0, ({ key, valueAt }) => {
    const section = sections.find((name) => name === key);
    if (section !== undefined)
      return scanObject(text, valueAt, ({ key: fileName, keyAt, valueAt: start }) => {
        const end = skipValue(text, start);
        const name = nameIn(fileName);
        const places = byName.get(name);
        const place = { section, keyAt, start, end };
        if (places === undefined) byName.set(name, [place]);
        else places.push(place);
        return end;
      });
    const end = skipValue(text, valueAt);
    if (key === "info") info = text.toString("utf8", valueAt, end);
    return end;
  });
  return { text, info, byName };
}

/** One record, parsed. */
export function recordAt({ text }: RepodataIndex, { start, end }: RecordPlace): Fields {
  return parseFields(text.toString("utf8", start, end)) ?? {};
}

/** The record of one file. */
export function recordOf(index: RepodataIndex, fileName: string): Fields | undefined {
  const key = JSON.stringify(fileName);
  const place = index.byName
    .get(nameIn(fileName))
    ?.find(({ keyAt }) => index.text.toString("utf8", keyAt, keyAt + key.length) === key);
  return place === undefined ? undefined : recordAt(index, place);
}

/** An index of the same form that holds only the given packages. */
export function reducedRepodata(index: RepodataIndex, names: Iterable<string>): Buffer {
  const parts: Record<Section, Buffer[]> = { packages: [], "packages.conda": [] };
  for (const name of names)
    for (const { section, keyAt, end } of index.byName.get(name) ?? []) {
      const comma = parts[section].length === 0 ? [] : [Buffer.from(",")];
      parts[section].push(...comma, index.text.subarray(keyAt, end));
    }
  return Buffer.concat([
    Buffer.from(`{"info":${index.info},"packages":{`),
    ...parts.packages,
    Buffer.from('},"packages.conda":{'),
    ...parts["packages.conda"],
    Buffer.from("}}"),
  ]);
}

function nameIn(fileName: string): string {
  const versionAt = fileName.lastIndexOf("-", fileName.lastIndexOf("-") - 1);
  return versionAt <= 0 ? fileName : fileName.slice(0, versionAt);
}
