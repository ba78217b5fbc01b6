import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { changelogSection } from "../../src/gitlab/index.ts";
import type { StepContext } from "../../src/step/index.ts";

export interface Notes {
  /** `undefined` where the release shall have none of ours. */
  notes: string | undefined;
  problems: readonly string[];
}

/** The text of a release: a file of notes, else the section of the version in the changelog, else none of ours. */
export async function readNotes(
  { inputs, cwd, log }: { inputs: NotesInputs } & Pick<StepContext, "cwd" | "log">,
  version: string,
): Promise<Notes> {
  const given = inputs.RELEASE_NOTES_FILE;
  if (given !== undefined) {
    try {
      return { notes: await readFile(resolve(cwd, given), "utf8"), problems: [] };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { notes: undefined, problems: [`RELEASE_NOTES_FILE cannot be read: ${reason}.`] };
    }
  }
  const changelog = await readFile(
    resolve(cwd, inputs.PROJECT_DIR, inputs.CHANGELOG_FILE),
    "utf8",
  ).catch(() => "");
  const notes = changelogSection(changelog, version);
  if (notes !== undefined) log.info(`Notes: the section ${version} of ${inputs.CHANGELOG_FILE}.`);
  return { notes, problems: [] };
}

interface NotesInputs {
  readonly RELEASE_NOTES_FILE: string | undefined;
  readonly CHANGELOG_FILE: string;
  readonly PROJECT_DIR: string;
}
