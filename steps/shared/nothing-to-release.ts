import type { Beforehand } from "../../src/step/index.ts";

/**
 * Why a step that publishes a release has nothing to do: bump-version found earlier in the job that no commit asks for
 * one. Only the job's own file counts: what a variable hands on to later jobs must not keep those from publishing a
 * development version.
 */
export function nothingToRelease({ earlier, variable }: Beforehand): string | undefined {
  if (earlier("VERSION_BUMP_DECIDED") !== "none" || hasTag({ earlier, variable })) return undefined;
  return "Nothing to release: bump-version found no commit that asks for one (VERSION_BUMP_DECIDED=none in SLIPWAY_DOTENV).";
}

/** The same for who can do nothing without a tag: there, another job's finding counts as well. */
export function noTagToRelease({ earlier, variable }: Beforehand): string | undefined {
  const decided = earlier("VERSION_BUMP_DECIDED") ?? variable("VERSION_BUMP_DECIDED");
  if (decided !== "none" || hasTag({ earlier, variable })) return undefined;
  return "Nothing to release: bump-version found no commit that asks for one (VERSION_BUMP_DECIDED=none).";
}

function hasTag({ earlier, variable }: Beforehand): boolean {
  return [earlier("RELEASE_TAG"), variable("RELEASE_TAG"), variable("CI_COMMIT_TAG")].some(
    (tag) => tag !== undefined,
  );
}
