import { readFile } from "node:fs/promises";
import { parseDotenv, renderDotenv } from "./dotenv.ts";
import { replaceFile } from "./replace-file.ts";

/** Outputs that earlier steps of the job left; none where there is no such file. */
export async function readOutputs(path: string): Promise<ReadonlyMap<string, string>> {
  try {
    return parseDotenv(await readFile(path, "utf8"));
  } catch {
    return new Map();
  }
}

/** Adds a step's outputs to the dotenv file. @returns what GitLab would not keep unharmed and is left out. */
export async function addOutputs(
  path: string,
  outputs: ReadonlyMap<string, string>,
): Promise<readonly { name: string; reason: string }[]> {
  const { content, leftOut } = renderDotenv(await readOutputs(path), outputs);
  await replaceFile(path, content);
  return leftOut;
}
