import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { notesNames, unknownNames } from "../../src/commits/index.ts";
import { changelogSection } from "../../src/gitlab/index.ts";
import type { StepContext, Values } from "../../src/step/index.ts";
import type { releaseInputs } from "./inputs.ts";

export interface Given<Value> {
  value: Value | undefined;
  problems: readonly string[];
}

export type NotesContext = Pick<StepContext, "cwd"> & {
  readonly inputs: Pick<
    Values<typeof releaseInputs>,
    "RELEASE_NOTES_FILE" | "RELEASE_NOTES_TEMPLATE" | "CHANGELOG_FILE" | "PROJECT_DIR"
  >;
};

/** The file of notes, where one is named. */
export async function readNotesFile({ inputs, cwd }: NotesContext): Promise<Given<string>> {
  const file = inputs.RELEASE_NOTES_FILE;
  if (file === undefined) return { value: undefined, problems: [] };
  return readText("RELEASE_NOTES_FILE", resolve(cwd, file));
}

/** The section of the version in the changelog, where it has one. */
export async function readChangelogNotes(
  { inputs, cwd }: NotesContext,
  version: string,
): Promise<string | undefined> {
  const path = resolve(cwd, inputs.PROJECT_DIR, inputs.CHANGELOG_FILE);
  const changelog = await readFile(path, "utf8").catch(() => "");
  return changelogSection(changelog, version);
}

/** The template of notes from commits: a text with names in braces, else the path of a file with one. */
export async function readTemplate({ inputs, cwd }: NotesContext): Promise<Given<string>> {
  const given = inputs.RELEASE_NOTES_TEMPLATE;
  if (given === undefined) return { value: undefined, problems: [] };
  const { value, problems } = /[{\n]/u.test(given)
    ? { value: given, problems: [] }
    : await readText("RELEASE_NOTES_TEMPLATE", resolve(cwd, given));
  const unknown = unknownNames(value ?? "").map(
    (name) =>
      `RELEASE_NOTES_TEMPLATE: {${name}} means nothing; write {{${name}}} for the text. Known are ${notesNames.map((known) => `{${known}}`).join(", ")}.`,
  );
  return { value, problems: [...problems, ...unknown] };
}

async function readText(name: string, path: string): Promise<Given<string>> {
  try {
    return { value: await readFile(path, "utf8"), problems: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { value: undefined, problems: [`${name} cannot be read: ${reason}.`] };
  }
}
