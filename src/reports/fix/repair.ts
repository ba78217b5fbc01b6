import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { JunitReader } from "../junit/reader.ts";
import { junitVocabulary } from "../junit/vocabulary.ts";
import { readDocument } from "../xml/read-document.ts";
import { CopyWriter } from "./copy-writer.ts";
import { escapeText, escapeValue } from "./escape-xml.ts";
import { type Changes, noteChange, type RepairContext, repairCase } from "./repaired-case.ts";

/** A repaired copy of one report. */
export interface RepairedReport {
  /** The report, relative to the working directory. */
  path: string;
  /** The copies, relative to the folder of copies. */
  copies: string[];
  /** What differs from the original, and how often. */
  changes: Map<string, number>;
}

export interface RepairSettings {
  cwd: string;
  /** Where the copies go. It must be empty. */
  folder: string;
  signal: AbortSignal;
}

/**
 * Writes copies of reports that GitLab reads whole; the originals stay as they are, and are what the gate judges.
 *
 * A report that is cut off is copied up to there, with an error in place of the rest, so that nobody takes it for whole.
 */
export async function repairReports(
  reports: readonly { file: string; path: string }[],
  settings: RepairSettings,
): Promise<RepairedReport[]> {
  const usedKeys = new Set<string>();
  const usedNames = new Set<string>();
  const repaired: RepairedReport[] = [];
  for (const { file, path } of reports) {
    const changes: Changes = new Map();
    const name = uniqueFileName(path, usedNames);
    const writer = new CopyWriter((part) =>
      join(settings.folder, part === 1 ? `${name}.xml` : `${name}.part${part}.xml`),
    );
    const attachment = (named: string): string | undefined =>
      findAttachment(named, path, settings.cwd);
    await copyReport(file, writer, { changes, usedKeys, attachment }, settings.signal);
    if (writer.files.length > 1) noteChange(changes, `split into ${writer.files.length} files`);
    const copies = writer.files.map((copy) => relative(settings.folder, copy));
    if (copies.length > 0) repaired.push({ path, copies, changes });
  }
  return repaired;
}

async function copyReport(
  file: string,
  writer: CopyWriter,
  context: RepairContext,
  signal: AbortSignal,
): Promise<void> {
  const everything = { failed: Number.MAX_SAFE_INTEGER, skipped: Number.MAX_SAFE_INTEGER };
  const reader: JunitReader = new JunitReader({
    retention: everything,
    onCase: (state) => {
      const { suite, xml } = repairCase(state, context);
      writer.case(suite, xml);
      // Nothing of it is needed again: a report of a million failures must not stay in memory.
      reader.tally.cases.length = 0;
      reader.tally.skippedCases.length = 0;
    },
  });
  const facts = await readDocument(file, junitVocabulary, reader, { signal, isLenient: true });
  const { changes } = context;
  if (facts.encoding !== "utf-8" || facts.contradicts) noteChange(changes, "written as UTF-8");
  for (const { suites, message, text } of reader.tally.problems) {
    const told = [message, text].filter((part) => part !== undefined && part !== "").join("\n");
    writer.case(
      suites.at(-1) ?? "",
      extraCase("(outside of any test)", told, suites.join(" › "), context),
    );
    noteChange(changes, "problems of suites added as test cases");
  }
  if (facts.fault !== undefined && reader.tally.counts.tests > 0) {
    const told = `The report is not readable beyond line ${facts.fault.line}: ${facts.fault.message}`;
    writer.case("", extraCase("(rest of the report)", told, "", context));
    noteChange(changes, "an error added for what could not be read");
  }
  writer.end();
}

function extraCase(name: string, text: string, group: string, { usedKeys }: RepairContext): string {
  let unique = name;
  for (let number = 2; usedKeys.has(`${group}_${unique}`); number += 1)
    unique = `${name} ${number}`;
  usedKeys.add(`${group}_${unique}`);
  return `    <testcase classname="${escapeValue(group === "" ? "report" : group)}" name="${escapeValue(unique)}"><error>${escapeText(text)}</error></testcase>\n`;
}

/** One flat name per report: GitLab wants `.xml`, and paths must not leave the folder. */
function uniqueFileName(path: string, used: Set<string>): string {
  const flat = path
    .replaceAll(/[^\w.-]+/g, "_")
    .replace(/^[._]+/, "")
    .replace(/\.xml$/i, "")
    .slice(-120);
  const name = flat === "" ? "report" : flat;
  let unique = name;
  for (let number = 2; used.has(unique.toLowerCase()); number += 1) unique = `${name}_${number}`;
  used.add(unique.toLowerCase());
  return unique;
}

/** Playwright names attachments relative to the report, others absolutely; GitLab wants them from the project. */
function findAttachment(named: string, report: string, cwd: string): string | undefined {
  const candidates = [resolve(cwd, named), resolve(cwd, dirname(report), named)];
  for (const candidate of candidates) {
    const way = relative(cwd, candidate);
    if (way.startsWith("..") || isAbsolute(way) || !existsSync(candidate)) continue;
    return way.split(sep).join("/");
  }
  return undefined;
}
