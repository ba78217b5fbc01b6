import {
  chmodSync,
  closeSync,
  futimesSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Parser, type ReadEntry } from "tar";
import { DamagedPackage } from "./damaged-package.ts";

/** Unpacks one or more tars into one folder that nobody else writes to. */
export interface TarUnpacker {
  /** Unpacks one whole tar, piece by piece. */
  unpack(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
}

const files = new Set(["File", "OldFile", "ContiguousFile"]);
const links = new Set(["Link", "SymbolicLink"]);

/**
 * Makes an unpacker that refuses whatever would write outside the folder: absolute paths, `..`, a way through a
 * link, and a path that comes twice with different contents. Modes keep their permissions, times are kept.
 *
 * It works synchronously, many small files being faster so, and is meant for a thread of its own.
 */
export function tarUnpacker(folder: string): TarUnpacker {
  const seen = new Map<string, "file" | "link" | "directory">();
  return {
    async unpack(pieces) {
      let failure: unknown;
      const parser = new Parser({
        strict: true,
        onReadEntry: (entry) => {
          // What a callback throws would end in the parser's own error event, without its type.
          try {
            take(folder, entry, seen, (error) => (failure ??= error));
          } catch (error) {
            failure ??= error;
            entry.resume();
          }
        },
      });
      const ended = new Promise<void>((settle, fail) => {
        parser.on("end", settle);
        parser.on("error", fail);
      });
      // The outcome is looked at below; until then a rejection must not count as unhandled.
      ended.catch(() => {});
      for await (const piece of pieces) {
        parser.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
        if (failure !== undefined) throw failure;
      }
      parser.end();
      await ended.catch((error: unknown) => {
        throw failure ?? new DamagedPackage("its tar is damaged or cut off", error);
      });
      if (failure !== undefined) throw failure;
    },
  };
}

type Seen = Map<string, "file" | "link" | "directory">;

function take(
  folder: string,
  entry: ReadEntry,
  seen: Seen,
  failed: (error: unknown) => void,
): void {
  const name = safeName(entry.path, seen);
  if (name === "") return void entry.resume();
  const path = join(folder, name);
  const isFile = files.has(entry.type);
  if (entry.type === "Directory") {
    makeFolder(path, name, seen);
    return void entry.resume();
  }
  makeFolder(dirname(path), dirname(name), seen);
  if (isFile) return takeFile(path, name, entry, seen, failed);
  if (!links.has(entry.type))
    throw new DamagedPackage(`it holds ${name}, which is neither file nor link (${entry.type})`);
  takeLink(folder, path, name, entry, seen);
  entry.resume();
}

/** @returns the path relative to the folder; empty for the folder itself. */
function safeName(path: string, seen: Seen): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.startsWith("/") || parts.includes("..") || path.includes("\0"))
    throw new DamagedPackage(`it would write outside its folder: ${JSON.stringify(path)}`);
  for (let count = 1; count < parts.length; count += 1) {
    const above = parts.slice(0, count).join("/");
    const kind = seen.get(above);
    if (kind === "link" || kind === "file")
      throw new DamagedPackage(`it would write through ${above}, which is no folder in it`);
  }
  return parts.join("/");
}

function makeFolder(path: string, name: string, seen: Seen): void {
  const kind = seen.get(name);
  if (kind === "directory") return;
  if (kind !== undefined) throw new DamagedPackage(`it holds ${name} twice, of different kinds`);
  mkdirSync(path, { recursive: true, mode: 0o755 });
  if (name !== "." && name !== "") seen.set(name, "directory");
}

function takeFile(
  path: string,
  name: string,
  entry: ReadEntry,
  seen: Seen,
  failed: (error: unknown) => void,
): void {
  if (seen.has(name)) return compare(path, name, entry, seen, failed);
  seen.set(name, "file");
  const mode = permissions(entry);
  const descriptor = openSync(path, "wx", mode);
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  entry.on("data", (chunk: Buffer) => {
    try {
      if (isOpen) writeAll(descriptor, chunk);
    } catch (error) {
      close();
      failed(error);
    }
  });
  entry.on("end", () => {
    if (!isOpen) return;
    const time = entry.mtime ?? new Date(0);
    futimesSync(descriptor, time, time);
    close();
    // The process's umask took bits away that the package has.
    chmodSync(path, mode);
  });
}

function writeAll(descriptor: number, chunk: Buffer): void {
  for (let at = 0; at < chunk.length;) at += writeSync(descriptor, chunk, at);
}

/** The same file twice is harmless; two different ones leave open which is meant. */
function compare(
  path: string,
  name: string,
  entry: ReadEntry,
  seen: Seen,
  failed: (error: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  const isSameKind = seen.get(name) === "file";
  entry.on("data", (chunk: Buffer) => chunks.push(chunk));
  entry.on("end", () => {
    if (!isSameKind || !readFileSync(path).equals(Buffer.concat(chunks)))
      failed(new DamagedPackage(`it holds ${name} twice, with different contents`));
  });
}

function takeLink(folder: string, path: string, name: string, entry: ReadEntry, seen: Seen): void {
  const target = entry.linkpath ?? "";
  if (seen.has(name)) throw new DamagedPackage(`it holds ${name} twice`);
  if (entry.type === "SymbolicLink") {
    symlinkSync(target, path);
    const time = entry.mtime ?? new Date(0);
    lutimesSync(path, time, time);
    seen.set(name, "link");
    return;
  }
  const existing = safeName(target, seen);
  if (seen.get(existing) !== "file")
    throw new DamagedPackage(`${name} in it is a link to ${target}, which is no file in it`);
  linkSync(join(folder, existing), path);
  seen.set(name, "file");
}

/** Permissions only: no set-uid, and always readable and writable for whoever unpacks. */
function permissions(entry: ReadEntry): number {
  return ((entry.mode ?? 0o644) & 0o777) | 0o400;
}
