import { posix } from "node:path";
import { versionErrors } from "./errors.ts";
import { pathInside, type FileSource, type FolderEntry } from "./file-source.ts";

export interface TreeSourceInit {
  title: string;
  /**
   * What lies directly in a folder of the tree, by name, with its mode as git writes it (`40000`, `100644`, `100755`,
   * `120000`, `160000`); `undefined` where there is no such folder. `""` is the project folder.
   */
  entries(folder: string): Promise<ReadonlyMap<string, { readonly mode: string }> | undefined>;
  readBlob(path: string): Promise<Buffer>;
}

const link = "120000";
/** As many links in a row as Linux follows. */
const linkLimit = 40;

/** Where a path leads after all links. */
interface Place {
  readonly path: string;
  readonly kind: FolderEntry["kind"];
}

/** The files of a commit, from its blobs: what was committed, whatever the working tree or its filters say. */
export function treeSource({ title, entries, readBlob }: TreeSourceInit): FileSource {
  const resolve = async (path: string): Promise<Place | undefined> => {
    let rest = pathInside(path);
    let here: Place = { path: "", kind: "folder" };
    for (let links = 0; rest !== "";) {
      const [first = "", ...others] = rest.split("/");
      const mode =
        here.kind === "folder" ? (await entries(here.path))?.get(first)?.mode : undefined;
      const kind = mode === undefined ? undefined : kindOf(mode);
      const next = posix.join(here.path, first);
      if (mode === link) {
        if (++links > linkLimit) return undefined;
        const target = (await readBlob(next)).toString();
        rest = throughLink(path, here.path, target, others);
        here = { path: "", kind: "folder" };
      } else if (kind === undefined) {
        return undefined;
      } else {
        here = { path: next, kind };
        rest = others.join("/");
      }
    }
    return here;
  };

  return {
    title,
    async read(path) {
      const place = await resolve(path);
      if (place?.kind !== "file") return undefined;
      return { path: place.path, bytes: await readBlob(place.path) };
    },
    async list(folder) {
      const place = await resolve(folder);
      if (place?.kind !== "folder") return [];
      const found: FolderEntry[] = [];
      for (const name of (await entries(place.path))?.keys() ?? []) {
        const target = await resolve(posix.join(place.path, name)).catch(() => undefined);
        if (target !== undefined) found.push({ name, kind: target.kind });
      }
      return found;
    },
  };
}

function kindOf(mode: string): FolderEntry["kind"] | undefined {
  if (mode === "40000") return "folder";
  return mode.startsWith("100") ? "file" : undefined;
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
