import { basename, join, resolve } from "node:path";
import { embeddedGitlabErrors } from "../src/embedded-gitlab/errors.ts";
import { gitErrors, openGit } from "../src/git/index.ts";
import { choosePack, packModes } from "../src/rehearsal/choose-pack.ts";
import { rehearsalError } from "../src/rehearsal/errors.ts";
import { readHoldings, reportHoldings, tellHoldings } from "../src/rehearsal/holdings.ts";
import { rehearse } from "../src/rehearsal/rehearse.ts";
import { copyRepository } from "../src/rehearsal/repository.ts";
import { startServer } from "../src/rehearsal/server.ts";
import { commandsFolder } from "../src/step/commands.ts";
import { choice, defineStep, path } from "../src/step/index.ts";

export default defineStep({
  name: "rehearse-release",
  summary:
    "Release a repository on an embedded GitLab, with the real commands, before anything real is touched",
  report: "temporary",
  inputs: {
    REHEARSE_REPO: path({
      default: ".",
      about:
        "The repository to release. What is committed counts, and nothing is written into it; a folder that is not itself the top of a work tree is taken as the content of one first commit. Every input of the steps that are rehearsed is passed on to them.",
      example: "../my-job",
    }),
    REHEARSE_PACK: choice(packModes, {
      default: "auto",
      about:
        "What the tag's pipeline uploads. auto: the conda pack where the repository describes a conda environment whose channels answer, or that the example's channel can serve; else an archive of the sources, with a warning.",
    }),
  },
  outputs: {},
  examples: [
    {
      title: "Rehearse a release of the repository in the working directory",
      command: "rehearse-release",
    },
    {
      title: "Rehearse a patch release",
      command: "POST_RELEASE_VERSION_BUMP=patch rehearse-release",
    },
  ],
  errors: [rehearsalError.table, gitErrors.table, embeddedGitlabErrors.table],
  async plan(context) {
    const { inputs, cwd, environment, log, clock, signal, variable, reportFolder, report, fact } =
      context;
    const source = resolve(cwd, inputs.REHEARSE_REPO);
    const workFolder = await context.workFolder();
    const git = await openGit({ workFolder, environment, log, clock, signal });
    const fallbackBranch = variable("CI_DEFAULT_BRANCH") ?? "main";
    const copied = await copyRepository(source, join(workFolder, "repository.git"), {
      git,
      workFolder,
      fallbackBranch,
    });
    log.info(
      `Rehearsing a release of ${source}: branch ${copied.branch} at ${copied.head.slice(0, 8)}; only what is committed counts.`,
    );
    if (context.dryRun) return [];
    const pack = await choosePack({
      mode: inputs.REHEARSE_PACK,
      repository: copied,
      git,
      workFolder,
      env: environment,
      log,
      signal,
    });

    const project = `rehearsal/${
      basename(source)
        .replace(/[^\w.-]/g, "-")
        .replace(/^[.-]+|\.(git|atom)$/g, "") || "project"
    }`;
    const server = await startServer({ repository: copied.path, project }, context);
    const released = await rehearse({
      server,
      git,
      log,
      clock,
      signal,
      environment,
      bin: commandsFolder(),
      buildsDir: join(workFolder, "builds"),
      reportFolder,
      pack,
    });
    const holdings = await readHoldings(server.gitlab, copied.branch);
    for (const line of tellHoldings(holdings)) log.info(line);
    report(...reportHoldings(holdings));
    fact("released", released);
    fact("holdings", holdings);
    return [];
  },
});
