import type { FileSource } from "../../src/version/file-source.ts";
import { treeSource } from "../../src/version/tree-source.ts";

/** A project in memory: every file by its path; `-> target` is a link. */
export function memorySource(files: Readonly<Record<string, string | Buffer>>): FileSource {
  return treeSource({
    title: "memory",
    files: Object.entries(files).map(([path, content]) => ({
      path,
      mode: typeof content === "string" && content.startsWith("-> ") ? "120000" : "100644",
    })),
    readBlob: (path) => {
      const content = files[path] ?? "";
      return Promise.resolve(
        Buffer.isBuffer(content) ? content : Buffer.from(content.replace(/^-> /u, "")),
      );
    },
  });
}
