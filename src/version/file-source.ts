import { posix } from "node:path";
import { versionErrors } from "./errors.ts";

/** A file as a source holds it. */
export interface SourceFile {
  /** Where the bytes really are, relative to the project folder: after all links. */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface FolderEntry {
  readonly name: string;
  /** What a link leads to; a link to nowhere is left out. Pipes, sockets and devices are the other ones. */
  readonly kind: "file" | "folder" | "other";
}

/**
 * The files of a project, wherever they are: in a commit, in the working tree, in memory.
 *
 * All paths are relative to the project folder, with `/`. A path that leaves the project, also through a link, is
 * refused with E_VERSION_FILE.
 */
export interface FileSource {
  /** For messages: `commit 1a2b3c4`, `the working tree`. */
  readonly title: string;
  /** The file's bytes, or `undefined` where there is no regular file. */
  read(path: string): Promise<SourceFile | undefined>;
  /** What lies directly in a folder (`""` is the project folder itself), in no order; empty where it does not exist. */
  list(folder: string): Promise<readonly FolderEntry[]>;
}

/** The path in its shortest form. @throws E_VERSION_FILE where it is absolute, leaves the project folder or is git's own. */
export function pathInside(path: string): string {
  const normal = posix.normalize(path).replace(/\/$/u, "");
  if (posix.isAbsolute(path) || normal === ".." || normal.startsWith("../") || path.includes("\0"))
    throw versionErrors("E_VERSION_FILE", `The path '${path}' leaves the project folder`, {
      hint: "Name a file below the project folder, relative to it.",
    });
  refuseGitFolder(normal, `The path '${path}'`);
  return normal === "." ? "" : normal;
}

/** What git keeps for itself is no file of a project. @param what for the message. @throws E_VERSION_FILE */
export function refuseGitFolder(path: string, what: string): void {
  if (!path.split("/").some(isGitFolder)) return;
  throw versionErrors("E_VERSION_FILE", `${what} is inside a .git folder, which is git's own`, {
    hint: "Name a file of the project itself.",
  });
}

/** Under any spelling that some file system takes for the same. */
export function isGitFolder(name: string): boolean {
  return name.toLowerCase() === ".git";
}

/** A source that shows edited files instead of the original ones: what the world will be after a plan. */
export function overlaySource(
  source: FileSource,
  edits: readonly { path: string; after: Buffer }[],
): FileSource {
  const edited = new Map(edits.map(({ path, after }) => [path, after]));
  return {
    title: source.title,
    list: (folder) => source.list(folder),
    async read(path) {
      const file = await source.read(path);
      if (file === undefined) return undefined;
      return { path: file.path, bytes: edited.get(file.path) ?? file.bytes };
    },
  };
}
