import { syncError } from "../../sync-errors.ts";
import { type LocalCopy, piecesOf, readCopy } from "../../transfer/local-copy.ts";
import type { Means } from "../../transfer/means.ts";
import { Passing, patiently } from "../../transfer/patience.ts";
import { type CacheStore, differs, isLeftOver, temporaryName } from "../store.ts";
import { HdfsRefusal } from "./answers.ts";
import { checksumLikeHdfs, type FileChecksum, isSameChecksum } from "./checksum.ts";
import { type HdfsClient, type HdfsSettings, openHdfs } from "./client.ts";
import { type FileStatus, type HdfsFiles, hdfsFiles } from "./files.ts";

/** Everyone may read it, so that YARN localises it once for all. */
const publicMode = "644";

/** The attribute that remembers a file's digest, and the checksum that HDFS had for it then. */
const attribute = "user.slipway.sha256";

/**
 * A folder of HDFS. A file is written under a name of its own, compared by HDFS's own checksum with what was sent, and
 * renamed. Its digest is remembered in an attribute of the file, together with HDFS's checksum: it counts as long as
 * HDFS has the same checksum for it, so that nothing is read to know what is there.
 */
export function hdfsStore(settings: HdfsSettings, folder: string): CacheStore {
  const client = openHdfs(settings);
  const files = hdfsFiles(client);
  const { title, means } = settings;
  const pathOf = (name: string): string => `${folder === "/" ? "" : folder}/${name}`;

  const find: CacheStore["find"] = async (name) => {
    refuseName(settings, name);
    const status = await fileAt(files, pathOf(name), title);
    if (status === undefined) return undefined;
    return { sizeBytes: status.sizeBytes, sha256: await remembered(files, pathOf(name)) };
  };
  const readBack: CacheStore["readBack"] = (name) => files.digest(pathOf(name));
  return {
    title,
    find,
    readBack,
    async remember(name, sha256) {
      const path = pathOf(name);
      const checksum = await files.checksum(path).catch(() => undefined);
      // A namenode in safe mode cannot; the file is there and good all the same.
      await files
        .setAttribute(path, attribute, formatMemory(sha256, checksum))
        .catch((error: unknown) => tellForgotten(means, path, error));
    },
    async put(name, copy, sent) {
      const wanted = { title: "what was to be kept", ...copy };
      let counted = 0;
      const send = async (): Promise<void> => {
        sent(-counted);
        counted = 0;
        const there = await find(name);
        if (there !== undefined) {
          const sha256 = there.sha256 ?? (await readBack(name)).sha256;
          if (sha256 === copy.sha256) return;
          throw differs(name, { title, ...there, sha256 }, wanted);
        }
        const part = pathOf(temporaryName(name));
        try {
          const count = (bytes: number): void => {
            counted += bytes;
            sent(bytes);
          };
          await write(client, files, { part, copy, title, sent: count });
          if (await files.rename(part, pathOf(name))) return;
          throw new Passing(
            syncError(
              "E_CACHE_UNAVAILABLE",
              `${title}: the file was written, but could not be given the name ${name}.`,
            ),
          );
        } finally {
          // The name is gone when the rename went well. What cannot be removed is told, and harms nobody.
          await files.remove(part).catch((error: unknown) => tellLeftOver(means, part, error));
        }
      };
      for (const found of await files.list(folder))
        if (isLeftOver(name, found, means.clock.now().getTime()))
          await files.remove(pathOf(found.name)).catch(() => {});
      await patiently(send, means);
      await proveThere(files, pathOf(name), copy, title);
    },
  };
}

interface Writing {
  part: string;
  copy: LocalCopy;
  title: string;
  sent: (bytes: number) => void;
}

/** Writes under a name of its own, and proves by length and checksum that all of it is there. */
async function write(
  client: HdfsClient,
  files: HdfsFiles,
  { part, copy, title, sent }: Writing,
): Promise<void> {
  try {
    await client.create(part, { sizeBytes: copy.sizeBytes, open: () => readCopy(copy), sent });
  } catch (error) {
    throw error instanceof HdfsRefusal ? client.meaning(error) : error;
  }
  const status = await files.status(part);
  if (status?.sizeBytes !== copy.sizeBytes)
    throw new Passing(
      syncError(
        "E_CACHE_NOT_PROVEN",
        `${title}: ${status?.sizeBytes ?? "none"} of ${copy.sizeBytes} bytes arrived.`,
      ),
    );
  const checksum = await files.checksum(part);
  await proveBytes(files, { part, copy, title, status, checksum });
  // HttpFS makes files executable, whatever it was asked for.
  if (status.permission !== publicMode) await files.setPermission(part, publicMode);
  await files.setAttribute(part, attribute, formatMemory(copy.sha256, checksum));
}

async function proveBytes(
  files: HdfsFiles,
  {
    part,
    copy,
    title,
    status,
    checksum,
  }: Omit<Writing, "sent"> & { status: FileStatus; checksum: FileChecksum | undefined },
): Promise<void> {
  const own =
    checksum === undefined
      ? undefined
      : await checksumLikeHdfs(checksum, status.blockBytes, piecesOf(copy.path));
  if (checksum !== undefined && own !== undefined) {
    if (isSameChecksum(checksum, own)) return;
    throw syncError(
      "E_CACHE_NOT_PROVEN",
      `${title}: HDFS has the checksum ${checksum.bytes} for what was written; for what was sent it is ${own.bytes}.`,
    );
  }
  // Another checksum than HDFS's usual one: the bytes themselves are the proof.
  const { sha256 } = await files.digest(part);
  if (sha256 !== copy.sha256)
    throw syncError(
      "E_CACHE_NOT_PROVEN",
      `${title}: what was written has the SHA-256 ${sha256}; what was sent has ${copy.sha256}.`,
    );
}

async function proveThere(
  files: HdfsFiles,
  path: string,
  { sizeBytes }: LocalCopy,
  title: string,
): Promise<void> {
  const status = await fileAt(files, path, title);
  if (status?.sizeBytes !== sizeBytes)
    throw syncError(
      "E_CACHE_NOT_PROVEN",
      `${title}: ${path} has ${status?.sizeBytes ?? "no"} bytes after it was published; sent were ${sizeBytes}.`,
    );
}

async function fileAt(
  files: HdfsFiles,
  path: string,
  title: string,
): Promise<FileStatus | undefined> {
  const status = await files.status(path);
  if (status === undefined || status.isFile) return status;
  throw syncError("E_ARTIFACT_DIFFERS", `${path} (${title}) is there, but is a folder.`);
}

/** The digest in the attribute, if HDFS still has the checksum that it had when the digest was computed. */
async function remembered(files: HdfsFiles, path: string): Promise<string | undefined> {
  const value = await files.attribute(path, attribute);
  const [, sha256, algorithm = "", bytes = ""] =
    /^([0-9a-f]{64})(?: (\S+) ([0-9a-f]+))?$/.exec(value ?? "") ?? [];
  if (sha256 === undefined) return undefined;
  const checksum = await files.checksum(path);
  if (checksum === undefined) return bytes === "" ? sha256 : undefined;
  return isSameChecksum(checksum, { algorithm, bytes }) ? sha256 : undefined;
}

function formatMemory(sha256: string, checksum: FileChecksum | undefined): string {
  return checksum === undefined
    ? sha256
    : `${sha256} ${checksum.algorithm} ${checksum.bytes.toLowerCase()}`;
}

function refuseName({ api, title }: HdfsSettings, name: string): void {
  // HDFS refuses the first in any name; HttpFS cuts a name at the second, however it is sent.
  const bad = name.includes(":") ? ":" : api === "httpfs" && name.includes(";") ? ";" : undefined;
  if (bad !== undefined)
    throw syncError(
      "E_ARTIFACT_ENTRY",
      `${title} cannot hold a file named ${JSON.stringify(name)}: "${bad}" is not possible there.`,
    );
}

function tellForgotten({ log, signal }: Means, path: string, error: unknown): void {
  signal.throwIfAborted();
  const why = error instanceof Error ? error.message : String(error);
  log.debug(`The digest of ${path} cannot be remembered: ${why}`);
}

function tellLeftOver({ log }: Means, part: string, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  log.warn(`${part} could not be removed: ${why}`);
}
