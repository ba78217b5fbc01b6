import { realpathSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";

/** A file that a pattern of an input matches. */
export interface FoundFile {
  /** Where it is. */
  file: string;
  /** Relative to the working directory, with `/`. */
  path: string;
  bytes: number;
  modifiedMs: number;
  /** Why it must not be read. */
  refusal: string | undefined;
}

export interface FoundFiles {
  files: FoundFile[];
  /** Positive patterns without any file, each with what is there instead. */
  missing: { pattern: string; note: string | undefined }[];
}

/** More are a mistake in the pattern. */
export const mostFiles = 50_000;

/**
 * Finds the files of glob patterns; `!` excludes. Each file is there once, however many patterns and links lead to it.
 *
 * @param excluded a folder that is never looked into: the report folder holds reports of its own
 */
export async function findFiles(
  patterns: readonly string[],
  cwd: string,
  excluded: string,
): Promise<FoundFiles> {
  const positive = patterns.filter((pattern) => !pattern.startsWith("!"));
  const negative = patterns.filter((pattern) => pattern.startsWith("!"));
  const found = new Map<string, FoundFile>();
  const missing: FoundFiles["missing"] = [];
  const realCwd = realpathSync(cwd);
  for (const pattern of positive) {
    const paths = await matching(pattern, negative, cwd, excluded);
    if (paths.length === 0) missing.push({ pattern, note: await noteOn(pattern, cwd) });
    for (const path of paths) add(found, path, { cwd, realCwd, pattern });
  }
  const files = [...found.values()].toSorted((one, other) => compare(one.path, other.path));
  return { files: files.slice(0, mostFiles), missing };
}

async function matching(
  pattern: string,
  negative: readonly string[],
  cwd: string,
  excluded: string,
): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  const ignore = [
    ...negative.map((excludedPattern) => excludedPattern.slice(1)),
    `${toPattern(relative(cwd, excluded) || excluded)}/**`,
  ];
  // A name with characters that mean something in patterns may be meant as it stands.
  const literal = await isFile(resolve(cwd, pattern));
  const wanted = literal ? toPattern(pattern) : pattern.replace(/^\.\//, "");
  const options = { cwd, ignore, dot: true, onlyFiles: true, expandDirectories: false };
  const paths = await glob([wanted], { ...options, absolute: true });
  return paths.map((path) => resolve(cwd, path));
}

/** Without waiting: ten thousand files are looked at one after the other in no time. */
function add(
  found: Map<string, FoundFile>,
  file: string,
  { cwd, realCwd, pattern }: { cwd: string; realCwd: string; pattern: string },
): void {
  const path = relative(cwd, file).split(sep).join("/");
  try {
    const real = realpathSync.native(file);
    if (found.has(real)) return;
    const { size, mtimeMs } = statSync(real);
    const leadsOut = !isInside(realCwd, real) && isInside(cwd, file) && !isOutward(pattern);
    found.set(real, {
      file: real,
      path,
      bytes: size,
      modifiedMs: mtimeMs,
      refusal: leadsOut ? "the link leads out of the working directory" : undefined,
    });
  } catch (cause) {
    const refusal = cause instanceof Error ? cause.message : String(cause);
    found.set(file, { file, path, bytes: 0, modifiedMs: 0, refusal });
  }
}

/** What is at a pattern that matches no file. */
async function noteOn(pattern: string, cwd: string): Promise<string | undefined> {
  try {
    const found = await stat(resolve(cwd, pattern));
    return found.isDirectory()
      ? "it is a directory: write a pattern of files, such as DIRECTORY/*.xml"
      : undefined;
  } catch {
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

/** Whoever writes such a pattern means to leave the working directory. */
function isOutward(pattern: string): boolean {
  return isAbsolute(pattern) || pattern.split("/").includes("..");
}

function toPattern(path: string): string {
  return path
    .split(sep)
    .join("/")
    .replaceAll(/[\\$^*+?()[\]{}!|@#]/g, String.raw`\$&`);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
