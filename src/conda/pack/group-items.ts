import type { Group } from "./entry.ts";
import { groupOf, type Owner } from "./owners.ts";
import { byBytes, toRaw } from "./raw-path.ts";
import type { Found } from "./walk.ts";

/** Something of the environment, and whose it is. */
export interface OwnedItem {
  item: Found;
  owner: Owner;
}

/** What will be a group of the archive. */
export interface ItemGroup extends Omit<Group, "entries"> {
  items: readonly OwnedItem[];
}

/**
 * The order of the archive: conda packages by name, then distributions by normalised name, then the rest; inside each by
 * the bytes of the path. A package that did not change has the same bytes at the same distance from its start, always.
 *
 * @param owned by the bytes of their paths
 */
export function groupItems(owned: readonly OwnedItem[]): ItemGroup[] {
  const groups = new Map<string, { rank: number; name: string; items: OwnedItem[] }>();
  for (const one of owned) {
    const { rank, name } = groupOf(one.owner);
    const key = `${rank}:${name}`;
    const group = groups.get(key);
    if (group) group.items.push(one);
    else groups.set(key, { rank, name, items: [one] });
  }
  return [...groups.values()]
    .toSorted(
      (left, right) => left.rank - right.rank || byBytes(toRaw(left.name), toRaw(right.name)),
    )
    .map(({ items }) => ({ ...describe(items[0]?.owner), items }));
}

function describe(owner: Owner | undefined): Omit<Group, "entries"> {
  const [first] = owner?.packages ?? [];
  const { name = "", version = "" } = first ?? owner?.pip ?? {};
  const kind = owner?.pip === undefined ? "rest" : "pip";
  return { kind: first === undefined ? kind : "conda", name, version };
}
