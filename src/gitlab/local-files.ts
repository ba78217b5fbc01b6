import { access, constants, stat } from "node:fs/promises";
import { basename } from "node:path";
import { humanSize, type StepError } from "../step/index.ts";
import { gitlabError } from "./errors.ts";
import type { LocalFile } from "./local-file.ts";
import { findNamed, messageOf } from "./named-files.ts";
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
export async function selectFiles(selection: FileSelection): Promise<readonly LocalFile[]> {
  const { files, problem } = await judge(selection);
  if (problem !== undefined) throw problem;
  return files;
}

/** The same as a rule across inputs: what is wrong with the files, told with whatever else is wrong. */
export async function checkFiles(selection: FileSelection): Promise<readonly StepError[]> {
  const { problem } = await judge(selection);
  return problem === undefined ? [] : [problem];
}

async function judge({
  patterns,
  cwd,
  limit,
}: FileSelection): Promise<{ files: readonly LocalFile[]; problem: StepError | undefined }> {
  const named = await Promise.all(patterns.map((pattern) => findNamed(pattern, cwd)));
  const paths = [...new Set(named.flatMap((found) => found.paths))];
  const looks = await Promise.all(paths.map(look));
  const files = looks.filter((found) => typeof found !== "string");

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
  const problems = [
    ...named.flatMap((found) => found.problems),
    ...looks.filter((found) => typeof found === "string"),
    ...clashes(files),
    ...misnamed,
    ...large,
    ...empty,
  ];
  if (problems.length === 0) return { files, problem: undefined };
  const code =
    problems.length === large.length
      ? "E_PACKAGE_TOO_LARGE"
      : problems.length === misnamed.length
        ? "E_PACKAGE_NAME"
        : "E_PACKAGE_FILES";
  return { files, problem: gitlabError(code, problems.join("\n")) };
}

/** @returns why the file cannot be read, where it cannot: others would be published before that is found. */
async function look(path: string): Promise<LocalFile | string> {
  try {
    await access(path, constants.R_OK);
    const { size, mtimeNs } = await stat(path, { bigint: true });
    return { name: basename(path), path, size: Number(size), changedNs: mtimeNs };
  } catch (error) {
    return `${path} cannot be read: ${messageOf(error)}.`;
  }
}

function clashes(files: readonly LocalFile[]): readonly string[] {
  return [...Map.groupBy(files, ({ name }) => name)]
    .filter(([, same]) => same.length > 1)
    .map(
      ([name, same]) =>
        `${same.length} files would be ${name} in the registry: ${same.map(({ path }) => path).join(", ")}.`,
    );
}
