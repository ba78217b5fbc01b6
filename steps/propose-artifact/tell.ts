import type { PlannedChanges } from "../../src/artifacts/index.ts";
import type { MergeRequest } from "../../src/gitlab/index.ts";
import type { ProposeContext } from "./inputs.ts";

export function tellPlan(
  { log, fact, report }: Pick<ProposeContext, "log" | "fact" | "report">,
  { changes, artifacts }: PlannedChanges,
): void {
  fact("artifacts", artifacts);
  fact(
    "files",
    changes.map(({ path }) => path),
  );
  for (const { wanted, kept, references } of artifacts)
    if (kept.length > 0 && references.length > 0)
      log.warn(
        `${kept.join(", ")} stays beside ${wanted.name}: ${references
          .slice(0, 10)
          .map(({ path, line }) => `${path}:${line}`)
          .join(", ")} ${references.length === 1 ? "names" : "name"} it.`,
      );
  report({
    kind: "table",
    columns: ["Artifact", "File", "Replaces", "Stays beside it"],
    rows: artifacts.map(({ wanted, path, old, kept }) => [
      { label: wanted.name, url: wanted.id },
      path,
      old
        .map(({ name }) => name)
        .filter((name) => !kept.includes(name))
        .join(", "),
      kept.join(", "),
    ]),
  });
}

export function tellMergeRequest(
  { output, fact, link, log }: Pick<ProposeContext, "output" | "fact" | "link" | "log">,
  { iid, webUrl, state, hasConflicts, title }: MergeRequest,
): void {
  output("MERGE_REQUEST_URL", webUrl);
  fact("mergeRequest", { iid, url: webUrl, state, title });
  link(`Merge request !${iid}`, webUrl);
  if (hasConflicts)
    log.warn(
      `!${iid} conflicts with its target branch by now. Merge that into it, or close it and run the job again.`,
    );
}
