import type { Change } from "./changes.ts";

/** Which number of a version the changes raise (Semantic Versioning). */
export type BumpLevel = "major" | "minor" | "patch" | "none";

export interface Decision {
  level: BumpLevel;
  /** The newest change that asks for this level; `undefined` for none. */
  decidedBy: Change | undefined;
}

const byRank: readonly BumpLevel[] = ["major", "minor", "patch"];

/** The highest level that any of the changes asks for, and which one it was. */
export function decideLevel(changes: readonly Change[]): Decision {
  for (const level of byRank) {
    const decidedBy = changes.find((change) => levelOf(change) === level);
    if (decidedBy !== undefined) return { level, decidedBy };
  }
  return { level: "none", decidedBy: undefined };
}

function levelOf({ type, breaking }: Change): BumpLevel {
  if (breaking !== undefined) return "major";
  if (type === "feat" || type === "feature") return "minor";
  return type === "fix" || type === "perf" || type === "revert" ? "patch" : "none";
}
