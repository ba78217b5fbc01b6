import { type Released, type ReleaseGoal, shortSha } from "../../src/git/index.ts";
import { tagWarnings } from "../../src/version/index.ts";
import type { Goal } from "./goal.ts";
import type { TagContext } from "./inputs.ts";

/** Says what is to be released, before the server is asked. */
export function tellGoal({ log, fact, report }: TagContext, { release, next, tag, branch }: Goal) {
  const { held, commit, base, fromVersion } = release;
  const { warnings } = held.plan;
  const told = new Set([...warnings, ...(next?.warnings ?? []), ...tagWarnings(held.plan)]);
  for (const warning of told) log.warn(warning);
  log.info(
    `Release ${held.version} (tag ${tag}) of ${shortSha(commit.id)}; ${next === undefined ? `${branch} stays as it is` : `then ${branch} goes on with ${next.newVersion}`}.`,
  );
  fact("base", base.id);
  fact("releaseCommit", commit.id);
  report({
    kind: "table",
    columns: ["", ""],
    rows: [
      ["Version before", fromVersion],
      ["Released version", held.version],
      ["Tag", tag],
      ["Release commit", commit.id],
      ["Next version", next?.newVersion ?? "none"],
      ["Branch", branch],
    ],
  });
}

/** Sets the outputs from what the server holds: of two pipelines of one commit, both tell the same. */
export function tellReleased(
  { inputs, output, fact, link }: TagContext,
  { tag, version }: ReleaseGoal,
  { release, nextVersion }: Released,
): void {
  output("RELEASE_TAG", tag);
  output("RELEASE_VERSION", version);
  if (nextVersion !== undefined) output("NEXT_VERSION", nextVersion);
  fact("releaseCommit", release);
  link(`Tag ${tag}`, `${inputs.REPOSITORY_URL}/-/tags/${encodeURIComponent(tag)}`);
}
