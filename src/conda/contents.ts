import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageOf, packageRecords, type InstalledPackage } from "./installed-packages.ts";
import { textIn, textsIn, type Fields } from "./json-fields.ts";
import { distInfoFolders, readInstalledProject } from "./pip/installed-project.ts";

/** A conda package of an environment, with what its record says of licence and requirements. */
export interface CondaContent extends InstalledPackage {
  readonly license: string | undefined;
  /** Names of the packages that it depends on. */
  readonly requires: readonly string[];
}

/** A Python distribution that no conda package owns. */
export interface PipContent {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  /** Names of the distributions that it requires, normalised. */
  readonly requires: readonly string[];
}

export interface EnvironmentContents {
  readonly conda: readonly CondaContent[];
  readonly pip: readonly PipContent[];
}

/**
 * Reads what an environment is made of, from its own records: `conda-meta` and `*.dist-info`.
 *
 * @param records those of `conda-meta`, where they were read already
 */
export async function readContents(
  prefix: string,
  records: Iterable<Fields> | AsyncIterable<Fields> = packageRecords(prefix),
): Promise<EnvironmentContents> {
  const conda: CondaContent[] = [];
  const owned = new Set<string>();
  for await (const record of records) {
    const requires = textsIn(record, "depends").map(nameIn);
    conda.push({ ...packageOf(record), license: textIn(record, "license"), requires });
    for (const file of textsIn(record, "files")) if (file.endsWith("/METADATA")) owned.add(file);
  }
  const pip: PipContent[] = [];
  for (const folder of await distInfoFolders(prefix))
    if (!owned.has(`${folder}/METADATA`)) pip.push(await readDistribution(prefix, folder));
  return { conda, pip };
}

/** Of a requirement such as `numpy >=1.26`. */
function nameIn(requirement: string): string {
  return requirement.trim().split(/[\s=<>!~[]/)[0] ?? "";
}

async function readDistribution(prefix: string, folder: string): Promise<PipContent> {
  const { name, version, requires } = await readInstalledProject(prefix, folder);
  const metadata = await readFile(join(prefix, folder, "METADATA"), "utf8").catch(() => "");
  return { name, version, requires, license: licenseIn(metadata) };
}

/** The SPDX expression of PEP 639, else the free text of older metadata where it is one line. */
function licenseIn(metadata: string): string | undefined {
  const headers = metadata.split(/\r?\n\r?\n/, 1)[0] ?? "";
  const said = (field: string): string | undefined =>
    new RegExp(`^${field}:[ \\t]*(.+?)[ \\t]*$`, "im").exec(headers.replaceAll("\r", ""))?.[1];
  const text = said("License-Expression") ?? said("License");
  return text === undefined || text === "UNKNOWN" || /^License:.*\n[ \t]/im.test(headers)
    ? said("License-Expression")
    : text;
}
