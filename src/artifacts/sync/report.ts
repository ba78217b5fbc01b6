import { at } from "../file/model.ts";
import type { Observed, OpenArtifact } from "./observe.ts";

export type ArtifactState = "published" | "there" | "missing" | "failed";

/** How an artifact stands in its caches. */
export interface ArtifactReport {
  readonly name: string;
  readonly declaredAt: string;
  readonly source: string;
  state: ArtifactState;
  sha256: string | undefined;
  sizeBytes: number | undefined;
  caches: { title: string; state: "published" | "there" | "missing" | "unknown" }[];
  error: string | undefined;
}

export function startReport({ artifact, source, stores }: OpenArtifact): ArtifactReport {
  return {
    name: artifact.name,
    declaredAt: at(artifact.position),
    source: source.title,
    state: "missing",
    sha256: undefined,
    sizeBytes: undefined,
    caches: stores.map(({ title }) => ({ title, state: "unknown" })),
    error: undefined,
  };
}

/** Writes down what was seen. */
export function note(report: ArtifactReport, { known }: Observed): void {
  const missing = new Set(known.absent.map(({ title }) => title));
  for (const cache of report.caches) cache.state = missing.has(cache.title) ? "missing" : "there";
  report.sizeBytes = known.wanted.sizeBytes ?? known.there[0]?.stored.sizeBytes;
}
