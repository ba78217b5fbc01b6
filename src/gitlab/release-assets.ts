import { assetPaths } from "./asset-path.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { fileUrl, type PackageId, readPackage, servedCopy } from "./packages.ts";
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

/** How long files that are not there yet are waited for. */
export interface Patience {
  waitMs: number;
  signal: AbortSignal;
}

/**
 * The files of a package version that a release will link, each with a digest. Other jobs may still be uploading some
 * of them: these are waited for.
 *
 * @throws {StepError} E_RELEASE_FILES with everything that is missing or different (R05).
 */
export async function awaitAssets(
  gitlab: GitLab,
  target: PackageId,
  rules: AssetRules,
  { waitMs, signal }: Patience,
): Promise<readonly Asset[]> {
  const { clock, log } = gitlab;
  const startMs = clock.monotonicMs();
  const untilMs = Math.min(startMs + waitMs, gitlab.deadlineMs);
  let told = "";
  let toldMs = startMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const { assets, problems } = await judgeAssets(gitlab, target, rules);
    if (problems.length === 0) return assets;
    const nowMs = clock.monotonicMs();
    const leftMs = untilMs - nowMs;
    if (leftMs <= 0) throw notAsNeeded(target, assets, problems, nowMs - startMs);
    const text = problems.join(" ");
    if (text !== told || nowMs - toldMs >= progressMs) {
      log.info(`Waiting up to ${Math.ceil(leftMs / 1000)} s for files: ${text}`);
      [told, toldMs] = [text, nowMs];
    }
    await clock.sleep(Math.min(pauseMs, leftMs), signal);
  }
}

const firstPauseMs = 2000;
const longestPauseMs = 20_000;
const progressMs = 30_000;

async function judgeAssets(
  gitlab: GitLab,
  target: PackageId,
  { required, sha256, count }: AssetRules,
): Promise<{ assets: readonly Asset[]; problems: readonly string[] }> {
  const stored = await readPackage(gitlab, target);
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
  const assets = served.map((file) => ({
    name: file.name,
    url: fileUrl(gitlab, target, file.name),
    size: file.size,
    sha256: file.sha256 ?? "",
  }));
  return { assets, problems };
}

function notAsNeeded(
  target: PackageId,
  assets: readonly Asset[],
  problems: readonly string[],
  waitedMs: number,
): Error {
  const seconds = Math.round(waitedMs / 1000);
  const after = seconds > 0 ? `, also not after ${seconds} s` : "";
  return gitlabError(
    "E_RELEASE_FILES",
    `The package ${target.name} ${target.version} is not what the release needs${after}:\n${[...problems, list(assets)].join("\n")}`,
  );
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

function list(files: readonly Asset[]): string {
  return files.length === 0
    ? "It holds no file."
    : `It holds ${files.map(({ name, sha256 }) => `${name} (${sha256 || "no SHA-256"})`).join(", ")}.`;
}
