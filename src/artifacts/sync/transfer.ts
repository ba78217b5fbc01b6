import { rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { humanSize } from "../../step/log/progress.ts";
import { syncError } from "../sync-errors.ts";
import { type CacheStore, differs } from "../caches/store.ts";
import type { LocalCopy } from "../transfer/local-copy.ts";
import type { Means } from "../transfer/means.ts";
import type { Observed, OpenArtifact } from "./observe.ts";

/**
 * Brings an artifact into the caches that lack it: one download, then to all of them side by side. What the other
 * caches hold is compared with what came.
 *
 * @throws what the first cache that failed says; the others are brought to their end first.
 */
export async function transfer(
  { artifact, source }: OpenArtifact,
  { known, facts, sourceFailure }: Observed,
  to: readonly CacheStore[],
  means: Means,
): Promise<LocalCopy> {
  if (sourceFailure !== undefined) throw sourceFailure;
  const { name } = artifact;
  const folder = await means.workFolder();
  await assertRoom(folder, facts.sizeBytes);
  const path = join(folder, `${crypto.randomUUID()}.download`);
  try {
    const copy = await fetchCopy(name, path, { source, facts, means });
    const other = known.there.find(({ stored }) => stored.sha256 !== copy.sha256);
    if (other !== undefined)
      throw differs(
        name,
        { title: other.place.title, ...other.stored },
        {
          title: source.title,
          ...copy,
        },
      );
    const sent = await Promise.allSettled(to.map((store) => sendCopy(name, copy, store, means)));
    const failed = sent.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return copy;
  } finally {
    await rm(path, { force: true });
  }
}

async function fetchCopy(
  name: string,
  path: string,
  {
    source,
    facts,
    means,
  }: Pick<OpenArtifact, "source"> & Pick<Observed, "facts"> & { means: Means },
): Promise<LocalCopy> {
  const progress = means.log.progress(`Downloading ${name}`, facts.sizeBytes, "bytes");
  try {
    const copy = await source.fetch(path, facts, (bytes) => progress.advance(bytes));
    means.log.info(
      `${name}: ${humanSize(copy.sizeBytes)} from ${source.title}, SHA-256 ${copy.sha256}`,
    );
    return copy;
  } finally {
    progress.end();
  }
}

async function sendCopy(
  name: string,
  copy: LocalCopy,
  store: CacheStore,
  { log }: Means,
): Promise<void> {
  const progress = log.progress(`Sending ${name} to ${store.title}`, copy.sizeBytes, "bytes");
  try {
    await store.put(name, copy, (bytes) => progress.advance(bytes));
    log.info(`${name}: published in ${store.title}`);
  } finally {
    progress.end();
  }
}

/** A download that cannot end is not begun (H18). */
async function assertRoom(folder: string, neededBytes = 0): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= neededBytes) return;
  throw syncError(
    "E_SYNC_SPACE",
    `${folder} has ${humanSize(bavail * bsize)} free; the download needs ${humanSize(neededBytes)}.`,
  );
}
