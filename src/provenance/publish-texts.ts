import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  removeOlderCopies,
  selectFiles,
  type UploadedFile,
  uploadFiles,
  type UploadPlan,
} from "../gitlab/index.ts";
import { asUnwritable } from "../step/translate.ts";

/** Where documents go: the plan of the files that they speak of, and a private folder. */
export interface Publication extends Omit<UploadPlan, "files"> {
  readonly workFolder: string;
}

/**
 * Uploads small documents, each proved by its digest like any file: what is there with the same bytes stays, other
 * bytes under a release are a conflict (H10).
 *
 * @param texts by name.
 */
export async function publishTexts(
  publication: Publication,
  texts: ReadonlyMap<string, string>,
): Promise<readonly UploadedFile[]> {
  if (texts.size === 0) return [];
  const paths: string[] = [];
  for (const [name, text] of texts) paths.push(await writeText(publication, name, text));
  const files = await selectFiles({
    patterns: paths,
    cwd: publication.workFolder,
    limit: publication.limit,
  });
  const upload = uploadFiles({ ...publication, files });
  const there = await upload.isDone();
  if (there !== false) return there.files;
  await upload.apply();
  const { files: uploaded } = await upload.verify();
  if (publication.replaceable) await removeOlder({ ...publication, files });
  return uploaded;
}

/** Writes a document into the private folder. @returns its path. @throws {StepError} E_DISK, for one */
export async function writeText(
  { workFolder }: Pick<Publication, "workFolder">,
  name: string,
  text: string,
): Promise<string> {
  const path = join(workFolder, name);
  await writeFile(path, text).catch((error: unknown) => {
    throw asUnwritable("TMPDIR", workFolder, error);
  });
  return path;
}

async function removeOlder(plan: UploadPlan): Promise<void> {
  const older = removeOlderCopies(plan);
  if ((await older.isDone()) === false) await older.apply();
}
