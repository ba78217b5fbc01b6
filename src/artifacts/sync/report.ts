import { at } from "../file/model.ts";
import { isOther } from "./decide.ts";
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
  caches: { title: string; state: "published" | "there" | "missing" | "differs" | "unknown" }[];
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
export function note(report: ArtifactReport, { known }: Pick<Observed, "known">): void {
  const missing = new Set(known.absent.map(({ title }) => title));
  const other = known.there.filter(({ stored }) => isOther(stored, known.wanted));
  const differing = new Set(other.map(({ place }) => place.title));
  for (const cache of report.caches) {
    if (missing.has(cache.title)) cache.state = "missing";
    else cache.state = differing.has(cache.title) ? "differs" : "there";
  }
  report.sizeBytes = known.wanted.sizeBytes ?? known.there[0]?.stored.sizeBytes;
}
