import { gitErrors, pushRelease, releaseErrors } from "../src/git/index.ts";
import { connectGitLab, gitlabError, requireToken } from "../src/gitlab/index.ts";
import { defineStep, type Effect } from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import { autoErrors } from "./shared/auto-inputs.ts";
import { readBranch } from "./tag-release/branch.ts";
import { asReleaseGoal, planGoal } from "./tag-release/goal.ts";
import { tagInputs, tagOutputs } from "./tag-release/inputs.ts";
import { askRights, askServer, lookAtServer } from "./tag-release/look.ts";
import { lookForNext, proposeNext } from "./tag-release/next.ts";
import { startPlace } from "./tag-release/place.ts";
import { readRelease } from "./tag-release/release.ts";
import { connectGit } from "./shared/git-server.ts";
import { projectErrors, requireProject } from "./shared/project-folder.ts";
import { tellGoal, tellReleased } from "./tag-release/tell.ts";
import { startTagPipeline } from "./tag-release/trigger.ts";

/** The first that is set is taken. */
const tokenOrder = ["CI_PROJECT_PASSWORD", "GITLAB_TOKEN", "CI_JOB_TOKEN"] as const;

export default defineStep({
  name: "tag-release",
  summary: "Tag the release commit, open the next development version, push both at once",
  inputs: tagInputs,
  outputs: tagOutputs,
  examples: [
    {
      title: "Tag the release that bump-version made, and open the next minor version",
      command: "bump-version && tag-release",
    },
    {
      title: "See what would be pushed, and what the token may not do",
      command: "DRY_RUN=true POST_RELEASE_VERSION_BUMP=patch tag-release",
    },
  ],
  errors: [
    releaseErrors.table,
    gitErrors.table,
    versionErrors.table,
    gitlabError.table,
    projectErrors.table,
    autoErrors.table,
  ],
  reproduceAfter: ["bump-version"],
  check: [requireProject, (values) => requireToken(values, tokenOrder)],
  async plan(context) {
    const opening = await startPlace(context);
    const gitlab = connectGitLab(context, tokenOrder);
    const reading = readBranch(context, opening.checkout);
    const rights = askRights(context, gitlab, reading);
    const [place, branch] = await Promise.all([opening.place, reading]);
    const server = await connectGit(
      context,
      place.repository,
      context.inputs.REPOSITORY_URL,
      gitlab,
    );
    const asked = { rights, ...askServer(context, server, branch) };
    const release = await readRelease(context, place);
    if (release === undefined) return [];
    const planned = await planGoal(context, release, branch);
    tellGoal(context, planned);

    const next = await lookForNext(context, gitlab, planned);
    const goal = asReleaseGoal(context, place, server, planned, next?.branch);
    const plan = await lookAtServer(context, { asked, server, goal });
    if (plan === undefined) return [];

    const push = pushRelease(server, goal, plan, asked.push, (released) =>
      tellReleased(context, goal, released),
    );
    const effects: Effect[] = [push];
    if (gitlab.token.kind === "job" && plan.kind !== "push-missing-bump")
      effects.push(startTagPipeline(context, gitlab, goal.tag, push));
    if (next !== undefined) effects.push(proposeNext(context, gitlab, planned, next));
    return effects;
  },
});
