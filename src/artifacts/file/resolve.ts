import type { Findings } from "./findings.ts";
import { type Artifact, type ArtifactsFile, at, type Cache, type Source } from "./model.ts";

/** An artifact with what its names of source and caches mean. */
export interface ResolvedArtifact extends Omit<Artifact, "source" | "caches"> {
  source: Source;
  caches: readonly Cache[];
}

/**
 * Puts the declarations of several files together: the surroundings often stand in another file than the artifacts.
 * What is declared twice, or named and not declared, is a problem with its place.
 */
export function resolveArtifacts(
  files: readonly ArtifactsFile[],
  findings: Findings,
): readonly ResolvedArtifact[] {
  const sources = byName(
    files.flatMap((file) => file.sources),
    "source",
    findings,
  );
  const caches = byName(
    files.flatMap((file) => file.caches),
    "cache",
    findings,
  );
  return files.flatMap((file) => {
    // A file's own default goes before that of another one.
    const source = (file.defaultSource ?? files.find((one) => one.defaultSource)?.defaultSource)
      ?.text;
    const names = (
      file.defaultCaches ?? files.find((one) => one.defaultCaches)?.defaultCaches
    )?.map(({ text }) => text);
    return file.artifacts.flatMap((artifact) => {
      const found = findSource(artifact, artifact.source ?? source, sources, findings);
      const kept = findCaches(artifact, artifact.caches ?? names, caches, findings);
      return found === undefined ? [] : [{ ...artifact, source: found, caches: kept }];
    });
  });
}

function byName<Item extends Pick<Artifact, "name" | "position">>(
  items: readonly Item[],
  what: string,
  findings: Findings,
): ReadonlyMap<string, Item> {
  const known = new Map<string, Item>();
  for (const item of items) {
    const first = known.get(item.name);
    if (first === undefined) known.set(item.name, item);
    else
      findings.problem(
        item.position,
        `the ${what} ${item.name} is declared at ${at(first.position)} already.`,
      );
  }
  return known;
}

function findSource(
  { name, position }: Artifact,
  source: string | undefined,
  sources: ReadonlyMap<string, Source>,
  findings: Findings,
): Source | undefined {
  if (source === undefined) {
    findings.problem(
      position,
      `the artifact ${name} has no "source", and there is no default one.`,
    );
    return undefined;
  }
  const found = sources.get(source);
  if (found !== undefined) return found;
  // Whole addresses need no surroundings; many files name this source without declaring it.
  if (source === "url") return { name: source, kind: "url", base: undefined, position };
  if (findings.isUnreadable(`the source ${source}`)) return undefined;
  findings.problem(
    position,
    `the artifact ${name} is of the source ${source}, which no file declares${listed(sources)}.`,
  );
  return undefined;
}

function findCaches(
  { name, position }: Artifact,
  names: readonly string[] | undefined,
  caches: ReadonlyMap<string, Cache>,
  findings: Findings,
): readonly Cache[] {
  if (names === undefined || names.length === 0) {
    findings.problem(
      position,
      `the artifact ${name} has no "caches", and there are no default ones.`,
    );
    return [];
  }
  return names.flatMap((one) => {
    const found = caches.get(one);
    if (found !== undefined) return [found];
    if (findings.isUnreadable(`the cache ${one}`)) return [];
    findings.problem(
      position,
      `the artifact ${name} is kept in the cache ${one}, which no file declares${listed(caches)}.`,
    );
    return [];
  });
}

function listed(known: ReadonlyMap<string, unknown>): string {
  return known.size === 0 ? "" : `; declared are ${[...known.keys()].join(", ")}`;
}
