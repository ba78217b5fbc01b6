/** Which bytes of a file go into the archive, and what `conda-unpack` has to do about them. */
import type { Log } from "../../step/log.ts";
import { contentOfBytes, contentOfFile, readContent, type Content } from "./content.ts";
import { atPathBorders, locateInBinary } from "./locate-prefix.ts";
import { findOriginal, type Located } from "./original.ts";
import { canonicalPlaceholder } from "./placeholder.ts";
import {
  countHits,
  longestReplacement,
  recordPlaces,
  spliceIn,
  type PrefixRecord,
} from "./prefix-places.ts";
import {
  type DiskPath,
  folderName,
  fromDisk,
  onDisk,
  type RawPath,
  toRaw,
  toText,
} from "./raw-path.ts";
import type { PathFacts } from "./records.ts";
import type { Scanner } from "./scan.ts";
import { relocateShebang } from "./shebang.ts";

export interface Decision {
  content: Content;
  /** Whether the packed bytes differ from those in the environment. */
  isChanged: boolean;
  record?: PrefixRecord;
}

export interface DecisionContext {
  prefix: string;
  /** Put in place of the prefix now; no records then. */
  destPrefix?: string;
  scanner: Scanner;
  log: Log;
  /** Collects what has no room for the destination, so that all of it is told at once. */
  tooLong: { path: RawPath; mostBytes: number }[];
}

export interface FileToDecide {
  path: RawPath;
  sizeBytes: number;
  /** What the packages that own it say of it; empty for a file of pip's or nobody's. */
  facts: readonly PathFacts[];
  /** Extracted packages, as far as records name them. */
  sources: readonly string[];
}

export function decideContent(file: FileToDecide, context: DecisionContext): Decision {
  const base = findBase(file, context);
  const script = decideScript(file, base, context);
  return script ?? settle(file.path, base, context);
}

/** Where the prefix is in the file, and what shall stand there in the archive. */
type Base =
  | { kind: "as-is"; disk: DiskPath; sizeBytes: number }
  | (Located & { kind: "located"; placeholder: string });

function findBase(file: FileToDecide, context: DecisionContext): Base {
  const disk = onDisk(context.prefix, file.path);
  const asIs: Base = { kind: "as-is", disk, sizeBytes: file.sizeBytes };
  const known = file.facts.filter((facts) => facts.sha256 !== undefined && !facts.isMade);
  if (known.length > 0 && known.every((facts) => facts.placeholder === undefined)) return asIs;
  for (const { placeholder, sha256, ...facts } of known) {
    if (placeholder === undefined || sha256 === undefined) continue;
    for (const source of file.sources.length === 0 ? [undefined] : file.sources) {
      const original = findOriginal(
        { disk, path: file.path, sizeBytes: file.sizeBytes },
        { ...facts, placeholder, sha256 },
        { prefix: Buffer.from(context.prefix), source, scanner: context.scanner },
      );
      if (original) return { kind: "located", placeholder, ...original };
    }
  }
  return searchPrefix(file, asIs, known.length > 0, context);
}

/** For files nobody vouches for: what has the prefix gets a record, all others are copied. */
function searchPrefix(
  file: FileToDecide,
  asIs: Base & { kind: "as-is" },
  isManaged: boolean,
  { prefix, scanner, log }: DecisionContext,
): Base {
  const token = Buffer.from(prefix);
  const hits = atPathBorders(asIs.disk, scanner.find(asIs.disk, token), token.length, scanner);
  if (hits.length === 0) return asIs;
  const common = { kind: "located", file: asIs.disk, sizeBytes: file.sizeBytes, token } as const;
  if (scanner.isUtf8(asIs.disk) && !hasNul(asIs, scanner))
    return { ...common, placeholder: canonicalPlaceholder, places: { mode: "text", hits } };
  const places = locateInBinary(asIs.disk, token, scanner, 0);
  if (!isCString(asIs.disk, hits, scanner)) {
    log.warn(
      `${toText(file.path)} holds the path of the environment in a form that cannot be changed later; it is packed as it is`,
    );
    return asIs;
  }
  if (isManaged)
    log.warn(
      `${toText(file.path)} was changed after its installation; conda-unpack can only put a path of at most ${token.length} bytes into it`,
    );
  return { ...common, placeholder: prefix, places };
}

// NULs are valid UTF-8, but a file with NULs has strings of fixed places.
function hasNul({ disk, sizeBytes }: { disk: DiskPath; sizeBytes: number }, scanner: Scanner) {
  return scanner.findStringEnd(disk, 0, 0).end < sizeBytes;
}

// Compressed or pickled data may hold the path as well, but not as text up to a NUL.
function isCString(disk: DiskPath, hits: readonly number[], scanner: Scanner): boolean {
  return hits.every((hit) => {
    const { end } = scanner.findStringEnd(disk, hit, 0);
    const text = scanner.read(disk, hit, Math.min(end - hit, 65_536));
    return end - hit <= 65_536 && !/[\x00-\x08\x0e-\x1f\x7f]/.test(text.toString("latin1"));
  });
}

/** Scripts in `bin` start without an absolute path; only what is left of the prefix behind that line is recorded. */
function decideScript(file: FileToDecide, base: Base, context: DecisionContext) {
  if (folderName(file.path) !== "bin" || file.sizeBytes > 16 << 20) return undefined;
  if (base.kind === "located" && base.places.mode === "binary") return undefined;
  const disk = base.kind === "located" ? base.file : base.disk;
  if (context.scanner.read(disk, 0, 2).toString("latin1") !== "#!") return undefined;
  if (isStartable(context.destPrefix)) return undefined;
  const placeholder = base.kind === "located" ? base.placeholder : canonicalPlaceholder;
  const before = readContent(withReplacement(base, Buffer.from(placeholder))).toString("latin1");
  const after = relocateShebang(before, [toRaw(placeholder), toRaw(context.prefix)]);
  if (after === undefined) return undefined;
  return settleText(file.path, after, placeholder, context);
}

// An absolute destination is known now: the plain first line works there, without PATH.
function isStartable(destPrefix: string | undefined): boolean {
  return (
    destPrefix?.startsWith("/") === true &&
    !destPrefix.includes(" ") &&
    Buffer.byteLength(destPrefix) <= 100
  );
}

/** A text of our own making, in which the prefix of the environment may stand. */
export function decideText(path: RawPath, text: string, context: DecisionContext): Decision {
  return settleText(
    path,
    text.replaceAll(toRaw(context.prefix), canonicalPlaceholder),
    canonicalPlaceholder,
    context,
  );
}

function settleText(
  path: RawPath,
  /** As latin1. */
  text: string,
  placeholder: string,
  { destPrefix }: DecisionContext,
): Decision {
  const token = toRaw(placeholder);
  if (destPrefix !== undefined) {
    const bytes = Buffer.from(
      text.replaceAll(token, () => toRaw(destPrefix)),
      "latin1",
    );
    return { content: contentOfBytes(bytes), isChanged: true };
  }
  const bytes = Buffer.from(text, "latin1");
  const hits: number[] = [];
  for (let at = text.indexOf(token); at !== -1; at = text.indexOf(token, at + token.length))
    hits.push(at);
  const content = contentOfBytes(bytes);
  if (hits.length === 0) return { content, isChanged: true };
  return {
    content,
    isChanged: true,
    record: { path, placeholder, sizeBytes: bytes.length, mode: "text", hits },
  };
}

function settle(path: RawPath, base: Base, context: DecisionContext): Decision {
  if (base.kind === "as-is")
    return { content: contentOfFile(base.disk, base.sizeBytes), isChanged: false };
  const { token, places, placeholder } = base;
  const replacement = Buffer.from(context.destPrefix ?? placeholder);
  const mostBytes = longestReplacement(places, token.length);
  if (replacement.length > mostBytes) {
    context.tooLong.push({ path, mostBytes });
    return { content: contentOfFile(base.file, base.sizeBytes), isChanged: false };
  }
  const content = withReplacement(base, replacement);
  const isFromCache = fromDisk(base.file) !== fromDisk(onDisk(context.prefix, path));
  const isChanged = isFromCache || (countHits(places) > 0 && !replacement.equals(token));
  if (context.destPrefix !== undefined || countHits(places) === 0) return { content, isChanged };
  return {
    content,
    isChanged,
    record: recordPlaces(path, places, token.length, placeholder, content.packedBytes),
  };
}

function withReplacement(base: Base, replacement: Buffer): Content {
  if (base.kind === "as-is") return contentOfFile(base.disk, base.sizeBytes);
  const { file, sizeBytes, token, places } = base;
  return contentOfFile(file, sizeBytes, spliceIn(places, token.length, replacement));
}
