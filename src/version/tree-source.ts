import { posix } from "node:path";
import { versionErrors } from "./errors.ts";
import { pathInside, type FileSource, type FolderEntry } from "./file-source.ts";

/** One file of a commit's tree: its mode as git writes it (`100644`, `100755`, `120000`, `160000`). */
export interface TreeFile {
  readonly path: string;
  readonly mode: string;
}

export interface TreeSourceInit {
  title: string;
  /** Every file of the tree, recursively, relative to the project folder. */
  files: readonly TreeFile[];
  readBlob(path: string): Promise<Buffer>;
}

const link = "120000";
/** As many links in a row as Linux follows. */
const linkLimit = 40;

/** The files of a commit, from its blobs: what was committed, whatever the working tree or its filters say. */
export function treeSource({ title, files, readBlob }: TreeSourceInit): FileSource {
  const modes = new Map(files.map(({ path, mode }) => [path, mode]));
  const folders = new Set(files.flatMap(({ path }) => ancestors(path)));
  folders.add("");

  const resolve = async (path: string): Promise<string | undefined> => {
    let rest = pathInside(path);
    let done = "";
    for (let links = 0; rest !== "";) {
      const [first = "", ...others] = rest.split("/");
      const here = posix.join(done, first);
      if (modes.get(here) !== link) {
        done = here;
        rest = others.join("/");
        continue;
      }
      if (++links > linkLimit) return undefined;
      const target = (await readBlob(here)).toString();
      rest = throughLink(path, posix.dirname(here), target, others);
      done = "";
    }
    return done;
  };

  const kindOf = (path: string): FolderEntry["kind"] | undefined => {
    if (folders.has(path)) return "folder";
    return modes.get(path)?.startsWith("100") ? "file" : undefined;
  };

  return {
    title,
    async read(path) {
      const real = await resolve(path);
      if (real === undefined || kindOf(real) !== "file") return undefined;
      return { path: real, bytes: await readBlob(real) };
    },
    async list(folder) {
      const real = await resolve(folder);
      if (real === undefined || !folders.has(real)) return [];
      const entries: FolderEntry[] = [];
      for (const name of childNames(real, modes.keys())) {
        const target = await resolve(posix.join(real, name)).catch(() => undefined);
        const kind = target === undefined ? undefined : kindOf(target);
        if (kind !== undefined) entries.push({ name, kind });
      }
      return entries;
    },
  };
}

function throughLink(path: string, folder: string, target: string, others: string[]): string {
  const led = posix.join(folder, target, ...others);
  if (posix.isAbsolute(target) || led === ".." || led.startsWith("../"))
    throw versionErrors(
      "E_VERSION_FILE",
      `The path '${path}' leaves the project folder through a link, to ${target}`,
      { hint: "Name a file below the project folder, or replace the link by the file." },
    );
  return led === "." ? "" : led;
}

function ancestors(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join("/"));
}

function childNames(folder: string, paths: Iterable<string>): Set<string> {
  const start = folder === "" ? "" : `${folder}/`;
  const names = new Set<string>();
  for (const path of paths)
    if (path.startsWith(start)) names.add(path.slice(start.length).split("/")[0] ?? "");
  return names;
}
