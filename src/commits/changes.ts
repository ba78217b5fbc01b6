import { type CommitMessage, parseMessage } from "./message.ts";

/** A commit as a history has it. */
export interface ReadCommit {
  id: string;
  /** Ids, the first being the branch that was merged into. */
  parents: readonly string[];
  message: string;
}

/** Something that a version brings, as its users would count it. */
export interface Change extends Omit<CommitMessage, "reverts"> {
  id: string;
}

interface Parsed extends ReadCommit {
  said: CommitMessage;
}

/**
 * What the commits between two versions bring. A merge and the commits that it joined are one matter: the
 * Conventional Commits among them count, else the merge's own title, else each of them. A commit and what reverts it
 * leave nothing.
 *
 * @param commits newest first, none before its children (`git log --topo-order`).
 * @param counts which of them count: in a monorepo those that touch a project. All are needed to see what came in with
 * which merge, and what reverts what.
 */
export function readChanges(
  commits: readonly ReadCommit[],
  counts: (commit: ReadCommit) => boolean = () => true,
): readonly Change[] {
  const parsed = commits.map((commit) => ({ ...commit, said: parseMessage(commit.message) }));
  const owners = findOwners(parsed);
  const reverted = findReverted(parsed, owners);
  const joined = Map.groupBy(
    parsed.filter((commit) => owners.has(commit.id) && counts(commit)),
    ({ id }) => owners.get(id) ?? "",
  );
  const mainline = parsed.filter((commit) => !owners.has(commit.id) && counts(commit));
  return mainline.flatMap((commit) => {
    const inside = (joined.get(commit.id) ?? []).filter(({ parents }) => parents.length < 2);
    const left = inside.filter(({ id }) => !reverted.has(id));
    // A merge of nothing but what is reverted is nothing itself.
    if (reverted.has(commit.id) || (inside.length > 0 && left.length === 0)) return [];
    return counted(commit, left).map((one) => asChange(one, commit));
  });
}

/** Which of a merge and its commits stand for it. */
function counted(commit: Parsed, inside: readonly Parsed[]): readonly Parsed[] {
  const telling = inside.filter(
    ({ said }) => said.type !== undefined || said.breaking !== undefined,
  );
  if (telling.length > 0) return telling;
  if (commit.said.description !== "") return [commit];
  return inside;
}

function asChange({ id, said }: Parsed, within: Parsed): Change {
  const { reverts: _, ...change } = said;
  return { ...change, id, mergeRequest: within.said.mergeRequest ?? said.mergeRequest };
}

/** The merge on the first-parent line by which each other commit came in. */
function findOwners(commits: readonly Parsed[]): ReadonlyMap<string, string> {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const mainline: Parsed[] = [];
  for (let next = commits[0]; next !== undefined; next = byId.get(next.parents[0] ?? ""))
    mainline.push(next);
  const known = new Set(mainline.map(({ id }) => id));
  const owners = new Map<string, string>();
  // The oldest first: what came in with an older merge is not the newer one's.
  for (const { id: merge, parents } of mainline.toReversed()) {
    const waiting = parents.slice(1);
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const commit = byId.get(id);
      if (commit === undefined || known.has(id)) continue;
      known.add(id);
      owners.set(id, merge);
      waiting.push(...commit.parents);
    }
  }
  return owners;
}

/** The reverted commits and those that only reverted them; a revert that was itself reverted does nothing. */
function findReverted(
  commits: readonly Parsed[],
  owners: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const gone = new Set<string>();
  for (const { id, said } of commits) {
    const { reverts } = said;
    if (reverts === undefined || gone.has(id)) continue;
    const targets = commits.filter(
      (other) =>
        other.id !== id &&
        (reverts.shas.some((sha) => other.id.startsWith(sha)) ||
          (reverts.mergeRequest !== undefined && other.said.mergeRequest === reverts.mergeRequest)),
    );
    if (targets.length > 0) gone.add(id);
    for (const target of targets) {
      gone.add(target.id);
      for (const [inside, merge] of owners) if (merge === target.id) gone.add(inside);
    }
  }
  return gone;
}
