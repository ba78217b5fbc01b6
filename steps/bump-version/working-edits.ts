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
): Promise<Edit[]> {
  const working = folderSource(folder);
  const problems: string[] = [];
  const untouched: { path: string; after: Buffer }[] = [];
  for (const edit of committed.edits) {
    const file = await working.read(edit.path);
    if (!isRegular(file, edit)) problems.push(`${edit.path} (missing)`);
    else if (isSameContent(file.bytes, edit.before) || isPermitted(committed, file, edit))
      untouched.push({ path: edit.path, after: file.bytes });
    else if (!isSameContent(file.bytes, edit.after)) problems.push(`${edit.path} (modified)`);
  }
  if (problems.length > 0)
    throw bumpErrors(
      "E_CHECKOUT_MODIFIED",
      `The files to edit are not as ${request.source.title} has them: ${problems.join(", ")}`,
    );
  const source = overlaySource(request.source, untouched);
  const { edits } = await planBump({ ...request, source });
  return edits.filter(({ path }) => untouched.some((file) => file.path === path));
}

/** A link in place of the file, or of a folder on its path, would lead the edit elsewhere. */
function isRegular(file: SourceFile | undefined, { path }: Edit): file is SourceFile {
  return file !== undefined && file.path === path;
}

/** `allow_dirty` of the configuration: the file is edited as it is, and only its committed form is committed. */
function isPermitted({ texts }: BumpPlan, { bytes }: SourceFile, { after }: Edit): boolean {
  return texts.allowDirty && !isSameContent(bytes, after);
}
