import { closeSync, openSync, readSync } from "node:fs";
import type { ReadError } from "../junit/model.ts";
import type { FindingList } from "../lint/findings.ts";
import { type DocumentFacts, type DocumentOptions, readDocument } from "../xml/read-document.ts";
import { isLcov, otherFormat } from "./formats.ts";
import type { CoberturaCounts, CoberturaFile } from "./model.ts";
import { lintNames } from "./name-lint.ts";
import { CoberturaReader } from "./reader.ts";
import type { Repository } from "./source-names.ts";
import { coberturaVocabulary, word } from "./vocabulary.ts";

/** GitLab's limit for one coverage file. */
const mostBytes = 10 * 1024 * 1024;

export interface CoberturaOptions extends DocumentOptions {
  /** For the rules about names; without it they are not checked. */
  repository?: Repository | undefined;
}

/**
 * Reads one Cobertura report. Numbers come from its lines, never from its rates.
 *
 * @throws what the file system throws where the file cannot be opened
 */
export async function readCobertura(
  file: string,
  path: string,
  options: CoberturaOptions = {},
): Promise<CoberturaFile> {
  const reader = new CoberturaReader();
  const facts = await readDocument(file, coberturaVocabulary, reader, options);
  const format = facts.isEmpty ? undefined : formatOf(file, facts, reader);
  lint(facts, format, reader, options.repository);
  const counts = countsOf(reader);
  const error = errorOf(facts, format);
  return {
    kind: "cobertura",
    path,
    bytes: facts.bytes,
    encoding: facts.encoding,
    root: reader.root,
    wellformed: wellformed(facts),
    readable: error === undefined,
    error,
    counts,
    gitlab_error: gitlabError(facts, reader),
    attributes: rootAttributes(reader),
    agrees: agrees(reader, counts.line_rate),
    sources: reader.sources,
    files: [...reader.files.values()],
    findings: reader.findings.sorted(),
  };
}

function formatOf(file: string, facts: DocumentFacts, reader: CoberturaReader): string | undefined {
  if (facts.fault === undefined) return otherFormat(reader);
  return isLcov(headOf(file)) ? "an LCOV trace" : undefined;
}

function headOf(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const head = Buffer.alloc(16);
    return head.toString("latin1", 0, readSync(descriptor, head));
  } finally {
    closeSync(descriptor);
  }
}

function errorOf(facts: DocumentFacts, format: string | undefined): ReadError | undefined {
  const before = { casesBefore: 0, failuresBefore: 0, lastCase: undefined };
  if (format !== undefined)
    return {
      kind: "format",
      text: `this is ${format}, not Cobertura`,
      line: 1,
      column: 1,
      ...before,
    };
  if (facts.fault === undefined) return undefined;
  const { kind, message, line, column } = facts.fault;
  return { kind, text: message, line, column, ...before };
}

function wellformed(facts: DocumentFacts): CoberturaFile["wellformed"] {
  if (facts.isEmpty) return "empty";
  return facts.fault === undefined ? "yes" : "no";
}

function lint(
  facts: DocumentFacts,
  format: string | undefined,
  reader: CoberturaReader,
  repository: Repository | undefined,
): void {
  const { findings } = reader;
  const { fault } = facts;
  if (facts.isEmpty) findings.add("GC04", 0, 0, () => "the file is empty");
  else if (fault !== undefined)
    findings.add("GC01", fault.line, fault.column, () => `not valid XML: ${fault.message}`);
  if (facts.bytes > mostBytes)
    findings.add("GC03", 0, 0, () => `${(facts.bytes / 1024 / 1024).toFixed(1)} MiB`);
  if (format !== undefined) findings.add("GC20", 1, 1, () => `this is ${format}`);
  if (reader.isPrefixed) findings.add("GC19", 1, 1, () => "elements have a namespace prefix");
  lintRepeats(reader, findings);
  const isNamed = fault === undefined && format === undefined && !reader.isPrefixed;
  if (isNamed && repository !== undefined && repository.tree.size > 0)
    lintNames(reader.classRecords, reader.sources, repository, findings);
}

function lintRepeats(reader: CoberturaReader, findings: FindingList): void {
  const [first] = reader.gitlab.repeated;
  if (first === undefined) return;
  const count = reader.gitlab.repeated.length;
  findings.add(
    "GC17",
    0,
    0,
    () =>
      `${count} lines are there more than once, the first is line ${first.line} of ${first.file}`,
  );
}

function countsOf(reader: CoberturaReader): CoberturaCounts {
  let valid = 0;
  let covered = 0;
  let branchesValid = 0;
  let branchesCovered = 0;
  for (const file of reader.files.values()) {
    valid += file.lines.size;
    for (const isCovered of file.lines.values()) if (isCovered) covered += 1;
    for (const branch of file.branches.values()) {
      branchesValid += branch.valid;
      branchesCovered += branch.covered;
    }
  }
  const held = reader.gitlab.counts;
  return {
    packages: reader.packages,
    classes: reader.classes,
    files: reader.files.size,
    lines_valid: valid,
    lines_covered: covered,
    line_rate: valid === 0 ? null : Math.round((covered / valid) * 10_000) / 10_000,
    branches_valid: branchesValid,
    branches_covered: branchesCovered,
    sources: reader.sourceCount,
    gitlab_files: held.files,
    gitlab_lines: held.lines,
    gitlab_covered: held.covered,
  };
}

function gitlabError(facts: DocumentFacts, reader: CoberturaReader): CoberturaFile["gitlab_error"] {
  if (facts.bytes > mostBytes) return "size";
  if (facts.fault !== undefined || reader.findings.has("GC01")) return "xml";
  return reader.hasInvalidLine ? "line" : "";
}

function rootAttributes({ rootAttributes }: CoberturaReader): CoberturaFile["attributes"] {
  const pair = (covered: number, valid: number): string =>
    `${rootAttributes.get(covered) ?? "-"}/${rootAttributes.get(valid) ?? "-"}`;
  return {
    line_rate: rootAttributes.get(word["line-rate"]) ?? "",
    lines: pair(word["lines-covered"], word["lines-valid"]),
    branches: pair(word["branches-covered"], word["branches-valid"]),
  };
}

function agrees(reader: CoberturaReader, rate: number | null): CoberturaFile["agrees"] {
  const written = reader.rootAttributes.get(word["line-rate"]);
  const declared = written === undefined || written.trim() === "" ? Number.NaN : Number(written);
  if (rate === null || !(declared >= 0 && declared <= 1)) return "n/a";
  return Math.abs(declared - rate) <= 0.005 ? "yes" : "no";
}
