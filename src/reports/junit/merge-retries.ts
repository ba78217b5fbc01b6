import { type DocumentOptions, readDocument } from "../xml/read-document.ts";
import type { CaseState } from "./case-state.ts";
import type { CaseDetail, JunitFile, Outcome } from "./model.ts";
import { JunitReader } from "./reader.ts";
import { junitVocabulary, word } from "./vocabulary.ts";

interface Attempt {
  ordinal: number;
  outcome: Outcome;
  flaky: boolean;
}

/** A test of which several attempts were made one. */
export interface MergedRetry {
  title: string;
  outcomes: Outcome[];
}

export interface MergedFile {
  file: JunitFile;
  merged: MergedRetry[];
}

/**
 * Makes one test of all attempts with the same suites, class, name and file, in one report: the last decides, an
 * earlier failure makes it flaky. Never across suites or reports: a similar name is another test.
 */
export async function mergeRetries(
  report: JunitFile,
  file: string,
  options: DocumentOptions = {},
): Promise<MergedFile> {
  if (!report.readable || report.counts.dup_keys === 0) return { file: report, merged: [] };
  const groups = (await attemptsOf(file, options)).filter(({ attempts }) => attempts.length > 1);
  const counts = { ...report.counts };
  const dropped = new Set<number>();
  const becameFlaky = new Set<number>();
  for (const { attempts } of groups) {
    const last = attempts.at(-1);
    if (last === undefined) continue;
    const earlier = attempts.slice(0, -1);
    for (const { ordinal, outcome, flaky } of earlier) {
      dropped.add(ordinal);
      counts.tests -= 1;
      counts[columnOf[outcome]] -= 1;
      if (flaky) counts.flaky -= 1;
      counts.dup_keys -= 1;
    }
    const hadFailure = earlier.some(({ outcome, flaky }) => isFailing(outcome) || flaky);
    if (!hadFailure || last.outcome !== "passed" || last.flaky) continue;
    counts.flaky += 1;
    for (const { ordinal, outcome } of earlier) if (isFailing(outcome)) becameFlaky.add(ordinal);
  }
  const cases = report.cases.flatMap((detail) => keep(detail, dropped, becameFlaky));
  const merged = groups.map(({ title, attempts }) => ({
    title,
    outcomes: attempts.map(({ outcome }) => outcome),
  }));
  return { file: { ...report, counts, cases }, merged };
}

const columnOf = {
  passed: "passed",
  failed: "failures",
  errored: "errors",
  skipped: "skipped",
} as const;

function isFailing(outcome: Outcome): boolean {
  return outcome === "failed" || outcome === "errored";
}

/** An attempt that failed before one that passed is shown as what it is: flaky. */
function keep(
  detail: CaseDetail,
  dropped: ReadonlySet<number>,
  becameFlaky: ReadonlySet<number>,
): CaseDetail[] {
  if (becameFlaky.has(detail.ordinal)) return [{ ...detail, outcome: "passed", flaky: true }];
  return dropped.has(detail.ordinal) ? [] : [detail];
}

async function attemptsOf(
  file: string,
  options: DocumentOptions,
): Promise<{ title: string; attempts: Attempt[] }[]> {
  const groups = new Map<string, { title: string; attempts: Attempt[] }>();
  const reader = new JunitReader({
    retention: { failed: 0, skipped: 0 },
    onCase: (state) => {
      const key = keyOf(state);
      const { ordinal, outcome, title } = state;
      const attempt = { ordinal, outcome, flaky: state.flaky > 0 };
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { title, attempts: [attempt] });
      else group.attempts.push(attempt);
    },
  });
  await readDocument(file, junitVocabulary, reader, options);
  return [...groups.values()];
}

function keyOf(state: CaseState): string {
  const { attributes } = state;
  const file = attributes.head(attributes.find(word.file), 4096);
  return JSON.stringify([state.suite?.path() ?? [], state.classname, state.name, file]);
}
