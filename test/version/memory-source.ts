import { posix } from "node:path";
import type { FileSource } from "../../src/version/file-source.ts";
import { treeSource } from "../../src/version/tree-source.ts";

/** A project in memory: every file by its path; `-> target` is a link. */
export function memorySource(files: Readonly<Record<string, string | Buffer>>): FileSource {
  const folders = new Map<string, Map<string, { mode: string }>>([["", new Map()]]);
  const put = (path: string, mode: string): void => {
    const parent = posix.dirname(path) === "." ? "" : posix.dirname(path);
    if (!folders.has(parent)) {
      folders.set(parent, new Map());
      put(parent, "40000");
    }
    folders.get(parent)?.set(posix.basename(path), { mode });
  };
  for (const [path, content] of Object.entries(files)) {
    const isLink = typeof content === "string" && content.startsWith("-> ");
    put(path, isLink ? "120000" : "100644");
  }
  return treeSource({
    title: "memory",
    entries: (folder) => Promise.resolve(folders.get(folder)),
    readBlob: (path) => {
      const content = files[path] ?? "";
      return Promise.resolve(
        Buffer.isBuffer(content) ? content : Buffer.from(content.replace(/^-> /u, "")),
      );
    },
  });
}
