import { gitlabInputs } from "../../src/gitlab/index.ts";
import { notesNames } from "../../src/commits/index.ts";
import {
  boolean,
  globs,
  integer,
  lines,
  matching,
  path,
  type Problem,
  text,
  url,
  type Values,
} from "../../src/step/index.ts";
import { attestInputs } from "../shared/attestation.ts";
import { tagOptions, targetInputs } from "../shared/package-target.ts";
import { releasePathsInput } from "../shared/release-paths.ts";

export const releaseInputs = {
  RELEASE_TAG: text(tagOptions),
  RELEASE_NAME: text({
    optional: true,
    about: "Name of the release. By default GitLab takes the tag.",
    example: "Job project 0.15.0",
  }),
  RELEASE_NOTES_FILE: path({
    optional: true,
    about:
      "File with the release notes (Markdown). By default the section of the version in CHANGELOG_FILE, else the commits since the release before, grouped by Conventional Commits.",
    example: "notes.md",
  }),
  CHANGELOG_FILE: path({
    default: "CHANGELOG.md",
    about:
      "Changelog, relative to PROJECT_DIR, whose section of the version becomes the notes, where it has one.",
  }),
  RELEASE_NOTES_TEMPLATE: text({
    optional: true,
    about: `How notes from commits are laid out: Markdown, or the path of a file, with ${notesNames.map((name) => `{${name}}`).join(", ")}.`,
    example: "{changes} [All changes]({compare_url})",
  }),
  ...releasePathsInput,
  REPOSITORY_URL: url({
    optional: true,
    from: ["CI_PROJECT_URL"],
    about:
      "Address of the repository whose commits the notes tell. In a job it is the project's own.",
    example: "https://gitlab.example.org/group/project",
  }),
  RELEASE_LINKS: lines({
    optional: true,
    about:
      "Further assets, one per line: name=url, or name=url;type with other, runbook, image or package. An image may be written without https://.",
    example: "Documentation=https://docs.example.org/0.15.0;other",
  }),
  RELEASE_REQUIRED_FILES: globs({
    optional: true,
    about:
      "Names or patterns of files that the package must hold; without one of them no release is made.",
    example: "*.conda.tgz",
  }),
  RELEASE_WAIT_SECONDS: integer({
    min: 0,
    max: 86_400,
    default: "0",
    about:
      "How long to wait for files that are not there yet, where other jobs upload them meanwhile.",
    example: "600",
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
};

/** GitLab refuses a month that is none only when everything else is published, and makes 2 March of 30 February. */
export function checkTime({ RELEASED_AT }: Values<typeof releaseInputs>): readonly Problem[] {
  if (RELEASED_AT === undefined) return [];
  const day = RELEASED_AT.slice(0, "2026-01-31".length);
  const isTime = !Number.isNaN(Date.parse(RELEASED_AT)) && !Number.isNaN(Date.parse(day));
  if (isTime && new Date(day).toISOString().startsWith(day)) return [];
  const expected = "a day of the calendar, and a time of that day";
  return [{ name: "RELEASED_AT", got: RELEASED_AT, expected, cure: "correct it or leave it out" }];
}
