import { statusError, type PackageId } from "../../src/gitlab/index.ts";
import { humanSize, type StepError } from "../../src/step/index.ts";
import { type Check, isOpen } from "./check.ts";
import type { StatusContext } from "./inputs.ts";
import { servedFiles } from "./judge-assets.ts";
import type { Seen } from "./look.ts";

const signs = { ok: "✓", missing: "✗", wrong: "✗", waiting: "…", unknown: "?", none: "-" } as const;

/** Says what was found: a table for people, facts for machines; what is open fails the run. */
export function tellStatus(
  context: StatusContext,
  seen: Seen,
  checks: readonly Check[],
  target: PackageId,
): void {
  const { log, output, fact, report, link } = context;
  const { tag, release, pipeline } = seen;
  const open = checks.filter(isOpen);
  const [first] = open;
  const files = servedFiles(seen).map(({ name, size, sha256 }) => ({ name, size, sha256 }));

  const width = Math.max(...checks.map(({ part }) => part.length));
  for (const { part, state, found } of checks)
    log.info(`${signs[state]} ${part.padEnd(width)}  ${found}`);
  for (const { name, size, sha256 } of files)
    log.info(`    ${sha256 ?? "no SHA-256"}  ${name} (${humanSize(size)})`);

  output("RELEASE_STATE", first === undefined ? "whole" : "incomplete");
  if (release?.webUrl !== undefined) {
    output("RELEASE_URL", release.webUrl);
    link(`Release ${tag.name}`, release.webUrl);
  }
  if ("value" in pipeline && pipeline.value !== undefined)
    link(`Pipeline of ${tag.name}`, pipeline.value.webUrl);
  fact("tag", { name: tag.name, commit: tag.commitSha, target: tag.targetSha });
  fact("package", { ...target, url: seen.stored.webUrl ?? null, files });
  fact("pipeline", "value" in pipeline ? (pipeline.value ?? null) : null);
  fact("release", release ?? null);
  fact("checks", checks);
  fact("whole", first === undefined);
  fact("next", first?.next ?? null);
  report(
    {
      kind: "paragraph",
      text:
        first === undefined
          ? `${tag.name} is whole.`
          : `${tag.name} is not whole. The next thing to do: ${first.next}`,
    },
    {
      kind: "table",
      columns: ["Part", "State", "What was found"],
      rows: checks.map(({ part, state, found, url }) => [
        url === undefined ? part : { label: part, url },
        `${signs[state]} ${state}`,
        found,
      ]),
    },
    {
      kind: "table",
      columns: ["File", "Size", "SHA-256"],
      rows: files.map(({ name, size, sha256 }) => [name, humanSize(size), sha256 ?? ""]),
    },
  );
  if (first === undefined) log.info(`${tag.name} is whole.`);
  else context.fail(incomplete(tag.name, open, first));
}

/** There is no tag to ask about. */
export function tellMissing({ output, fact, report, fail }: StatusContext, found: string): void {
  const next =
    "Release one: bump-version and then tag-release, in a manual job of the default branch (trigger_release of the templates).";
  output("RELEASE_STATE", "incomplete");
  const checks: readonly Check[] = [{ part: "tag", state: "missing", found, next }];
  fact("checks", checks);
  fact("whole", false);
  fact("next", next);
  report({ kind: "paragraph", text: `${found} The next thing to do: ${next}` });
  fail(statusError("E_RELEASE_INCOMPLETE", found, { hint: next }));
}

function incomplete(tag: string, open: readonly Check[], { next }: Check): StepError {
  const lines = open.map(({ part, state, found }) => `- ${part} (${state}): ${found}`);
  return statusError(
    "E_RELEASE_INCOMPLETE",
    `${tag} is not whole:\n${lines.join("\n")}`,
    next === undefined ? {} : { hint: next },
  );
}
