import * as fs from "node:fs";
import type { Stats } from "node:fs";
import { lstat, readlink, realpath, stat } from "node:fs/promises";
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
    : withoutWrongLinks(matches, pattern, cwd);
}

async function matching(pattern: string, cwd: string): Promise<readonly string[]> {
  const { glob } = await import("tinyglobby");
  const matches = await glob(pattern, {
    cwd,
    absolute: true,
    dot: true,
    onlyFiles: true,
    expandDirectories: false,
    fs: { realpath: asItStands, stat: statOfLink },
  });
  return matches.toSorted();
}

/** The walk asks for links alone where they lead, then what is there. */
const asItStands = Object.assign(
  (link: string, tell: (error: null, path: string) => void) => tell(null, link),
  fs.realpath,
);

/** A link to a file is found, and one to nothing, to be told; any other is passed over. */
const statOfLink = Object.assign(
  (link: string, tell: (error: Error | null, found: Stats) => void) =>
    fs.stat(link, (error, found) => {
      if (error !== null) fs.lstat(link, tell);
      else tell(found.isFile() ? null : new Error("a link to no file"), found);
    }),
  fs.stat,
);

async function withoutWrongLinks(
  paths: readonly string[],
  pattern: string,
  cwd: string,
): Promise<NamedFiles> {
  // Whoever writes `..` or an absolute path means to leave the working directory.
  const isOutward = isAbsolute(pattern) || pattern.split("/").includes("..");
  const root = isOutward ? "/" : await realpath(cwd);
  const problems = new Map<string, string>();
  for (const path of paths) {
    if (!(await lstat(path)).isSymbolicLink()) continue;
    const problem = await problemOfLink(path, root);
    if (problem !== undefined) problems.set(path, problem);
  }
  return { paths: paths.filter((path) => !problems.has(path)), problems: [...problems.values()] };
}

async function problemOfLink(link: string, root: string): Promise<string | undefined> {
  try {
    const real = await realpath(link);
    if (isInside(root, real)) return undefined;
    return `${link} is a link that leads out of the working directory, to ${real}: to take it, name it without a pattern.`;
  } catch {
    return `${link} is a link to nothing: ${await readlink(link)}`;
  }
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
