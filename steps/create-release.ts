import { gitErrors } from "../src/git/index.ts";
import {
  addLinks,
  type Asset,
  assetLinks,
  awaitAssets,
  connectGitLab,
  expectedReleaseRefusal,
  findRelease,
  gitlabError,
  listReleases,
  publishRelease,
  readReleaseTag,
  type Release,
  type WantedRelease,
  requireToken,
} from "../src/gitlab/index.ts";
import { isChecksums, provenanceErrors } from "../src/provenance/index.ts";
import { defineStep, humanSize, type Inputs, type StepContext } from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import { planChecksums } from "./create-release/checksums.ts";
import { checkTime, releaseInputs } from "./create-release/inputs.ts";
import { tellNoFiles } from "./create-release/no-files.ts";
import { checkTexts, readTexts } from "./create-release/texts.ts";
import { signingErrors } from "./shared/attestation.ts";
import { warnOfLatest } from "./shared/latest-release.ts";
import { noTagToRelease } from "./shared/nothing-to-release.ts";
import { readTarget, targetRules } from "./shared/package-target.ts";

const outputs = { RELEASE_URL: "Page of the release" };

/** The first that is set is taken. */
const tokenOrder = ["CI_JOB_TOKEN", "GITLAB_TOKEN", "CI_PROJECT_PASSWORD"] as const;

export default defineStep({
  name: "create-release",
  summary: "Make the GitLab release of a tag, with every file of its package linked",
  inputs: releaseInputs,
  outputs,
  examples: [
    {
      title: "Show what the release of a tag would be, from a laptop",
      command:
        "DRY_RUN=true GITLAB_API=https://gitlab.example.org/api/v4 GITLAB_PROJECT=group/project GITLAB_TOKEN=glpat-… PACKAGE_NAME=project RELEASE_TAG=v1.2.0 create-release",
    },
    { title: "In the pipeline of a tag, with the job's own token", command: "create-release" },
  ],
  errors: [
    gitlabError.table,
    gitErrors.table,
    provenanceErrors.table,
    versionErrors.table,
    signingErrors,
  ],
  idle: noTagToRelease,
  check: [checkTime, checkTexts, ...targetRules, (values) => requireToken(values, tokenOrder)],
  async plan(context) {
    const { inputs, variable, dryRun, refuse, signal } = context;
    const tag = inputs.RELEASE_TAG;
    const target = await readTarget(context, tag);
    const { links, paths, template, givenNotes } = await readTexts(context, target.version);

    const gitlab = connectGitLab(context, tokenOrder);
    const isPipelineOfTag = variable("CI_COMMIT_TAG") === tag;
    const found = await readReleaseTag(gitlab, {
      tag,
      pipelineSha: isPipelineOfTag ? variable("CI_COMMIT_SHA") : undefined,
    });
    const rules = {
      required: inputs.RELEASE_REQUIRED_FILES ?? [],
      sha256: inputs.PACKAGE_FILE_SHA256,
      count: inputs.PACKAGE_FILE_COUNT,
    };
    const waitMs = dryRun ? 0 : inputs.RELEASE_WAIT_SECONDS * 1000;
    const assets = await awaitAssets(gitlab, target, rules, { waitMs, signal });
    if (assets.length === 0) await tellNoFiles(context, gitlab, target);
    // git is loaded only where nobody wrote any notes.
    const tellCommits = async () =>
      (await import("./create-release/commit-notes.ts")).commitNotes(context, {
        gitlab,
        tag: found,
        version: target.version,
        paths,
        template,
      });
    const notes = givenNotes ?? (await tellCommits());
    const [existing, releases] = await Promise.all([
      findRelease(gitlab, tag),
      listReleases(gitlab),
    ]);
    await warnOfLatest(context, { tag, version: target.version, existing, releases });
    const refusal = dryRun
      ? await expectedReleaseRefusal(gitlab, { tag: found, existing, tagIsOurs: isPipelineOfTag })
      : undefined;
    if (refusal !== undefined) refuse(refusal);

    const checksums = await planChecksums(context, gitlab, target, assets);
    const wanted: WantedRelease = {
      tag,
      name: inputs.RELEASE_NAME,
      notes,
      releasedAt: inputs.RELEASED_AT,
      links: [
        ...assetLinks(assets.filter(({ name }) => !isChecksums(name))),
        ...checksums.links,
        ...links,
      ],
    };
    const release = publishRelease({
      gitlab,
      wanted,
      laterLinks: checksums.laterLinks,
      update: inputs.RELEASE_UPDATE,
      tagIsOurs: isPipelineOfTag,
    });
    const settle = (result: Release) => tell(context, result, assets);
    if (wanted.links.length === 0) return [{ ...release, settle }];
    // GitLab may refuse the release for what nobody could read before: nothing is published ahead of it.
    return [release, ...checksums.effects, { ...addLinks(gitlab, tag, wanted.links), settle }];
  },
});

type Teller = Pick<StepContext<Inputs, typeof outputs>, "output" | "fact" | "report" | "link">;

function tell(
  { output, fact, report, link }: Teller,
  release: Release,
  assets: readonly Asset[],
): void {
  if (release.webUrl !== undefined) {
    output("RELEASE_URL", release.webUrl);
    link(`Release ${release.tag}`, release.webUrl);
  }
  fact("release", {
    tag: release.tag,
    name: release.name,
    links: release.links.map(({ name, url, directUrl }) => ({ name, url, directUrl })),
  });
  fact("assets", assets);
  report({
    kind: "table",
    columns: ["Asset", "Size", "SHA-256"],
    rows: release.links.map(({ name, url, directUrl }) => {
      const asset = assets.find((one) => one.name === name);
      return [
        { label: name, url: directUrl ?? url },
        asset === undefined ? "" : humanSize(asset.size),
        asset?.sha256 ?? "",
      ];
    }),
  });
}
