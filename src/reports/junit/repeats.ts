import type { FindingList } from "../lint/findings.ts";
import { type DocumentOptions, readDocument } from "../xml/read-document.ts";
import { holds, type RepeatedKey } from "./key-summary.ts";
import { JunitReader } from "./reader.ts";
import { junitVocabulary } from "./vocabulary.ts";

/**
 * Notes the tests that GitLab takes for one (GJ20, GJ21).
 *
 * @param names of the keys, by the number of their first case, as far as they were kept
 */
export function lintRepeats(
  repeated: readonly RepeatedKey[],
  names: ReadonlyMap<number, string>,
  findings: FindingList,
): void {
  let unnamed = 0;
  for (const { first, count, line, column, outcomes } of repeated) {
    const name = names.get(first);
    if (name === undefined) {
      unnamed += 1;
      continue;
    }
    if (count > outcomes.length)
      findings.add(
        "GJ20",
        line,
        column,
        () => `${count} tests share the name ${name}; GitLab shows ${outcomes.length}`,
      );
    if (outcomes.length > 1)
      findings.add("GJ21", line, column, () => `${name} is there as ${outcomes.join(", ")}`);
  }
  if (unnamed > 0) findings.add("GJ20", 0, 0, () => `${unnamed} more names are there repeatedly`);
}

/** Reads a file again for the names of the keys with these hashes, each once. */
export async function namesOfKeys(
  file: string,
  hashes: Float64Array,
  options: DocumentOptions = {},
): Promise<string[]> {
  const found = new Set<string>();
  const reader = new JunitReader({
    retention: { failed: 0, skipped: 0 },
    onCase: (state) => {
      const isShown = state.isDirect && state.suite?.isReached === true && !state.vanishes;
      if (isShown && holds(hashes, state.gitlabHash)) found.add(state.key);
    },
  });
  await readDocument(file, junitVocabulary, reader, options);
  return [...found];
}
