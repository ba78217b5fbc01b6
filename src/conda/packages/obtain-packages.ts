import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { humanSize } from "../../step/log/progress.ts";
import type { Log } from "../../step/log.ts";
import { publicUrl } from "../channels/public-url.ts";
import { condaError } from "../errors.ts";
import { download, type Downloading } from "../http/download.ts";
import { DamagedPackage } from "./damaged-package.ts";
import { openExtractors, type Extractors } from "./extractors.ts";
import type { PackageCache } from "./package-cache.ts";
import { readPackageInfo, type PackageInfo } from "./package-info.ts";
import type { ResolvedPackage } from "./resolved-package.ts";
import { translateSpace } from "../space.ts";

/** A package that lies unpacked in the cache. */
export interface UnpackedPackage {
  readonly resolved: ResolvedPackage;
  readonly folder: string;
  readonly archive: string;
  readonly info: PackageInfo;
}

export interface ObtainContext extends Downloading {
  readonly cache: PackageCache;
  readonly log: Log;
}

const mostAtOnce = 8;

/**
 * Gets all packages into the cache, several at a time: what is there and whole is taken, the rest is downloaded,
 * verified and unpacked.
 *
 * @throws E_CONDA_DIGEST, E_CONDA_PACKAGE, E_CONDA_UNREACHABLE, E_CONDA_SPACE for the first package that fails
 */
export async function obtainPackages(
  packages: readonly ResolvedPackage[],
  context: ObtainContext,
): Promise<readonly UnpackedPackage[]> {
  const extractors = openExtractors();
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  signal.addEventListener("abort", () => void extractors.close(), { once: true });
  const total = packages.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  const progress = context.log.progress(`Getting ${packages.length} packages`, total, "bytes");
  const queue = packages.entries();
  const results: UnpackedPackage[] = [];
  const work = async (): Promise<void> => {
    for (const [index, wanted] of queue) {
      if (signal.aborted) return;
      results[index] = await obtain(wanted, { ...context, signal }, extractors);
      progress.advance(wanted.sizeBytes ?? 0);
    }
  };
  // All of them end before this does, so that none leaves a part behind.
  const ends = Array.from({ length: mostAtOnce }, () =>
    work().catch((error: unknown) => stop.abort(error)),
  );
  await Promise.all(ends);
  progress.end();
  await extractors.close();
  context.signal.throwIfAborted();
  if (stop.signal.aborted)
    throw await translateSpace(stop.signal.reason, context.cache.folder, total * 4);
  return results;
}

async function obtain(
  asked: ResolvedPackage,
  context: ObtainContext,
  extractors: Extractors,
): Promise<UnpackedPackage> {
  const { cache, log } = context;
  const wanted = await withDigest(asked);
  const archive = cache.archiveOf(wanted);
  let folder = await cache.find(wanted);
  if (folder === undefined) {
    const fetched = await fetchArchive(wanted, archive, context);
    log.debug(`Unpacking ${wanted.fileName}`);
    folder = await unpack(wanted, fetched, context, extractors);
  } else log.debug(`${wanted.fileName} is in the cache`, { folder });
  return { resolved: wanted, folder, archive, info: await infoOf(wanted, folder) };
}

async function infoOf(wanted: ResolvedPackage, folder: string): Promise<PackageInfo> {
  try {
    return await readPackageInfo(folder);
  } catch (error) {
    throw asPackageError(wanted, error);
  }
}

async function fetchArchive(
  wanted: ResolvedPackage,
  archive: string,
  context: ObtainContext,
): Promise<string> {
  const { sha256, md5, sizeBytes } = wanted;
  if (await isArchive(archive, wanted)) return archive;
  context.log.debug(`Downloading ${wanted.fileName}`, {
    size: sizeBytes === undefined ? "unknown" : humanSize(sizeBytes),
  });
  await download(
    {
      title: wanted.fileName,
      addresses: wanted.addresses,
      path: archive,
      expected: { sizeBytes, sha256, md5 },
    },
    context,
  );
  return archive;
}

async function isArchive(path: string, wanted: ResolvedPackage): Promise<boolean> {
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) return false;
  if (wanted.sizeBytes !== undefined && wanted.sizeBytes !== size) return false;
  return wanted.sha256 === undefined
    ? (await digestOf(path, "md5")) === wanted.md5
    : (await digestOf(path, "sha256")) === wanted.sha256;
}

/** A package without any digest is taken only from the machine's own disk. */
async function withDigest(wanted: ResolvedPackage): Promise<ResolvedPackage> {
  if (wanted.sha256 !== undefined || wanted.md5 !== undefined) return wanted;
  const [address] = wanted.addresses;
  if (!address.startsWith("file:"))
    throw condaError(
      "E_CONDA_DIGEST",
      `${wanted.fileName}: neither its sha256 nor its md5 is known (${publicUrl(address)}).`,
      { hint: "Write the digests into the list: conda list --explicit --sha256." },
    );
  try {
    return { ...wanted, sha256: await digestOf(fileURLToPath(address), "sha256") };
  } catch (cause) {
    throw condaError("E_CONDA_CHANNEL", `${wanted.fileName}: ${address} cannot be read.`, {
      cause,
    });
  }
}

async function digestOf(path: string, kind: "sha256" | "md5"): Promise<string> {
  const hash = createHash(kind);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

async function unpack(
  wanted: ResolvedPackage,
  archive: string,
  { cache }: ObtainContext,
  extractors: Extractors,
): Promise<string> {
  const part = await cache.startEntry(wanted);
  try {
    await extractors.extract(archive, part);
    await readPackageInfo(part);
    return await cache.finishEntry(wanted, part);
  } catch (error) {
    throw asPackageError(wanted, error);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

function asPackageError(wanted: ResolvedPackage, error: unknown): unknown {
  if (!(error instanceof DamagedPackage)) return error;
  return condaError(
    "E_CONDA_PACKAGE",
    `${wanted.fileName} is refused: ${error.message} (${publicUrl(wanted.addresses[0])}).`,
    { cause: error },
  );
}
