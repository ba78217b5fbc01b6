import { gitText } from "../git/repository.ts";
import type { Project } from "../world/model.ts";

// What git calls the content of nothing.
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** The files that differ between two commits, each with its text as git prints it. */
export async function listDiffs(project: Project, from: string | undefined, to: string) {
  const ends = [from ?? emptyTree, to];
  const options = ["-r", "-M", "--no-ext-diff", "--no-textconv"];
  const raw = await gitText(project.repository, ["diff-tree", ...options, "-z", "--raw", ...ends]);
  const fields = raw.split("\0");
  const diffs = [];
  for (let at = 0; at < fields.length - 1;) {
    const [, oldMode = "", newMode = "", state = ""] =
      /^:(\d+) (\d+) [0-9a-f]+ [0-9a-f]+ ([A-Z])/.exec(fields[at] ?? "") ?? [];
    const isRename = state === "R" || state === "C";
    const oldPath = fields[at + 1] ?? "";
    const newPath = isRename ? (fields[at + 2] ?? "") : oldPath;
    at += isRename ? 3 : 2;
    const paths = isRename ? [oldPath, newPath] : [oldPath];
    const literal = paths.map((path) => `:(literal)${path}`);
    const args = ["diff-tree", ...options, "-p", ...ends, "--", ...literal];
    const patch = await gitText(project.repository, args);
    diffs.push({
      diff: patch.includes("\n@@") ? `${patch.slice(patch.indexOf("\n@@") + 1)}\n` : "",
      collapsed: false,
      too_large: false,
      new_path: newPath,
      old_path: oldPath,
      a_mode: oldMode === "000000" ? "0" : oldMode,
      b_mode: newMode === "000000" ? "0" : newMode,
      new_file: state === "A",
      renamed_file: isRename,
      deleted_file: state === "D",
      generated_file: null,
    });
  }
  return diffs;
}
