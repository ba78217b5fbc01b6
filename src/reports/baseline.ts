import type { Coverage, Share } from "./coverage.ts";
import type { FoundFile } from "./find-files.ts";
import type { JunitFile, TestRecord } from "./junit/model.ts";
import { titlesOfTests } from "./junit/tests-by-hash.ts";

/** Tests that differ, as many names as people read, and their number. */
export interface ChangedTests {
  count: number;
  names: string[];
}

/** What changed since an earlier report. */
export interface Comparison {
  newFailures: ChangedTests;
  fixed: ChangedTests;
  added: ChangedTests;
  removed: ChangedTests;
  newlySkipped: ChangedTests;
  /** Twice as slow and more than a second slower. */
  slower: ChangedTests;
}

/** Coverage before and now; `undefined` where either is not known. */
export interface CoverageDifference {
  lines: { before: Share; after: Share } | undefined;
  branches: { before: Share; after: Share } | undefined;
}

const mostNames = 100;
const slowerSeconds = 1;
const slowerFactor = 2;

interface Side {
  files: readonly JunitFile[];
  found: readonly FoundFile[];
}

/**
 * Compares test by test. Tests are told apart by suite, class and name; of several with one key the worst outcome
 * counts. Names are read again only for what differs.
 */
export async function compareTests(before: Side, now: Side): Promise<Comparison> {
  const old = merge(before.files);
  const current = merge(now.files);
  const kinds = {
    newFailures: new Set<number>(),
    fixed: new Set<number>(),
    added: new Set<number>(),
    removed: new Set<number>(),
    newlySkipped: new Set<number>(),
    slower: new Set<number>(),
  };
  for (const [hash, test] of current) {
    const earlier = old.get(hash);
    if (isFailing(test) && !isFailing(earlier)) kinds.newFailures.add(hash);
    if (earlier === undefined) kinds.added.add(hash);
    else classify(hash, earlier, test, kinds);
  }
  for (const hash of old.keys()) if (!current.has(hash)) kinds.removed.add(hash);

  const [newFailures, fixed, added, newlySkipped, slower] = await Promise.all(
    [kinds.newFailures, kinds.fixed, kinds.added, kinds.newlySkipped, kinds.slower].map((hashes) =>
      nameAll(hashes, now),
    ),
  );
  const removed = await nameAll(kinds.removed, before);
  const none: ChangedTests = { count: 0, names: [] };
  return {
    newFailures: newFailures ?? none,
    fixed: fixed ?? none,
    added: added ?? none,
    removed,
    newlySkipped: newlySkipped ?? none,
    slower: slower ?? none,
  };
}

export function compareCoverage(before: Coverage, now: Coverage): CoverageDifference {
  const pair = (old: Share, current: Share): CoverageDifference["lines"] =>
    old.valid > 0 && current.valid > 0 ? { before: old, after: current } : undefined;
  return { lines: pair(before.lines, now.lines), branches: pair(before.branches, now.branches) };
}

function classify(
  hash: number,
  earlier: TestRecord,
  test: TestRecord,
  kinds: { fixed: Set<number>; newlySkipped: Set<number>; slower: Set<number> },
): void {
  if (isFailing(earlier) && test.outcome === "passed") kinds.fixed.add(hash);
  if (test.outcome === "skipped" && earlier.outcome !== "skipped") kinds.newlySkipped.add(hash);
  const difference = test.seconds - earlier.seconds;
  if (difference > slowerSeconds && test.seconds > earlier.seconds * slowerFactor)
    kinds.slower.add(hash);
}

function isFailing(test: TestRecord | undefined): boolean {
  return test?.outcome === "failed" || test?.outcome === "errored";
}

function merge(files: readonly JunitFile[]): Map<number, TestRecord> {
  const all = new Map<number, TestRecord>();
  for (const { readable, tests } of files) {
    if (!readable || tests === undefined) continue;
    for (const [hash, test] of tests) {
      const known = all.get(hash);
      if (known === undefined || (isFailing(test) && !isFailing(known))) all.set(hash, test);
    }
  }
  return all;
}

async function nameAll(hashes: ReadonlySet<number>, { files, found }: Side): Promise<ChangedTests> {
  const wanted = new Set([...hashes].slice(0, mostNames));
  const names: string[] = [];
  for (const report of files) {
    if (wanted.size === 0) break;
    if (![...wanted].some((hash) => report.tests?.has(hash))) continue;
    const file = found.find(({ path }) => path === report.path)?.file;
    if (file === undefined) continue;
    for (const [hash, title] of await titlesOfTests(file, wanted)) {
      names.push(title);
      wanted.delete(hash);
    }
  }
  return { count: hashes.size, names };
}
