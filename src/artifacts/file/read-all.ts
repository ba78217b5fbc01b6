import { readFile, stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { Log } from "../../step/log.ts";
import { artifactsError } from "../errors.ts";
import { Findings } from "./findings.ts";
import type { ArtifactsFile } from "./model.ts";
import { readArtifactsFile } from "./read.ts";

/**
 * Reads every file that the names and patterns mean, in the order of their paths.
 *
 * @throws {StepError} E_ARTIFACTS_FILE with everything that is wrong in any of them.
 */
export async function readArtifactsFiles(
  patterns: readonly string[],
  cwd: string,
  log: Log,
): Promise<{ files: readonly ArtifactsFile[]; findings: Findings }> {
  const found = await Promise.all(patterns.map((pattern) => expand(pattern, cwd)));
  const missing = patterns.filter((_, index) => found[index]?.length === 0);
  if (missing.length > 0)
    throw artifactsError(
      "E_ARTIFACTS_FILE",
      missing.map((pattern) => `No file is named ${JSON.stringify(pattern)} in ${cwd}.`).join("\n"),
    );
  const findings = new Findings();
  const paths = [...new Set(found.flat())].toSorted();
  const files = await Promise.all(
    paths.map(async (path) =>
      readArtifactsFile(relative(cwd, path), await readFile(path, "utf8"), findings),
    ),
  );
  for (const warning of findings.warnings.splice(0)) log.warn(warning);
  return { files, findings };
}

async function expand(pattern: string, cwd: string): Promise<readonly string[]> {
  // A name is a name first: brackets and braces may be part of it.
  const literal = resolve(cwd, pattern);
  const itself = await stat(literal).catch(() => undefined);
  if (itself?.isFile() === true) return [literal];
  const { glob } = await import("tinyglobby");
  return glob(pattern, { cwd, absolute: true, onlyFiles: true, expandDirectories: false });
}
