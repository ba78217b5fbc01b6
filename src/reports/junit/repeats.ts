import type { FindingList } from "../lint/findings.ts";
import { type DocumentOptions, readDocument } from "../xml/read-document.ts";
import type { CaseState } from "./case-state.ts";
import { holds, type KeySummary } from "./key-summary.ts";
import type { Outcome } from "./model.ts";
import { JunitReader } from "./reader.ts";
import { junitVocabulary } from "./vocabulary.ts";

interface Repeat {
  key: string;
  line: number;
  column: number;
  outcomes: Outcome[];
}

/** How many tests of one name are told apart. */
const mostOutcomes = 1000;

/**
 * Reads the file again to name the keys that occur more than once (GJ20, GJ21).
 *
 * Names of a million cases are not kept for the rare file that repeats some of them. Texts decide here, so a
 * collision of hashes makes no finding.
 */
export async function nameRepeats(
  file: string,
  shown: KeySummary,
  findings: FindingList,
  options: DocumentOptions,
): Promise<void> {
  const repeats = await findRepeats(file, shown.repeatedHashes, options);
  for (const { key, line, column, outcomes } of repeats) {
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
}

async function findRepeats(
  file: string,
  hashes: Float64Array,
  options: DocumentOptions,
): Promise<Iterable<Repeat>> {
  const found = new Map<string, Repeat>();
  const reader = new JunitReader({
    retention: { failed: 0, skipped: 0 },
    onCase: (state) => {
      if (holds(hashes, state.gitlabHash)) note(found, state);
    },
  });
  await readDocument(file, junitVocabulary, reader, options);
  return found.values();
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

/** The names of the keys with these hashes, each once. */
export async function namesOfKeys(
  file: string,
  hashes: Float64Array,
  options: DocumentOptions = {},
): Promise<string[]> {
  return [...(await findRepeats(file, hashes, options))].map(({ key }) => key);
}
