import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { humanSize } from "../step/index.ts";
import { gitlabError } from "./errors.ts";
import type { LocalFile } from "./local-file.ts";
import { nameProblem } from "./package-names.ts";

export interface FileSelection {
  /** Names or patterns, relative to `cwd`. */
  patterns: readonly string[];
  cwd: string;
  /** Largest file that the registry takes, in bytes. */
  limit: number;
}

/**
 * Finds the files to upload and checks all of them before anything is sent (H23, H24).
 *
 * @throws {StepError} E_PACKAGE_FILES, E_PACKAGE_NAME or E_PACKAGE_TOO_LARGE, with every problem there is.
 */
export async function selectFiles({
  patterns,
  cwd,
  limit,
}: FileSelection): Promise<readonly LocalFile[]> {
  const found = await Promise.all(patterns.map((pattern) => expand(pattern, cwd)));
  const missing = patterns.filter((_, index) => found[index]?.length === 0);
  const paths = [...new Set(found.flat())];
  const files = await Promise.all(paths.map(describe));

  const absent = missing.map((pattern) => `No file is named ${JSON.stringify(pattern)} in ${cwd}.`);
  const misnamed = files.flatMap(({ name }) => nameProblem("file", name) ?? []);
  const large = files
    .filter(({ size }) => size > limit)
    .map(
      ({ name, size }) =>
        `${name} has ${size} bytes (${humanSize(size)}); the registry takes ${limit} (${humanSize(limit)}).`,
    );
  const empty = files
    .filter(({ size }) => size === 0)
    .map(({ path }) => `${path} is empty (0 bytes); the registry takes no file without content.`);
  const problems = [...absent, ...clashes(files), ...misnamed, ...large, ...empty];
  if (problems.length === 0) return files;
  const code =
    problems.length === large.length
      ? "E_PACKAGE_TOO_LARGE"
      : problems.length === misnamed.length
        ? "E_PACKAGE_NAME"
        : "E_PACKAGE_FILES";
  throw gitlabError(code, problems.join("\n"));
}

async function expand(pattern: string, cwd: string): Promise<readonly string[]> {
  // A name is a name first: brackets and braces may be part of it.
  const literal = resolve(cwd, pattern);
  const itself = await stat(literal).catch(() => undefined);
  if (itself?.isFile() === true) return [literal];
  const { glob } = await import("tinyglobby");
  const matches = await glob(pattern, {
    cwd,
    absolute: true,
    dot: true,
    onlyFiles: true,
    expandDirectories: false,
    followSymbolicLinks: false,
  });
  return matches.toSorted();
}

async function describe(path: string): Promise<LocalFile> {
  const { size, mtimeNs } = await stat(path, { bigint: true });
  return { name: basename(path), path, size: Number(size), changedNs: mtimeNs };
}

function clashes(files: readonly LocalFile[]): readonly string[] {
  return [...Map.groupBy(files, ({ name }) => name)]
    .filter(([, same]) => same.length > 1)
    .map(
      ([name, same]) =>
        `${same.length} files would be ${name} in the registry: ${same.map(({ path }) => path).join(", ")}.`,
    );
}
