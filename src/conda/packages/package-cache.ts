import { randomUUID } from "node:crypto";
import {
  access,
  constants,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { publicUrl } from "../channels/public-url.ts";
import { variable, type Environment } from "../environment.ts";
import { condaError } from "../errors.ts";
import { parseFields, textIn } from "../json-fields.ts";
import { makeFolder } from "../make-folder.ts";
import { readPackageInfo } from "./package-info.ts";
import type { ResolvedPackage } from "./resolved-package.ts";

/** Unpacked packages that outlast the run. Several runs may use it at once. */
export interface PackageCache {
  /** The folder that is written to. */
  readonly folder: string;
  /** The unpacked package where it is whole, in any of the folders. */
  find(wanted: ResolvedPackage): Promise<string | undefined>;
  /** Where the archive of a package is kept. */
  archiveOf(wanted: ResolvedPackage): string;
  /** A new empty folder to unpack into. */
  startEntry(wanted: ResolvedPackage): Promise<string>;
  /** Makes an unpacked folder the entry of its package. Where another run was first, its entry is taken. */
  finishEntry(wanted: ResolvedPackage, part: string): Promise<string>;
}

/**
 * Opens the cache: the first folder that can be written to is used, all of them are looked through.
 *
 * @param folders of CONDA_PKGS_DIRS; none: `slipway/conda` in the user's cache
 * @param passing taken where no folder is named and the user has no home that can be written to, as in containers
 * @throws E_CONDA_CACHE where no folder can be written to
 */
export async function openPackageCache(
  folders: readonly string[],
  env: Environment,
  passing: string,
): Promise<PackageCache> {
  const candidates = folders.length > 0 ? folders : [usualFolder(env), passing];
  const folder = await firstWritable(candidates);
  await removeLeftovers(folder);
  return {
    folder,
    async find(wanted) {
      for (const candidate of [folder, ...candidates])
        for (const name of namesOf(wanted)) {
          const entry = join(candidate, name);
          if (await isWhole(entry, wanted)) return entry;
        }
      return undefined;
    },
    archiveOf: (wanted) => join(folder, wanted.fileName),
    async startEntry(wanted) {
      const part = join(folder, `.${stemOf(wanted)}.${randomUUID()}.part`);
      await mkdir(part, { recursive: true });
      return part;
    },
    finishEntry: (wanted, part) => finishEntry(folder, wanted, part),
  };
}

function usualFolder(env: Environment): string {
  const cache =
    variable(env, "XDG_CACHE_HOME") ?? join(variable(env, "HOME") ?? homedir(), ".cache");
  return join(cache, "slipway", "conda");
}

async function firstWritable(candidates: readonly string[]): Promise<string> {
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      await makeFolder(candidate);
      await access(candidate, constants.W_OK | constants.X_OK);
      return candidate;
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw condaError(
    "E_CONDA_CACHE",
    `The package cache cannot be written to: ${reasons.join("; ")}.`,
  );
}

const longestRunMs = 24 * 3600 * 1000;

/** What runs left that were killed: parts that nobody has touched for a day. */
async function removeLeftovers(folder: string): Promise<void> {
  const parts = (await readdir(folder)).filter((name) => /\.(part|trash)$/.test(name));
  for (const name of parts) {
    const path = join(folder, name);
    const age = await lstat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > longestRunMs) await rm(path, { recursive: true, force: true });
  }
}

function stemOf({ fileName }: ResolvedPackage): string {
  return fileName.replace(/\.(conda|tar\.bz2)$/, "");
}

/** conda's own name first; a name with the digest where that one is taken by something else. */
function namesOf(wanted: ResolvedPackage): readonly string[] {
  const digest = wanted.sha256 ?? wanted.md5 ?? "";
  return [stemOf(wanted), `${stemOf(wanted)}.${digest.slice(0, 12)}`];
}

async function finishEntry(folder: string, wanted: ResolvedPackage, part: string): Promise<string> {
  // Written last: a folder without it is no entry.
  await writeFile(
    join(part, "info", "repodata_record.json"),
    `${JSON.stringify(recordOf(wanted), null, 2)}\n`,
  );
  for (const name of namesOf(wanted)) {
    const entry = join(folder, name);
    if (await renamed(part, entry)) return entry;
    if (await isWhole(entry, wanted)) {
      await rm(part, { recursive: true, force: true });
      return entry;
    }
  }
  // Both names are taken by what is not whole: the last one is ours alone and is replaced.
  const entry = join(folder, namesOf(wanted).at(-1) ?? "");
  const trash = join(folder, `.${randomUUID()}.trash`);
  await rename(entry, trash);
  await rename(part, entry);
  await rm(trash, { recursive: true, force: true });
  return entry;
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOTDIR") return false;
    throw error;
  }
}

/** What other tools that share the cache read, too. */
function recordOf(wanted: ResolvedPackage): Record<string, unknown> {
  return {
    ...wanted.index,
    channel: wanted.channel,
    fn: wanted.fileName,
    name: wanted.name,
    version: wanted.version,
    build: wanted.build,
    subdir: wanted.subdir,
    url: publicUrl(wanted.addresses[0]),
    size: wanted.sizeBytes,
    sha256: wanted.sha256,
    md5: wanted.md5,
  };
}

/** An entry counts only with the right digest and with every path there in its size. */
async function isWhole(entry: string, wanted: ResolvedPackage): Promise<boolean> {
  const text = await readFile(join(entry, "info", "repodata_record.json"), "utf8").catch(() => "");
  const record = parseFields(text);
  if (record === undefined || !hasDigest(record, wanted)) return false;
  const info = await readPackageInfo(entry).catch(() => undefined);
  if (info === undefined) return false;
  for (const { path, type, sizeBytes } of info.paths) {
    const found = await lstat(join(entry, path)).catch(() => undefined);
    if (found === undefined) return false;
    if (type === "hardlink" && sizeBytes !== undefined && found.size !== sizeBytes) return false;
  }
  return true;
}

function hasDigest(
  record: Readonly<Record<string, unknown>>,
  { sha256, md5 }: ResolvedPackage,
): boolean {
  if (sha256 !== undefined) return textIn(record, "sha256") === sha256;
  return md5 !== undefined && textIn(record, "md5") === md5;
}
