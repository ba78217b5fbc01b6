import { lstat, readlink, realpath, stat } from "node:fs/promises";
import { stat as statWithCallback, type Stats } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";

/** The files that a name or a pattern means, and what keeps it from meaning any more. */
export interface NamedFiles {
  /** Absolute paths of regular files, and of links to such. */
  paths: readonly string[];
  problems: readonly string[];
}

/**
 * Finds what a name or a pattern means.
 *
 * A link to a file is a file under the link's name. A pattern does not walk into links to folders that it does not name
 * itself: the same files would be there twice, or without end. What leads out of the working directory has to be named.
 */
export async function findNamed(pattern: string, cwd: string): Promise<NamedFiles> {
  // A name is a name first: brackets and braces may be part of it.
  const literal = resolve(cwd, pattern);
  const shown = JSON.stringify(pattern);
  try {
    const itself = await stat(literal);
    if (itself.isFile()) return { paths: [literal], problems: [] };
    if (!itself.isDirectory())
      return none(`${shown} is neither a file nor a folder but a device, a pipe or a socket.`);
    const folder = pattern.replace(/\/+$/, "");
    return none(`${shown} is a folder: for the files in it write ${folder}/*.`);
  } catch (error) {
    if (systemCode(error) === "EACCES")
      return none(`${shown} cannot be looked at: ${messageOf(error)}.`);
  }
  const target = await readlink(literal).catch(() => undefined);
  if (target !== undefined) return none(`${shown} is a link to nothing: ${target}`);
  const matches = await matching(pattern, cwd);
  return matches.length === 0
    ? none(`No file is named ${shown} in ${cwd}.`)
    : withoutOutward(matches, pattern, cwd);
}

async function matching(pattern: string, cwd: string): Promise<readonly string[]> {
  const { glob } = await import("tinyglobby");
  const matches = await glob(pattern, {
    cwd,
    absolute: true,
    dot: true,
    onlyFiles: true,
    expandDirectories: false,
    fs: { stat: statOfFiles },
  });
  return matches.toSorted();
}

/** It is asked for the targets of links alone; what cannot be looked at is passed over. */
const statOfFiles = Object.assign(
  (path: string, tell: (error: Error | null, found: Stats) => void) =>
    statWithCallback(path, (error, found) => {
      const isFile = error === null && found.isFile();
      tell(isFile ? null : (error ?? new Error("a link to a folder")), found);
    }),
  statWithCallback,
);

/** Whoever writes `..` or an absolute path means to leave the working directory. */
async function withoutOutward(
  paths: readonly string[],
  pattern: string,
  cwd: string,
): Promise<NamedFiles> {
  if (isAbsolute(pattern) || pattern.split("/").includes("..")) return { paths, problems: [] };
  const realCwd = await realpath(cwd);
  const problems: string[] = [];
  for (const path of paths) {
    if (!(await lstat(path)).isSymbolicLink()) continue;
    const real = await realpath(path);
    if (isInside(realCwd, real)) continue;
    problems.push(
      `${path} is a link that leads out of the working directory, to ${real}: to take it, name it without a pattern.`,
    );
  }
  return { paths, problems };
}

function none(problem: string): NamedFiles {
  return { paths: [], problems: [problem] };
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith("../");
}

/** What the system says, without the call and the path that Node.js puts behind it. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(", ", 1)[0] ?? message;
}

function systemCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
