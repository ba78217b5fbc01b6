import { posix } from "node:path";
import { type Conversion, readConversions } from "../../src/git/index.ts";
import {
  folderSource,
  isSameContent,
  overlaySource,
  planBump,
  type BumpPlan,
  type BumpRequest,
  type Edit,
  type SourceFile,
} from "../../src/version/index.ts";
import { bumpErrors } from "./errors.ts";
import type { Place } from "./release-commit.ts";

/**
 * The same bump on the working tree's own bytes: line ends that git changed on checkout stay. A file that holds the
 * result already, because an earlier run was stopped, needs no edit.
 *
 * @throws E_CHECKOUT_MODIFIED naming every file that holds neither.
 */
export async function planWorkingEdits(
  folder: string,
  committed: BumpPlan,
  request: BumpRequest,
  place: Place,
): Promise<Edit[]> {
  const working = folderSource(folder);
  const problems = new Map<string, "missing" | "modified">();
  const untouched: { path: string; after: Buffer }[] = [];
  for (const edit of committed.edits) {
    const file = await working.read(edit.path);
    if (!isRegular(file, edit)) problems.set(edit.path, "missing");
    else if (isSameContent(file.bytes, edit.before) || isPermitted(committed, file, edit))
      untouched.push({ path: edit.path, after: file.bytes });
    else if (!isSameContent(file.bytes, edit.after)) problems.set(edit.path, "modified");
  }
  if (problems.size > 0) throw await notAsCommitted(request.source.title, problems, place);
  const source = overlaySource(request.source, untouched);
  const { edits } = await planBump({ ...request, source });
  return edits.filter(({ path }) => untouched.some((file) => file.path === path));
}

/** What stands in the way of one file, and what to do about it. */
interface Obstacle {
  readonly text: string;
  readonly cure: string;
}

/** Asks, now that it matters, what git itself makes of the files on checkout. */
async function notAsCommitted(
  title: string,
  problems: ReadonlyMap<string, "missing" | "modified">,
  { repository, checkout, folder }: Place,
) {
  const fromTop = (path: string) => posix.join(folder, path);
  const paths = [...problems.keys()].map(fromTop);
  const conversions = await readConversions(repository.git, checkout, paths);
  const obstacles = Array.from(problems, ([path, how]) =>
    describeObstacle(path, how, conversions.get(fromTop(path))),
  );
  const told = obstacles.map(({ text }) => text).join(", ");
  return bumpErrors(
    "E_CHECKOUT_MODIFIED",
    `The files to edit are not as ${title} has them: ${told}`,
    { hint: [...new Set(obstacles.map(({ cure }) => cure))].join(" ") },
  );
}

function describeObstacle(
  path: string,
  how: "missing" | "modified",
  conversion: Conversion | undefined,
): Obstacle {
  if (conversion?.kind === "sparse" && how === "missing")
    return {
      text: `${path} (left out by the sparse checkout)`,
      cure: "Bring the files into the checkout: git sparse-checkout add FOLDER, or git sparse-checkout disable.",
    };
  if (conversion?.kind === "attribute" && how === "modified")
    return {
      text: `${path} (converted on checkout: ${conversion.what})`,
      cure: "Take working-tree-encoding and filter off the files with versions in .gitattributes: Slipway edits what is committed, byte for byte, and runs no conversion.",
    };
  return { text: `${path} (${how})`, cure: bumpErrors.table.E_CHECKOUT_MODIFIED.cure };
}

/** A link in place of the file, or of a folder on its path, would lead the edit elsewhere. */
function isRegular(file: SourceFile | undefined, { path }: Edit): file is SourceFile {
  return file !== undefined && file.path === path;
}

/** `allow_dirty` of the configuration: the file is edited as it is, and only its committed form is committed. */
function isPermitted({ texts }: BumpPlan, { bytes }: SourceFile, { after }: Edit): boolean {
  return texts.allowDirty && !isSameContent(bytes, after);
}
