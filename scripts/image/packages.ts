import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** An npm package that is in the image, in the bundles or beside them. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, or whatever else its author wrote. */
  readonly license: string | undefined;
  /** Where it was installed, from the repository's root. */
  readonly folder: string;
}

/** @returns the packages that modules belong to, by name. */
export function bundledPackages(modules: readonly string[], root: string): readonly NpmPackage[] {
  const folders = modules.flatMap((id) => {
    const [, folder] =
      /^.*?\/(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
    return folder === undefined ? [] : [folder];
  });
  return [...new Set(folders)].toSorted().map((folder) => readPackage(folder, root));
}

/** @throws {Error} where the folder holds no package of npm. */
export function readPackage(folder: string, root: string): NpmPackage {
  const manifest: unknown = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const [name, version, license] = ["name", "version", "license"].map((key) =>
    textAt(manifest, key),
  );
  if (name === undefined || version === undefined) throw new Error(`${folder} is no npm package`);
  return { name, version, license, folder };
}

/** The texts that its licence asks to be passed on. */
export function licenceTexts({ folder }: NpmPackage, root: string): readonly string[] {
  return readdirSync(join(root, folder))
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(join(root, folder, file), "utf8").trim());
}

function textAt(value: unknown, key: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof found === "string" ? found : undefined;
}
