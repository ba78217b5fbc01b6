import { gitFailed } from "./git.ts";
import type { Repository } from "./private-repository.ts";
import type { Sha } from "./sha.ts";

/** The paths of a commit's text files that hold a text, letter by letter. */
export async function filesWithText(
  { git, at }: Repository,
  commit: Sha,
  text: string,
): Promise<readonly string[]> {
  const args = [
    "grep",
    "--files-with-matches",
    "--null",
    "-I",
    "--fixed-strings",
    "--no-color",
    "-e",
    text,
    commit,
  ];
  const result = await git.run(args, at());
  if (result.exitCode > 1 || result.exitCode < 0) throw gitFailed(args, result);
  return result.stdout
    .toString()
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => line.slice(commit.length + 1));
}
