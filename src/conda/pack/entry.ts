import type { Content } from "./content.ts";
import type { RawPath } from "./raw-path.ts";

/** One member of the archive. */
export type Entry = {
  /** As in the archive, `arcroot` included. */
  path: RawPath;
  mode: number;
  mtimeSeconds: number;
} & (
  | { kind: "file"; content: Content }
  | { kind: "link"; target: RawPath }
  | { kind: "directory" }
);

/** Entries that are compressed together: a package's, the project's, the rest. */
export interface Group {
  kind: "conda" | "pip" | "rest";
  /** Empty for the rest. */
  name: string;
  version: string;
  entries: readonly Entry[];
}

export function sizeOf(entry: Entry): number {
  return entry.kind === "file" ? entry.content.packedBytes : 0;
}
