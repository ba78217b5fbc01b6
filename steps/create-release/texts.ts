import { gitlabError, parseLinks, type WantedLink } from "../../src/gitlab/index.ts";
import type { Place, StepContext, StepError, Values } from "../../src/step/index.ts";
import { readReleasePaths } from "../shared/release-paths.ts";
import { readChangelogNotes, readNotesFile, readTemplate } from "./given-notes.ts";
import type { releaseInputs } from "./inputs.ts";

/** What a release is made of, as far as the job says it. */
export interface Texts {
  links: readonly WantedLink[];
  /** Folders whose commits count. */
  paths: readonly string[];
  template: string | undefined;
  /** `undefined` where the commits are to tell. */
  givenNotes: string | undefined;
}

type TextsContext = Pick<StepContext, "cwd" | "variable"> & {
  readonly inputs: Values<typeof releaseInputs>;
};

/** A rule: whatever the inputs name can be read, and means something. */
export async function checkTexts(
  inputs: Values<typeof releaseInputs>,
  { cwd, environment }: Place,
): Promise<readonly StepError[]> {
  const variable = (name: string) => environment[name] || undefined;
  const { problems } = await readGiven({ inputs, cwd, variable });
  return problems.length === 0 ? [] : [wrongTexts(problems)];
}

/** @throws {StepError} E_RELEASE_INPUTS with everything that is wrong. */
export async function readTexts(
  context: TextsContext & Pick<StepContext, "log">,
  version: string,
): Promise<Texts> {
  const { inputs, log } = context;
  const { notes, problems, ...texts } = await readGiven(context);
  if (problems.length > 0) throw wrongTexts(problems);
  const isFromFile = inputs.RELEASE_NOTES_FILE !== undefined;
  const givenNotes = isFromFile ? notes : await readChangelogNotes(context, version);
  if (givenNotes !== undefined && !isFromFile)
    log.info(`Notes: the section ${version} of ${inputs.CHANGELOG_FILE}.`);
  if (givenNotes !== undefined && texts.template !== undefined)
    log.info("RELEASE_NOTES_TEMPLATE is not used: the notes are written already.");
  return { ...texts, givenNotes };
}

async function readGiven(context: TextsContext) {
  const { links, problems: wrongLinks } = parseLinks(context.inputs.RELEASE_LINKS ?? []);
  const { paths, problems: wrongPaths } = await readReleasePaths(context);
  const template = await readTemplate(context);
  const notes = await readNotesFile(context);
  const problems = [
    ...notes.problems,
    ...template.problems,
    ...wrongPaths,
    ...wrongLinks.map((problem) => `RELEASE_LINKS: ${problem}.`),
  ];
  return { links, paths, template: template.value, notes: notes.value, problems };
}

function wrongTexts(problems: readonly string[]): StepError {
  return gitlabError("E_RELEASE_INPUTS", problems.join("\n"));
}
