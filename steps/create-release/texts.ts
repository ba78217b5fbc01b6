import { gitlabError, parseLinks, type WantedLink } from "../../src/gitlab/index.ts";
import type { StepContext, Values } from "../../src/step/index.ts";
import { readReleasePaths } from "../shared/release-paths.ts";
import { readGivenNotes, readTemplate } from "./given-notes.ts";
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

/** @throws {StepError} E_RELEASE_INPUTS with everything that is wrong. */
export async function readTexts(
  context: StepContext & { readonly inputs: Values<typeof releaseInputs> },
  version: string,
): Promise<Texts> {
  const { inputs, log } = context;
  const { links, problems: wrongLinks } = parseLinks(inputs.RELEASE_LINKS ?? []);
  const { paths, problems: wrongPaths } = await readReleasePaths(context);
  const template = await readTemplate(context);
  const notes = await readGivenNotes(context, version);
  const problems = [
    ...notes.problems,
    ...template.problems,
    ...wrongPaths,
    ...wrongLinks.map((problem) => `RELEASE_LINKS: ${problem}.`),
  ];
  if (problems.length > 0) throw gitlabError("E_RELEASE_INPUTS", problems.join("\n"));
  if (notes.value !== undefined && template.value !== undefined)
    log.info("RELEASE_NOTES_TEMPLATE is not used: the notes are written already.");
  return { links, paths, template: template.value, givenNotes: notes.value };
}
