import { commitInputs } from "../../src/git/index.ts";
import { autoInputs } from "../shared/auto-inputs.ts";
import {
  boolean,
  path,
  type Problem,
  text,
  type StepContext,
  type Values,
} from "../../src/step/index.ts";
import type { Changelog, Operation } from "../../src/version/index.ts";

export const bumpInputs = {
  VERSION_BUMP: text({
    optional: true,
    about:
      "Part of the version to bump exactly one step, also when it is called release. auto: release what the Conventional Commits since the last release tag ask for. Unset: the release operation, which takes the development marker away.",
    example: "minor",
  }),
  NEW_VERSION: text({
    optional: true,
    about: "Version to set, whatever the current one is. All of it must fit the scheme.",
    example: "1.0.0",
  }),
  RELEASE_PART: text({
    optional: true,
    about:
      "Part whose optional value means a release. By default the one called release, else the only one with a list of values.",
    example: "stage",
  }),
  VERSION_COMMIT: boolean({
    default: "true",
    about:
      "Whether the edits are committed. false leaves them uncommitted, and needs no git repository.",
  }),
  VERSION_COMMIT_MESSAGE: text({
    optional: true,
    about:
      "Message of the commit, with the names of bump configurations. By default the configuration's message, else Release version {new_version}. A [skip ci] is taken out: no tag pipeline would run.",
    example: "Release {new_version}",
  }),
  VERSION_RUN_HOOKS: boolean({
    default: "false",
    about:
      "Whether the hooks of the bump configuration run, as argument vectors and without secrets in their environment. Tracked files that pre-commit hooks change become part of the commit.",
  }),
  POST_RELEASE_VERSION_BUMP: text({
    optional: true,
    about:
      "Part that tag-release will raise after this release (default there: minor). It is checked here, before anything is edited.",
    example: "patch",
  }),
  PROJECT_DIR: path({
    default: ".",
    about: "Folder of the project: where its bump configuration lies.",
    example: "packages/jobs",
  }),
  CHANGELOG_FILE: path({
    optional: true,
    about:
      "Changelog, below PROJECT_DIR, whose Unreleased section becomes that of the version in the release commit. Unset: no changelog is written; create-release reads CHANGELOG.md all the same.",
    example: "CHANGELOG.md",
  }),
  TAG_FORMAT: text({
    optional: true,
    about:
      "Name of the tag, with the names of bump configurations and {version}. By default the configuration's tag_name, else v{new_version}.",
    example: "v{version}",
  }),
  ...autoInputs,
  ...commitInputs,
};

export const bumpOutputs = {
  BUMPED_VERSION: "Version that the files hold now",
  BUMPED_FROM: "Version that they held before",
  BUMPED_COMMIT_SHA: "Commit that holds it; not set with VERSION_COMMIT=false",
  VERSION_BUMP_DECIDED:
    "With VERSION_BUMP=auto, what the commits ask for: major, minor, patch, first (nothing was released before), or none, with which no other output is set, and what releases later in the job (tag-release, conda-pack, upload-package, create-release) has nothing to do",
};

/** A rule: what is asked for is either a part or a version. */
export function oneOperation({
  VERSION_BUMP,
  NEW_VERSION,
}: Values<typeof bumpInputs>): readonly Problem[] {
  if (VERSION_BUMP === undefined || NEW_VERSION === undefined) return [];
  return [
    {
      name: "NEW_VERSION",
      got: NEW_VERSION,
      expected: "to be the only one of NEW_VERSION and VERSION_BUMP",
      cure: "Unset one of them.",
    },
  ];
}

export type BumpContext = StepContext<typeof bumpInputs, typeof bumpOutputs>;

/** The changelog that the release is written into, where one is asked for. */
export function readChangelog(
  { inputs }: { readonly inputs: Pick<Values<typeof bumpInputs>, "CHANGELOG_FILE" | "TAG_FORMAT"> },
  date: Date,
): Changelog | undefined {
  if (inputs.CHANGELOG_FILE === undefined) return undefined;
  return { path: inputs.CHANGELOG_FILE, date, tagFormat: inputs.TAG_FORMAT };
}

export type OperationInputs = Pick<
  Values<typeof bumpInputs>,
  "NEW_VERSION" | "VERSION_BUMP" | "RELEASE_PART"
>;

/** What the inputs ask for by themselves. */
export function readOperation({ inputs }: { readonly inputs: OperationInputs }): Operation {
  if (inputs.NEW_VERSION !== undefined) return { kind: "set", version: inputs.NEW_VERSION };
  if (inputs.VERSION_BUMP !== undefined) return { kind: "bump", part: inputs.VERSION_BUMP };
  return { kind: "release", part: inputs.RELEASE_PART };
}
