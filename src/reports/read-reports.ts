import type { CoberturaFile } from "./cobertura/model.ts";
import { readCobertura } from "./cobertura/read.ts";
import type { Repository } from "./cobertura/source-names.ts";
import type { FoundFile } from "./find-files.ts";
import type { JunitFile, ReadError } from "./junit/model.ts";
import { readJunit } from "./junit/read.ts";
import type { Retention } from "./junit/case-reader.ts";
import { mostSlow } from "./junit/time-tally.ts";
import { junitVocabulary } from "./junit/vocabulary.ts";
import { NameTable } from "./xml/names.ts";

export interface ReadSettings {
  signal: AbortSignal;
  /** Seconds above which a test is too slow. */
  maxTestSeconds?: number | undefined;
  /** Keep what a comparison with a baseline needs. */
  keepTests: boolean;
  /** Largest report, in bytes. */
  maxBytes?: number | undefined;
  onRead?: (bytes: number) => void;
}

/** How many cases keep their texts, over all files of a run. */
export const usualRetention = (): Retention => ({ failed: 1000, skipped: 1000 });

/** Reads every file once, one after the other. A file that cannot be opened is an unreadable report, not an end. */
export async function readJunitFiles(
  files: readonly FoundFile[],
  settings: ReadSettings,
): Promise<JunitFile[]> {
  const retention = usualRetention();
  const read: JunitFile[] = [];
  const names = new NameTable(junitVocabulary);
  let slowest: number[] = [];
  for (const file of files) {
    const slowerThan = slowest[mostSlow - 1] ?? -1;
    const report = await readOne(file, settings, {
      retention,
      names,
      slowerThan,
      isOnlyFile: files.length === 1,
    });
    read.push(report);
    if (report.slowest.length > 0)
      slowest = [...slowest, ...report.slowest.map(({ seconds }) => seconds)]
        .toSorted((one, other) => other - one)
        .slice(0, mostSlow);
    settings.onRead?.(file.bytes);
  }
  return read;
}

/** The same for coverage. */
export async function readCoberturaFiles(
  files: readonly FoundFile[],
  repository: Repository | undefined,
  settings: ReadSettings,
): Promise<CoberturaFile[]> {
  const { signal, maxBytes } = settings;
  const read: CoberturaFile[] = [];
  for (const { file, path, refusal, bytes } of files) {
    const options = { signal, repository, ...(maxBytes === undefined ? {} : { maxBytes }) };
    const report = await orError(refusal, () => readCobertura(file, path, options));
    read.push(report instanceof Unopened ? unopenedCobertura(path, report.message) : report);
    settings.onRead?.(bytes);
  }
  return read;
}

async function readOne(
  { file, path, refusal }: FoundFile,
  { signal, maxTestSeconds, keepTests, maxBytes }: ReadSettings,
  others: { retention: Retention; names: NameTable; slowerThan: number; isOnlyFile: boolean },
): Promise<JunitFile> {
  const report = await orError(refusal, () =>
    readJunit(file, path, {
      ...others,
      signal,
      keepTests,
      ...(maxTestSeconds === undefined ? {} : { maxTestSeconds }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    }),
  );
  return report instanceof Unopened ? unopenedJunit(path, report.message) : report;
}

class Unopened extends Error {}

/** What the file system says is a fact about the file; everything else is thrown on. */
async function orError<Report>(
  refusal: string | undefined,
  read: () => Promise<Report>,
): Promise<Report | Unopened> {
  if (refusal !== undefined) return new Unopened(refusal);
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof Error && "syscall" in cause) return new Unopened(cause.message);
    throw cause;
  }
}

function fileError(text: string): ReadError {
  return {
    kind: "file",
    text,
    line: 0,
    column: 0,
    casesBefore: 0,
    failuresBefore: 0,
    lastCase: undefined,
  };
}

function unopenedJunit(path: string, text: string): JunitFile {
  return {
    kind: "junit",
    path,
    bytes: 0,
    characters: 0,
    encoding: "",
    bom: false,
    root: "",
    wellformed: "no",
    readable: false,
    error: fileError(text),
    counts: {
      suites: 0,
      tests: 0,
      passed: 0,
      failures: 0,
      errors: 0,
      skipped: 0,
      flaky: 0,
      rerun: 0,
      suite_problems: 0,
      dup_keys: 0,
      no_classname: 0,
      time: 0,
      bad_times: 0,
    },
    gitlab: {
      gitlab_error: "xml",
      gitlab_total: 0,
      gitlab_success: 0,
      gitlab_failed: 0,
      gitlab_errored: 0,
      gitlab_skipped: 0,
      gitlab_lost: 0,
      gitlab_raw: 0,
    },
    declared: "ok",
    mismatches: [],
    cases: [],
    skippedCases: [],
    problems: [],
    slowest: [],
    tooSlow: 0,
    findings: [],
    tests: undefined,
    gitlabKeys: new Float64Array(),
  };
}

function unopenedCobertura(path: string, text: string): CoberturaFile {
  return {
    kind: "cobertura",
    path,
    bytes: 0,
    encoding: "",
    root: "",
    wellformed: "no",
    readable: false,
    error: fileError(text),
    counts: {
      packages: 0,
      classes: 0,
      files: 0,
      lines_valid: 0,
      lines_covered: 0,
      line_rate: null,
      branches_valid: 0,
      branches_covered: 0,
      sources: 0,
      gitlab_files: 0,
      gitlab_lines: 0,
      gitlab_covered: 0,
    },
    gitlab_error: "xml",
    attributes: { line_rate: "", lines: "-/-", branches: "-/-" },
    agrees: "n/a",
    sources: [],
    files: [],
    findings: [],
  };
}
