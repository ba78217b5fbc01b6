import type { Replacement, Span } from "../config/text-span.ts";
import { versionErrors } from "../errors.ts";

/** Whose versions a place spells: it decides how a development version without a model is written. */
export type Ecosystem = "python" | "node" | "rust" | "jvm" | "helm";

/** How the bytes of a file are turned into text and back: `latin1` keeps every byte of any file. */
export type Encoding = "utf8" | "latin1";

/** A place that is known to hold the version of the project. */
export interface VersionPlace {
  /** Relative to the project folder. */
  readonly path: string;
  /** For messages: `[project] version`. */
  readonly title: string;
  readonly ecosystem: Ecosystem;
  readonly version: string;
  /** The characters of the version in the decoded file. */
  readonly span: Span;
  /** Whether it only repeats another place (a lock file), so that its own text does not matter. */
  readonly isMirror: boolean;
  /** By default UTF-8. */
  readonly encoding?: Encoding;
  /** How another version is written, where that is not its text in the span. */
  write?(version: string): readonly Replacement[];
}

/** Decodes a file that holds a version. @throws E_VERSION_FILE where it is not UTF-8. */
export function decodeFile(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw versionErrors("E_VERSION_FILE", `'${path}' is not UTF-8`, {
      hint: "Name the file in a .bumpversion.cfg, which edits bytes.",
      cause: error,
    });
  }
}

/** Decodes a file that may be older than UTF-8, so that it can be written back byte for byte. */
export function decodeAny(bytes: Buffer): { text: string; encoding: Encoding } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, encoding: "utf8" };
  } catch {
    return { text: bytes.toString("latin1"), encoding: "latin1" };
  }
}
