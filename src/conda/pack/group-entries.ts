import type { Entry, Group } from "./entry.ts";
import { groupOf, type Owner } from "./owners.ts";
import { byBytes, toRaw } from "./raw-path.ts";

export interface OwnedEntry {
  entry: Entry;
  owner: Owner;
}

/**
 * The order of the archive: conda packages by name, then distributions by normalised name, then the rest; inside each by
 * the bytes of the path. A package that did not change has the same bytes at the same distance from its start, always.
 */
export function groupEntries(owned: readonly OwnedEntry[]): Group[] {
  const groups = new Map<string, { rank: number; name: string; owner: Owner; entries: Entry[] }>();
  for (const { entry, owner } of owned) {
    const { rank, name } = groupOf(owner);
    const key = `${rank}:${name}`;
    const group = groups.get(key);
    if (group) group.entries.push(entry);
    else groups.set(key, { rank, name, owner, entries: [entry] });
  }
  return [...groups.values()]
    .toSorted(
      (left, right) => left.rank - right.rank || byBytes(toRaw(left.name), toRaw(right.name)),
    )
    .map(({ owner, entries }) => ({
      kind: kindOf(owner),
      name: owner.packages[0]?.name ?? owner.pip?.name ?? "",
      version: owner.packages[0]?.version ?? owner.pip?.version ?? "",
      entries: entries.toSorted((left, right) => byBytes(left.path, right.path)),
    }));
}

function kindOf({ packages, pip }: Owner): Group["kind"] {
  if (packages.length > 0) return "conda";
  return pip === undefined ? "rest" : "pip";
}
