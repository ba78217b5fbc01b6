import type { FindingList } from "../lint/findings.ts";
import type { DocumentFacts } from "../xml/read-document.ts";
import type { ReportTally } from "./report-tally.ts";

/** GitLab's limit: 30 MiB, in characters. */
const mostCharacters = 31_457_280;
const warnBytes = 30_000_000;
/** GitLab.com's limit for one file. */
const mostCases = 500_000;

/** Notes what concerns the file as a whole. */
export function lintWholeFile(path: string, facts: DocumentFacts, tally: ReportTally): void {
  const { findings } = tally;
  lintFault(facts, findings);
  lintEncoding(facts, findings);
  lintSize(facts, tally);
  if (!path.endsWith(".xml")) findings.add("GJ35", 0, 0, () => `the name does not end in .xml`);
  if (facts.fault === undefined && tally.counts.tests === 0)
    findings.add("GJ33", 0, 0, () => (facts.isEmpty ? "the file is empty" : "no test in the file"));
  lintNames(tally);
}

function lintFault({ fault }: DocumentFacts, findings: FindingList): void {
  if (fault === undefined) return;
  const { line, column, message } = fault;
  if (fault.kind === "entities") findings.add("GJ46", line, column, () => message);
  else if (fault.kind === "encoding")
    findings.add("GJ03", line, column, () => `write the report as UTF-8: ${message}`);
  else if (fault.limit === "depth") findings.add("GJ10", line, column, () => message);
  else if (fault.kind === "malformed")
    findings.add(
      "GJ01",
      line,
      column,
      () => `not valid XML: ${message}; GitLab will show no test of this job`,
    );
}

function lintEncoding(facts: DocumentFacts, findings: FindingList): void {
  if (facts.fault?.kind === "encoding") return;
  const found = facts.declaredEncoding ?? facts.encoding;
  if (facts.encoding.startsWith("utf-16") || facts.contradicts)
    findings.add("GJ03", 1, 1, () => `write the report as UTF-8 (found ${found})`);
  else if (facts.isForeign)
    findings.add(
      "GJ03",
      1,
      1,
      () =>
        `write the report as UTF-8 (found ${found}): it depends on the GitLab version whether it is read`,
      "L",
    );
}

function lintSize(facts: DocumentFacts, { findings, counts }: ReportTally): void {
  const size = `${(facts.bytes / 1024 / 1024).toFixed(1)} MiB`;
  if (
    facts.characters > mostCharacters ||
    (facts.fault?.limit === "bytes" && facts.bytes > mostCharacters)
  )
    findings.add("GJ04", 0, 0, () => `${size}: split the report or drop passed output`);
  else if (facts.bytes >= warnBytes)
    findings.add("GJ04", 0, 0, () => `${size}: close to the limit of 30 MiB`, "L");
  if (counts.started > mostCases)
    findings.add("GJ06", 0, 0, () => `${counts.started} cases, more than ${mostCases}`);
}

function lintNames({ findings, counts }: ReportTally): void {
  const missing = [
    counts.noClassname > 0 ? `${counts.noClassname} without classname` : "",
    counts.noName > 0 ? `${counts.noName} without name` : "",
    counts.noFile > 0 ? `${counts.noFile} failed without file` : "",
  ].filter((part) => part !== "");
  if (missing.length > 0) findings.add("GJ44", 0, 0, () => `test cases: ${missing.join(", ")}`);
}
