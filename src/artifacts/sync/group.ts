import { at, type Cache } from "../file/model.ts";
import type { ResolvedArtifact } from "../file/resolve.ts";
import { syncError } from "../sync-errors.ts";

/** One file and all caches that it belongs into, from whichever entries. */
export interface WantedArtifact extends Pick<
  ResolvedArtifact,
  "name" | "id" | "source" | "position"
> {
  readonly caches: readonly Cache[];
}

/**
 * Puts entries of the same file together: the instances of a repository often share artifacts and caches.
 *
 * @throws {StepError} E_ARTIFACT_CLASH with every two entries that claim one name in one cache for different files.
 */
export function groupArtifacts(artifacts: readonly ResolvedArtifact[]): readonly WantedArtifact[] {
  const clashes = findClashes(artifacts);
  if (clashes.length > 0) throw syncError("E_ARTIFACT_CLASH", clashes.join("\n"));
  const groups = Map.groupBy(artifacts, (one) => JSON.stringify([one.name, ...origin(one)]));
  return [...groups.values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [{ ...first, caches: [...new Set([first, ...more].flatMap(({ caches }) => caches))] }],
  );
}

/** Every two entries that claim the same name in the same cache for different files. */
export function findClashes(artifacts: readonly ResolvedArtifact[]): readonly string[] {
  const owners = new Map<string, ResolvedArtifact>();
  const clashes = new Set<string>();
  for (const artifact of artifacts)
    for (const cache of artifact.caches) {
      const key = JSON.stringify([cache.name, artifact.name]);
      const owner = owners.get(key) ?? artifact;
      owners.set(key, owner);
      if (JSON.stringify(origin(owner)) !== JSON.stringify(origin(artifact)))
        clashes.add(
          `${at(artifact.position)}: ${artifact.name} is another file than the one at ${at(owner.position)}: ${JSON.stringify(artifact.id)} and ${JSON.stringify(owner.id)}.`,
        );
    }
  return [...clashes];
}

function origin({ source, id }: Pick<ResolvedArtifact, "source" | "id">): readonly string[] {
  return [source.name, id];
}
