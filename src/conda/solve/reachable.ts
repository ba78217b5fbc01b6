import { textsIn } from "../json-fields.ts";
import { parseMatchSpec } from "../spec/match-spec.ts";
import { recordAt, type RepodataIndex } from "./repodata-index.ts";

/**
 * Finds the names of all packages that a solution may hold: those that are asked for, and what any build of them
 * needs, over all channels. A channel may have half a million records, of which few thousand count.
 */
export function reachableNames(
  indexes: readonly RepodataIndex[],
  asked: readonly string[],
): ReadonlySet<string> {
  const reached = new Set(asked);
  // A set gives what is added while it is gone through.
  for (const name of reached)
    for (const spec of dependenciesOf(indexes, name)) reached.add(parseMatchSpec(spec).name);
  return reached;
}

/** Builds of one package mostly need the same, so each text counts once. */
function dependenciesOf(indexes: readonly RepodataIndex[], name: string): ReadonlySet<string> {
  const specs = new Set<string>();
  for (const index of indexes)
    for (const place of index.byName.get(name) ?? [])
      for (const spec of textsIn(recordAt(index, place), "depends")) specs.add(spec);
  return specs;
}
