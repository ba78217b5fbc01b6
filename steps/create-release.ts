import {
  addLinks,
  type Asset,
  assetLinks,
  connectGitLab,
  expectedRefusal,
  gitlabError,
  gitlabInputs,
  listReleases,
  parseLinks,
  publishRelease,
  readAssets,
  readPackage,
  readReleaseTag,
  type Release,
  type WantedRelease,
} from "../src/gitlab/index.ts";
import { isChecksums, provenanceErrors } from "../src/provenance/index.ts";
import {
  boolean,
  defineStep,
  globs,
  humanSize,
  type Inputs,
  integer,
  lines,
  matching,
  path,
  type StepContext,
  text,
} from "../src/step/index.ts";
import { versionErrors } from "../src/version/index.ts";
import { warnOfLatest } from "./shared/latest-release.ts";
import { planChecksums } from "./create-release/checksums.ts";
import { attestInputs, signingErrors } from "./shared/attestation.ts";
import { readTarget, tagOptions, targetInputs } from "./shared/package-target.ts";
import { readNotes } from "./shared/release-notes.ts";

const outputs = { RELEASE_URL: "Page of the release" };

export default defineStep({
  name: "create-release",
  summary: "Make the GitLab release of a tag, with every file of its package linked",
  inputs: {
    RELEASE_TAG: text(tagOptions),
    RELEASE_NAME: text({
      optional: true,
      about: "Name of the release. By default GitLab takes the tag.",
      example: "Job project 0.15.0",
    }),
    RELEASE_NOTES_FILE: path({
      optional: true,
      about:
        "File with the release notes (Markdown). By default the section of the version in CHANGELOG_FILE.",
      example: "notes.md",
    }),
    CHANGELOG_FILE: path({
      default: "CHANGELOG.md",
      about:
        "Changelog, relative to PROJECT_DIR, whose section of the version becomes the notes, where it has one.",
    }),
    RELEASE_LINKS: lines({
      optional: true,
      about:
        "Further assets, one per line: name=url, or name=url;type with other, runbook, image or package.",
      example: "Documentation=https://docs.example.org/0.15.0;other",
    }),
    RELEASE_REQUIRED_FILES: globs({
      optional: true,
      about:
        "Names or patterns of files that the package must hold; without one of them no release is made.",
      example: "*.conda.tgz",
    }),
    PACKAGE_FILE_SHA256: matching(/^[0-9a-fA-F]{64}$/, "64 hexadecimal digits", {
      optional: true,
      chain: ["PACKAGE_FILE_SHA256"],
      about: "SHA-256 of a file that upload-package stored; without it no release is made.",
    }),
    PACKAGE_FILE_COUNT: integer({
      optional: true,
      min: 0,
      chain: ["PACKAGE_FILE_COUNT"],
      about: "How many files upload-package stored; with fewer no release is made.",
    }),
    RELEASED_AT: matching(
      /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/,
      "an ISO 8601 date or time",
      {
        optional: true,
        about: "When it was or will be released. By default now.",
        example: "2026-01-31T12:00:00Z",
      },
    ),
    RELEASE_UPDATE: boolean({
      default: "false",
      about:
        "Replace name, notes and date of a release that is there and differs; without it that is exit 3.",
    }),
    ...targetInputs,
    ...attestInputs,
    ...gitlabInputs,
  },
  outputs,
  examples: [
    {
      title: "Show what the release of a tag would be, from a laptop",
      command:
        "DRY_RUN=true GITLAB_API=https://gitlab.example.org/api/v4 GITLAB_PROJECT=group/project GITLAB_TOKEN=glpat-… PACKAGE_NAME=project RELEASE_TAG=v1.2.0 create-release",
    },
    { title: "In the pipeline of a tag, with the job's own token", command: "create-release" },
  ],
  errors: [gitlabError.table, provenanceErrors.table, versionErrors.table, signingErrors],
  async plan(context) {
    const { inputs, variable, dryRun, refuse } = context;
    const tag = inputs.RELEASE_TAG;
    const { links, problems: wrongLinks } = parseLinks(inputs.RELEASE_LINKS ?? []);
    const target = await readTarget(context, tag);
    const { notes, problems: wrongNotes } = await readNotes(context, target.version);
    const problems = [...wrongNotes, ...wrongLinks.map((problem) => `RELEASE_LINKS: ${problem}.`)];
    if (problems.length > 0) throw gitlabError("E_RELEASE_INPUTS", problems.join("\n"));

    const gitlab = connectGitLab(context, ["CI_JOB_TOKEN", "GITLAB_TOKEN", "CI_PROJECT_PASSWORD"]);
    const isPipelineOfTag = variable("CI_COMMIT_TAG") === tag;
    await readReleaseTag(gitlab, {
      tag,
      pipelineSha: isPipelineOfTag ? variable("CI_COMMIT_SHA") : undefined,
    });
    const assets = await readAssets(gitlab, target, await readPackage(gitlab, target), {
      required: inputs.RELEASE_REQUIRED_FILES ?? [],
      sha256: inputs.PACKAGE_FILE_SHA256,
      count: inputs.PACKAGE_FILE_COUNT,
    });
    await warnOfLatest(context, await listReleases(gitlab), target.version);
    const refusal = dryRun ? await expectedRefusal(gitlab, "make a release") : undefined;
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
      update: inputs.RELEASE_UPDATE,
      tagIsOurs: isPipelineOfTag,
    });
    const told = {
      ...addLinks(gitlab, tag, wanted.links),
      settle: (result: Release) => tell(context, result, assets),
    };
    return [...checksums.effects, release, told];
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
