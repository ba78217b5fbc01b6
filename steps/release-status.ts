import {
  connectGitLab,
  findProject,
  type GitLab,
  gitlabError,
  statusError,
  requireToken,
} from "../src/gitlab/index.ts";
import { provenanceErrors } from "../src/provenance/index.ts";
import { defineStep } from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import type { Question } from "./release-status/check.ts";
import { chooseTag } from "./release-status/choose-tag.ts";
import {
  attestations,
  type StatusContext,
  statusInputs,
  statusOutputs,
} from "./release-status/inputs.ts";
import { judge } from "./release-status/judge.ts";
import { lookAtRelease } from "./release-status/look.ts";
import { tellMissing, tellStatus } from "./release-status/tell.ts";
import { readTarget, targetRules } from "./shared/package-target.ts";

/** The first that is set is taken. */
const tokenOrder = ["GITLAB_TOKEN", "CI_PROJECT_PASSWORD", "CI_JOB_TOKEN"] as const;

export default defineStep({
  name: "release-status",
  summary: "Show what there is of a release, what is missing, and the one next thing to do",
  inputs: statusInputs,
  outputs: statusOutputs,
  examples: [
    {
      title: "What became of the newest release, from a laptop",
      command:
        "GITLAB_API=https://gitlab.example.org/api/v4 GITLAB_PROJECT=group/project GITLAB_TOKEN=glpat-… PACKAGE_NAME=project release-status",
    },
    {
      title: "At the end of a tag's pipeline, where every release must have a pack",
      command: "RELEASE_REQUIRED_FILES='*.conda.tgz' release-status",
    },
  ],
  errors: [statusError.table, gitlabError.table, provenanceErrors.table, versionErrors.table],
  check: [
    ({ STATUS_REQUIRE }) => {
      const words: readonly string[] = [...attestations, "none"];
      return STATUS_REQUIRE.filter((word) => !words.includes(word)).map((got) => ({
        name: "STATUS_REQUIRE",
        got,
        expected: words.join(", "),
        cure: "Write one or more of these words with commas between them.",
      }));
    },
    ...targetRules,
    (values) => requireToken(values, tokenOrder),
  ],
  async plan(context) {
    const gitlab = connectGitLab(context, tokenOrder);
    const tag = await chooseTag(context, gitlab);
    if (tag === undefined) {
      tellMissing(context, "No version was tagged yet.");
      return [];
    }
    const target = await readTarget(context, tag);
    const seen = await lookAtRelease(gitlab, tag, target);
    if (seen === undefined) {
      tellMissing(context, `There is no tag ${tag}.`);
      return [];
    }
    const place = { api: gitlab.api, projects: await projectNames(context, gitlab), target };
    tellStatus(context, seen, await judge(seen, questionOf(context, tag), place), target);
    return [];
  },
});

function questionOf({ inputs, variable }: StatusContext, tag: string): Question {
  const pipeline = Number(variable("CI_PIPELINE_ID") ?? "");
  return {
    tag,
    ownPipeline: Number.isSafeInteger(pipeline) && pipeline > 0 ? pipeline : undefined,
    required: inputs.RELEASE_REQUIRED_FILES ?? [],
    attested: new Set(inputs.STATUS_REQUIRE),
    wantsNextVersion: inputs.POST_RELEASE !== "none",
  };
}

/** Addresses of files hold the project's number or its path. */
async function projectNames(
  { variable }: StatusContext,
  gitlab: GitLab,
): Promise<readonly string[]> {
  const known = gitlab.token.kind === "private" ? await findProject(gitlab) : undefined;
  const names = [
    gitlab.project,
    known?.path ?? variable("CI_PROJECT_PATH"),
    known === undefined ? variable("CI_PROJECT_ID") : String(known.id),
  ];
  return names.filter((name) => name !== undefined);
}
