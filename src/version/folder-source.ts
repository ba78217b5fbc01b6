import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { versionErrors } from "./errors.ts";
import {
  isGitFolder,
  pathInside,
  refuseGitFolder,
  type FileSource,
  type FolderEntry,
} from "./file-source.ts";

/** The files of a folder on disk, as they are there: no filter and no end-of-line conversion. */
export function folderSource(root: string): FileSource {
  return {
    title: "the working tree",
    async read(path) {
      const real = await findReal(root, path);
      if (real === undefined || !(await stat(join(root, real))).isFile()) return undefined;
      return { path: real, bytes: await readFile(join(root, real)) };
    },
    async list(folder) {
      const real = await findReal(root, folder);
      if (real === undefined || !(await stat(join(root, real))).isDirectory()) return [];
      const entries = (await readdir(join(root, real))).filter((name) => !isGitFolder(name));
      const kinds = await Promise.all(entries.map((name) => describeEntry(join(root, real), name)));
      return kinds.filter((entry) => entry !== undefined);
    },
  };
}

async function findReal(root: string, path: string): Promise<string | undefined> {
  const inside = pathInside(path);
  const top = await realpath(root);
  const real = await orAbsent(realpath(join(top, inside)));
  if (real === undefined) return undefined;
  const fromTop = relative(top, real);
  if (fromTop === ".." || fromTop.startsWith(`..${sep}`))
    throw versionErrors(
      "E_VERSION_FILE",
      `The path '${path}' leaves the project folder through a link, to ${real}`,
      { hint: "Name a file below the project folder, or replace the link by the file." },
    );
  const inTop = fromTop.split(sep).join("/");
  refuseGitFolder(inTop, `What the link '${path}' leads to, ${inTop},`);
  return inTop;
}

async function describeEntry(folder: string, name: string): Promise<FolderEntry | undefined> {
  const found = await orAbsent(stat(join(folder, name)));
  if (found?.isFile()) return { name, kind: "file" };
  return found && { name, kind: found.isDirectory() ? "folder" : "other" };
}

async function orAbsent<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && "code" in error && isAbsence(error.code)) return undefined;
    throw error;
  }
}

function isAbsence(code: unknown): boolean {
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP";
}
