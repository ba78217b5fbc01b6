import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { publicUrl } from "./channels/public-url.ts";
import { numberIn, parseFields, textIn } from "./json-fields.ts";

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
  const folder = join(prefix, "conda-meta");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
  const packages: InstalledPackage[] = [];
  for (const name of names) {
    const record = parseFields(await readFile(join(folder, name), "utf8"));
    const packageName = record === undefined ? undefined : textIn(record, "name");
    if (record === undefined || packageName === undefined) continue;
    packages.push({
      name: packageName,
      version: textIn(record, "version") ?? "",
      build: textIn(record, "build") ?? textIn(record, "build_string") ?? "",
      subdir: textIn(record, "subdir") ?? "",
      channel: publicUrl(textIn(record, "channel") ?? ""),
      url: publicUrl(textIn(record, "url") ?? ""),
      sha256: textIn(record, "sha256"),
      md5: textIn(record, "md5"),
      sizeBytes: numberIn(record, "size"),
    });
  }
  return packages;
}
