import { createHash } from "node:crypto";
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  lutimesSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type { PackagePath } from "../packages/package-info.ts";
import { replaceInBinary, replaceInText } from "./prefix-replacement.ts";

/** How a file came into the environment; the numbers are those of conda's records. */
export type LinkType = "hard" | "copy";

/** What was placed. */
export interface Placed {
  readonly sha256: string | undefined;
  readonly sha256InPrefix: string | undefined;
  readonly sizeBytes: number | undefined;
}

/** Places files of the package cache in one environment. */
export interface Placer {
  place(source: string, path: PackagePath, target: string, prefix: string): Placed;
  /** `hard` until a link failed for the first time. */
  readonly linkType: LinkType;
}

const noLinks = new Set(["EXDEV", "EMLINK", "EPERM", "EACCES", "ENOTSUP"]);

/**
 * Makes a placer that links where it can: a hard link, else a reflink, else a copy. What is rewritten is always a
 * new file, so that nothing ever writes through a link into the cache.
 */
export function filePlacer(): Placer {
  let linkType: LinkType = "hard";
  const linkOrCopy = (source: string, target: string): void => {
    if (linkType === "hard")
      try {
        return linkSync(source, target);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "";
        if (!noLinks.has(code)) throw error;
        // Too many links are the matter of one file; another file system is that of all.
        if (code !== "EMLINK") linkType = "copy";
      }
    copyKeeping(source, target);
  };
  return {
    get linkType() {
      return linkType;
    },
    place(source, path, target, prefix) {
      const found = lstatSync(source);
      if (path.type === "softlink" || found.isSymbolicLink()) {
        symlinkSync(readlinkSync(source), target);
        lutimesSync(target, found.atime, found.mtime);
        // What the link leads to may have been rewritten, so only the package's own digest is known.
        return { sha256: path.sha256, sha256InPrefix: undefined, sizeBytes: path.sizeBytes };
      }
      if (path.placeholder !== undefined) return rewrite(source, path, target, prefix);
      if (path.noLink) copyKeeping(source, target);
      else linkOrCopy(source, target);
      return asIs(path, found.size, source);
    },
  };
}

function rewrite(source: string, path: PackagePath, target: string, prefix: string): Placed {
  const content = readFileSync(source);
  const { text = "", mode = "text" } = path.placeholder ?? {};
  const replaced =
    mode === "text" ? replaceInText(content, text, prefix) : replaceInBinary(content, text, prefix);
  const { mode: permissions, atime, mtime } = lstatSync(source);
  writeFileSync(target, replaced, { flag: "wx" });
  chmodSync(target, permissions & 0o777);
  utimesSync(target, atime, mtime);
  return {
    sha256: path.sha256 ?? sha256(content),
    sha256InPrefix: sha256(replaced),
    sizeBytes: path.sizeBytes ?? content.length,
  };
}

function asIs(path: PackagePath, size: number, source: string): Placed {
  // Packages from before paths.json name no digests.
  const digest = path.sha256 ?? sha256(readFileSync(source));
  return { sha256: digest, sha256InPrefix: digest, sizeBytes: path.sizeBytes ?? size };
}

function copyKeeping(source: string, target: string): void {
  const { mode, atime, mtime } = lstatSync(source);
  copyFileSync(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  chmodSync(target, mode & 0o777);
  utimesSync(target, atime, mtime);
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
