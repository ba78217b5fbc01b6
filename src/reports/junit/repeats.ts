import type { FindingList } from "../lint/findings.ts";
import { type DocumentOptions, readDocument } from "../xml/read-document.ts";
import type { CaseState } from "./case-state.ts";
import { holds } from "./key-summary.ts";
import { KeyList } from "./keys.ts";
import type { Outcome } from "./model.ts";
import { JunitReader } from "./reader.ts";
import { junitVocabulary } from "./vocabulary.ts";

interface Repeat {
  key: string;
  line: number;
  column: number;
  outcomes: Outcome[];
}

/** How many names, and tests of one name, are told apart; of others only the number is told. */
const mostNames = 1000;
const mostOutcomes = 1000;

/**
 * Reads a file again for the keys that occur more than once: names of a million cases are not kept for the rare file
 * that repeats some of them. Texts decide here, so a collision of hashes makes no finding (GJ20, GJ21).
 *
 * @param hashes sorted
 * @returns how many cases have the suite, class and name of an earlier one
 */
export async function nameRepeats(
  file: string,
  hashes: Float64Array,
  findings: FindingList,
  options: DocumentOptions,
): Promise<number> {
  const named = hashes.subarray(0, mostNames);
  const found = new Map<string, Repeat>();
  const exact = new KeyList();
  await readAgain(file, options, (state) => {
    if (!holds(hashes, state.gitlabHash)) return;
    exact.push(state.exactHash);
    if (holds(named, state.gitlabHash)) note(found, state);
  });
  for (const { key, line, column, outcomes } of found.values()) {
    if (outcomes.length < 2) continue;
    const kinds = new Set(outcomes);
    const count = outcomes.length;
    if (count > kinds.size)
      findings.add(
        "GJ20",
        line,
        column,
        () => `${count} tests share the name ${key}; GitLab shows ${kinds.size}`,
      );
    if (kinds.size > 1)
      findings.add("GJ21", line, column, () => `${key} is there as ${[...kinds].join(", ")}`);
  }
  const unnamed = hashes.length - named.length;
  if (unnamed > 0) findings.add("GJ20", 0, 0, () => `${unnamed} more names are there repeatedly`);
  return repeatsIn(exact.takeSorted());
}

/** The names of the keys with these hashes, each once. */
export async function namesOfKeys(
  file: string,
  hashes: Float64Array,
  options: DocumentOptions = {},
): Promise<string[]> {
  const found = new Map<string, Repeat>();
  await readAgain(file, options, (state) => {
    if (holds(hashes, state.gitlabHash)) note(found, state);
  });
  return [...found.keys()];
}

async function readAgain(
  file: string,
  options: DocumentOptions,
  onCase: (state: CaseState) => void,
): Promise<void> {
  const reader = new JunitReader({ retention: { failed: 0, skipped: 0 }, onCase });
  await readDocument(file, junitVocabulary, reader, options);
}

function note(found: Map<string, Repeat>, state: CaseState): void {
  if (!state.isDirect || state.suite?.isReached !== true || state.vanishes) return;
  const key = [state.suite.name ?? "", state.classname ?? "", state.name ?? ""].join("_");
  const repeat = found.get(key);
  if (repeat === undefined)
    found.set(key, {
      key,
      line: state.line,
      column: state.column,
      outcomes: [state.gitlabOutcome],
    });
  else if (repeat.outcomes.length < mostOutcomes) repeat.outcomes.push(state.gitlabOutcome);
}

function repeatsIn(sorted: Float64Array): number {
  let repeats = 0;
  for (let at = 1; at < sorted.length; at += 1) if (sorted[at] === sorted[at - 1]) repeats += 1;
  return repeats;
}
