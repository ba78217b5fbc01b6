import { type DocumentOptions, readDocument } from "../xml/read-document.ts";
import { JunitReader } from "./reader.ts";
import { junitVocabulary } from "./vocabulary.ts";

/** Reads a file again for the names of the tests with these exact hashes: hash to title. */
export async function titlesOfTests(
  file: string,
  hashes: ReadonlySet<number>,
  options: DocumentOptions = {},
): Promise<Map<number, string>> {
  const titles = new Map<number, string>();
  const reader = new JunitReader({
    retention: { failed: 0, skipped: 0 },
    onCase: (state) => {
      if (hashes.has(state.exactHash)) titles.set(state.exactHash, state.title);
    },
  });
  await readDocument(file, junitVocabulary, reader, options);
  return titles;
}
