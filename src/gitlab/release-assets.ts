import { assetPaths } from "./asset-path.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import {
  fileUrl,
  type PackageFile,
  type PackageId,
  servedCopy,
  type StoredPackage,
} from "./packages.ts";
import type { WantedLink } from "./releases.ts";

/** What a release's package must hold. */
export interface AssetRules {
  /** Patterns of file names, each of which must be met. */
  required: readonly string[];
  /** Digest of a file that an earlier step uploaded. */
  sha256: string | undefined;
  /** How many files an earlier step uploaded, at least. */
  count: number | undefined;
}

/** A file of the release, as the registry serves it. */
export interface Asset {
  name: string;
  url: string;
  size: number;
  sha256: string;
}

/**
 * The files of a package version that a release will link, each with a digest.
 *
 * @throws {StepError} E_RELEASE_FILES with everything that is missing or different (R05).
 */
export async function readAssets(
  gitlab: GitLab,
  target: PackageId,
  stored: StoredPackage,
  { required, sha256, count }: AssetRules,
): Promise<readonly Asset[]> {
  const names = [...new Set(stored.files.map(({ name }) => name))].toSorted();
  const served = names.flatMap((name) => servedCopy(stored, name) ?? []);
  const problems = served.flatMap(({ name, sha256: digest }) =>
    digest === undefined ? [`GitLab has no SHA-256 of ${name}.`] : [],
  );
  const { default: picomatch } = await import("picomatch");
  for (const pattern of required) {
    const fits = picomatch(pattern, { dot: true });
    if (!names.some((name) => fits(name)))
      problems.push(`No file is named ${JSON.stringify(pattern)}.`);
  }
  if (sha256 !== undefined && !served.some((file) => file.sha256 === sha256.toLowerCase()))
    problems.push(`No file has the SHA-256 ${sha256}, which an earlier step uploaded.`);
  if (count !== undefined && names.length < count)
    problems.push(`There are ${names.length} files; an earlier step uploaded ${count}.`);
  if (problems.length > 0)
    throw gitlabError(
      "E_RELEASE_FILES",
      `The package ${target.name} ${target.version} is not what the release needs:\n${[...problems, list(served)].join("\n")}`,
    );
  return served.map((file) => ({
    name: file.name,
    url: fileUrl(gitlab, target, file.name),
    size: file.size,
    sha256: file.sha256 ?? "",
  }));
}

/** Links to files under stable addresses; what accompanies another file is no package by itself. */
export function assetLinks(assets: readonly Asset[]): readonly WantedLink[] {
  const names = assets.map(({ name }) => name);
  const paths = assetPaths(names);
  return assets.map(({ name, url }) => ({
    name,
    url,
    path: paths.get(name),
    type: names.some((other) => name.startsWith(`${other}.`)) ? "other" : "package",
  }));
}

function list(files: readonly PackageFile[]): string {
  return files.length === 0
    ? "It holds no file."
    : `It holds ${files.map(({ name, sha256 }) => `${name} (${sha256 ?? "no SHA-256"})`).join(", ")}.`;
}
