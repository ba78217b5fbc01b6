import type { Change } from "./changes.ts";

/** The groups of release notes in their order, with the types that belong to each. */
const groups = {
  breaking: { title: "Breaking changes", types: [] },
  features: { title: "Features", types: ["feat", "feature"] },
  fixes: { title: "Bug fixes", types: ["fix"] },
  performance: { title: "Performance", types: ["perf"] },
  reverts: { title: "Reverts", types: ["revert"] },
  documentation: { title: "Documentation", types: ["docs"] },
  other: { title: "Other changes", types: [] },
} as const satisfies Readonly<Record<string, { title: string; types: readonly string[] }>>;

export type GroupName = keyof typeof groups;

export interface ChangeGroup {
  name: GroupName;
  title: string;
  /** In the order of the changes. */
  changes: readonly Change[];
}

export const groupNames: readonly GroupName[] = [
  "breaking",
  "features",
  "fixes",
  "performance",
  "reverts",
  "documentation",
  "other",
];

/** Every change in exactly one group; groups without any are left out. What breaks stands first, whatever its type. */
export function groupChanges(changes: readonly Change[]): readonly ChangeGroup[] {
  const byGroup = Map.groupBy(changes, groupOf);
  return groupNames.flatMap((name) => {
    const inside = byGroup.get(name);
    return inside === undefined ? [] : [{ name, title: groups[name].title, changes: inside }];
  });
}

function groupOf({ type, breaking }: Change): GroupName {
  if (breaking !== undefined) return "breaking";
  const found = groupNames.find((name) => groups[name].types.some((known) => known === type));
  return found ?? "other";
}
