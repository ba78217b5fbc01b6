import { constants } from "node:fs";
import {
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { syncError } from "../../sync-errors.ts";
import { digestOfStream, type LocalCopy, piecesOf } from "../../transfer/local-copy.ts";
import { type CacheStore, differs, isLeftOver, type Stored, temporaryName } from "../store.ts";
import { asFolderError } from "./failures.ts";
import { parseNote, type Note, noteName, writeNote } from "./note.ts";

const fileMode = 0o644;
const folderMode = 0o755;

/**
 * A folder of this machine, local or mounted. A hidden note beside each file keeps its digest; it counts only as long
 * as the file has the size and time that it had when it was hashed.
 *
 * @param folder absolute.
 */
export function folderStore(title: string, folder: string): CacheStore {
  const store: CacheStore = {
    title,
    async find(name) {
      const found = await lookAt(title, folder, name);
      if (found === undefined) return undefined;
      const note = parseNote(await readFile(join(folder, noteName(name)), "utf8").catch(() => ""));
      const holds =
        note !== undefined &&
        note.sizeBytes === found.sizeBytes &&
        note.changedNs === String(found.changedNs);
      return { sizeBytes: found.sizeBytes, sha256: holds ? note.sha256 : undefined };
    },
    readBack: (name) => translated(folder, () => hashThere(folder, name)),
    remember: (name, sha256) => remember(folder, name, sha256),
    put: (name, copy, sent) =>
      translated(folder, async () => {
        await mkdir(folder, { recursive: true, mode: folderMode });
        await sweep(folder, name);
        const part = join(folder, temporaryName(name));
        try {
          await writePart(title, part, copy, sent);
          if (!(await publish(part, join(folder, name)))) {
            const there = await hashThere(folder, name);
            if (there.sha256 !== copy.sha256)
              throw differs(name, { title, ...there }, { title: "what was to be kept", ...copy });
          }
        } finally {
          await rm(part, { force: true });
        }
        await syncFolder(folder);
        await remember(folder, name, copy.sha256);
      }),
  };
  return store;
}

async function lookAt(
  title: string,
  folder: string,
  name: string,
): Promise<{ sizeBytes: number; changedNs: bigint } | undefined> {
  const path = join(folder, name);
  const found = await translated(folder, () =>
    lstat(path, { bigint: true }).catch((error: unknown) => {
      if (isCode(error, "ENOENT")) return undefined;
      throw error;
    }),
  );
  if (found === undefined) return undefined;
  if (!found.isFile())
    throw syncError("E_ARTIFACT_DIFFERS", `${path} (${title}) is there, but is no file.`);
  return { sizeBytes: Number(found.size), changedNs: found.mtimeNs };
}

async function hashThere(folder: string, name: string): Promise<Stored & { sha256: string }> {
  return digestOfStream(piecesOf(join(folder, name)));
}

/** Removes what killed runs left of this artifact. That it cannot is no failure. */
async function sweep(folder: string, name: string): Promise<void> {
  for (const found of await readdir(folder)) {
    const changedMs =
      (await lstat(join(folder, found)).catch(() => undefined))?.mtimeMs ?? Infinity;
    if (isLeftOver(name, { name: found, changedMs }, Date.now()))
      await rm(join(folder, found), { force: true }).catch(() => {});
  }
}

async function writePart(
  title: string,
  part: string,
  copy: LocalCopy,
  sent: (bytes: number) => void,
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  await using handle = await open(part, flags, fileMode);
  for await (const chunk of piecesOf(copy.path)) {
    await handle.write(chunk);
    sent(chunk.length);
  }
  // The umask of the job must not keep Spark's users from reading.
  await handle.chmod(fileMode);
  await handle.sync();
  const written = await digestOfStream(piecesOf(part));
  if (written.sha256 !== copy.sha256)
    throw syncError(
      "E_CACHE_NOT_PROVEN",
      `${title}: ${part} has the SHA-256 ${written.sha256} after it was written; sent was ${copy.sha256}.`,
    );
}

/** File systems without hard links answer one of these. */
const noLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"]);

/** Gives the part its name, unless the name is taken. @returns whether it was free. */
async function publish(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    if (!noLinks.has(codeOf(error))) throw error;
  }
  if (
    await stat(path).then(
      () => true,
      () => false,
    )
  )
    return false;
  await rename(part, path);
  return true;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  // Some network file systems cannot; then the rename is all there is.
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** The note spares reading; that it cannot be written is no failure. */
async function remember(folder: string, name: string, sha256: string): Promise<void> {
  const found = await lstat(join(folder, name), { bigint: true }).catch(() => undefined);
  if (found === undefined) return;
  const note: Note = { sha256, sizeBytes: Number(found.size), changedNs: String(found.mtimeNs) };
  const part = join(folder, temporaryName(noteName(name)));
  try {
    await writeFile(part, writeNote(note), { mode: fileMode });
    await rename(part, join(folder, noteName(name)));
  } catch {
    await rm(part, { force: true }).catch(() => {});
  }
}

async function translated<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw asFolderError(folder, error);
  }
}

function isCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}
