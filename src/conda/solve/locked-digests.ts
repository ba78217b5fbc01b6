import { readFile } from "node:fs/promises";
import type { Channel } from "../channels/channel.ts";
import { numberIn, textIn, textsIn } from "../json-fields.ts";
import type { ResolvedPackage } from "../packages/resolved-package.ts";
import { decompressZstd } from "../zstd.ts";
import { indexRepodata, recordOf, type RepodataIndex } from "./repodata-index.ts";
import { fetchRepodata, type RepodataContext, type RepodataFile } from "./repodata.ts";

/**
 * Fills in the digests of locked packages that have none (`conda list --explicit` writes such lists) from the
 * indexes of their channels. What is not found there stays as it is.
 */
export async function digestsFromRepodata(
  packages: readonly ResolvedPackage[],
  context: RepodataContext,
): Promise<readonly ResolvedPackage[]> {
  const without = packages.filter((item) => !hasDigest(item));
  const remote = without.filter(({ addresses }) => !addresses[0].startsWith("file:"));
  const folders = new Set(remote.map((item) => folderOf(item)));
  const indexes = new Map<string, RepodataIndex>();
  for (const folder of folders) {
    const file = await indexOf(folder, context);
    if (file !== undefined) indexes.set(folder, indexRepodata(await textOf(file)));
  }
  return packages.map((item) => {
    const index = hasDigest(item) ? undefined : indexes.get(folderOf(item));
    const record = index === undefined ? undefined : recordOf(index, item.fileName);
    if (record === undefined) return item;
    return {
      ...item,
      sha256: textIn(record, "sha256"),
      md5: textIn(record, "md5"),
      sizeBytes: numberIn(record, "size"),
      depends: textsIn(record, "depends"),
      index: record,
    };
  });
}

function hasDigest({ sha256, md5 }: ResolvedPackage): boolean {
  return sha256 !== undefined || md5 !== undefined;
}

function folderOf({ addresses: [address] }: ResolvedPackage): string {
  return address.slice(0, address.lastIndexOf("/"));
}

async function indexOf(
  folder: string,
  context: RepodataContext,
): Promise<RepodataFile | undefined> {
  const at = folder.lastIndexOf("/");
  const address = folder.slice(0, at);
  const channel: Channel = { title: address, addresses: [address], recorded: address };
  return fetchRepodata(channel, folder.slice(at + 1), context);
}

async function textOf({ path, compressed }: RepodataFile): Promise<Buffer> {
  const bytes = await readFile(path);
  return compressed ? decompressZstd(bytes) : bytes;
}
