import { connectGitLab, publishNote } from "../../src/gitlab/index.ts";
import { noteMarker, noteText } from "../../src/reports/show/note.ts";
import type { View } from "../../src/reports/show/view.ts";
import type { Effect, StepContext, Values } from "../../src/step/index.ts";
import type { workInputs } from "./inputs.ts";

type Given = Values<typeof workInputs>;

/** Plans the note of the merge request; where there is none, or no token that may write one, it says so. */
export function planNote(view: View, inputs: Given, context: StepContext): Effect[] {
  const { variable, log, redactor } = context;
  const mergeRequest = variable("CI_MERGE_REQUEST_IID");
  const { GITLAB_API, GITLAB_PROJECT } = inputs;
  if (mergeRequest === undefined) {
    log.info("No note is written: this is no pipeline of a merge request (CI_MERGE_REQUEST_IID).");
    return [];
  }
  if (inputs.GITLAB_TOKEN === undefined && inputs.CI_PROJECT_PASSWORD === undefined) {
    log.warn(
      "No note is written: it needs GITLAB_TOKEN or CI_PROJECT_PASSWORD with the scope api; the job token may only read notes.",
    );
    return [];
  }
  if (GITLAB_API === undefined || GITLAB_PROJECT === undefined) {
    log.warn("No note is written: GITLAB_API and GITLAB_PROJECT say where the merge request is.");
    return [];
  }
  const gitlab = connectGitLab({ ...context, inputs: { ...inputs, GITLAB_API, GITLAB_PROJECT } }, [
    "GITLAB_TOKEN",
    "CI_PROJECT_PASSWORD",
  ]);
  const job = variable("CI_JOB_NAME") ?? "local";
  const body = redactor.redact(noteText(view, job));
  return [publishNote(gitlab, { mergeRequest, marker: noteMarker(job), body })];
}
