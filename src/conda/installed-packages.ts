import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { publicUrl } from "./channels/public-url.ts";
import { numberIn, parseFields, textIn, type Fields } from "./json-fields.ts";

/** A package as the environment's own record has it. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly subdir: string;
  /** Without credentials. */
  readonly channel: string;
  readonly url: string;
  readonly sha256?: string | undefined;
  readonly md5?: string | undefined;
  readonly sizeBytes?: number | undefined;
}

/** Reads which conda packages an environment has, whoever made it, by name. */
export async function readInstalledPackages(prefix: string): Promise<readonly InstalledPackage[]> {
  const packages: InstalledPackage[] = [];
  for await (const record of packageRecords(prefix)) packages.push(packageOf(record));
  return packages;
}

/** The environment's own records of its packages, by name, one after the other: some are large. */
export async function* packageRecords(prefix: string): AsyncGenerator<Fields> {
  const folder = join(prefix, "conda-meta");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
  for (const name of names) {
    const record = parseFields(await readFile(join(folder, name), "utf8"));
    if (record !== undefined && textIn(record, "name") !== undefined) yield record;
  }
}

export function packageOf(record: Fields): InstalledPackage {
  return {
    name: textIn(record, "name") ?? "",
    version: textIn(record, "version") ?? "",
    build: textIn(record, "build") ?? textIn(record, "build_string") ?? "",
    subdir: textIn(record, "subdir") ?? "",
    channel: publicUrl(textIn(record, "channel") ?? ""),
    url: publicUrl(textIn(record, "url") ?? ""),
    sha256: textIn(record, "sha256"),
    md5: textIn(record, "md5"),
    sizeBytes: numberIn(record, "size"),
  };
}
