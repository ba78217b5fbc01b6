import { readFile } from "node:fs/promises";
import type { Redactor } from "../redact/redactor.ts";
import { parseDotenv, renderDotenv } from "./dotenv.ts";
import { replaceFile } from "./replace-file.ts";

/**
 * Outputs that earlier steps of the job left; none where there is no such file.
 *
 * @throws {NodeJS.ErrnoException} where there is one that cannot be read: replacing it would lose them.
 */
export async function readOutputs(path: string): Promise<ReadonlyMap<string, string>> {
  try {
    return parseDotenv(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Map();
    throw error;
  }
}

/**
 * Adds a step's outputs to the dotenv file.
 *
 * @returns what GitLab would not keep unharmed, or must not be seen, and is left out.
 */
export async function addOutputs(
  path: string,
  outputs: ReadonlyMap<string, string>,
  redactor: Redactor,
): Promise<readonly { name: string; reason: string }[]> {
  const { content, leftOut } = renderDotenv(await readOutputs(path), outputs, (value) =>
    redactor.masks(value),
  );
  await replaceFile(path, content);
  return leftOut;
}
