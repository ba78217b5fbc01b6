import type { ArtifactReport } from "../../src/artifacts/index.ts";
import { humanSize } from "../../src/step/index.ts";
import type { SyncContext } from "./inputs.ts";

/** Tells how every artifact stands: in the log, the report and the outputs. The last telling counts. */
export function tellStates(
  { log, fact, report, output }: SyncContext,
  artifacts: readonly ArtifactReport[],
): void {
  for (const line of table(artifacts)) log.info(line);
  fact("artifacts", artifacts);
  const complete = artifacts.filter(({ state }) => state === "published" || state === "there");
  output("SYNCED_ARTIFACT_COUNT", String(complete.length));
  report({
    kind: "table",
    columns: ["Artifact", "Size", "SHA-256", "State", "Caches"],
    rows: artifacts.map(({ name, sizeBytes, sha256, state, caches, error }) => [
      name,
      sizeBytes === undefined ? "" : humanSize(sizeBytes),
      sha256 ?? "",
      error ?? state,
      caches.map((cache) => `${cache.title}: ${cache.state}`).join("; "),
    ]),
  });
}

/** What is known of a cache, whatever failed. */
const told: ReadonlySet<string> = new Set(["there", "differs"]);

/** One line for each artifact and cache, in columns. */
function table(artifacts: readonly ArtifactReport[]): readonly string[] {
  const rows = artifacts.flatMap(({ name, state, sizeBytes, caches }) =>
    caches.map((cache) => [
      name,
      sizeBytes === undefined ? "" : humanSize(sizeBytes),
      cache.title,
      state === "failed" && !told.has(cache.state) ? "failed" : cache.state,
    ]),
  );
  const widths = [0, 1, 2].map((column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
