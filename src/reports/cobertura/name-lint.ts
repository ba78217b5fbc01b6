import type { FindingList } from "../lint/findings.ts";
import type { LintRuleId } from "../lint/rules.ts";
import type { ClassRecord } from "./reader.ts";
import {
  extractSources,
  isProjectRoot,
  joinPath,
  likelyFile,
  mostGitlabSources,
  type Repository,
} from "./source-names.ts";

/** Follows GitLab's way from sources and file names to files of the repository, and notes what it loses on it. */
export function lintNames(
  classes: readonly ClassRecord[],
  sources: readonly string[],
  repository: Repository,
  findings: FindingList,
): void {
  const extracted = extractSources(sources, repository.project);
  if (extracted.length === 0) lintUnresolved(classes, sources, repository, findings);
  else lintResolved(classes, sources, extracted, repository, findings);
}

/** No source below the project: names are used as they are. */
function lintUnresolved(
  classes: readonly ClassRecord[],
  sources: readonly string[],
  { tree }: Repository,
  findings: FindingList,
): void {
  const named = classes.filter(({ filename }) => filename !== undefined);
  const missing = named.filter(({ filename }) => !tree.has(filename ?? ""));
  const elsewhere = sources.find((source) => !["", "."].includes(source.trim()));
  if (missing.length > 0 && missing.length === named.length && elsewhere !== undefined) {
    findings.add(
      "GC11",
      0,
      0,
      () =>
        `no source lies in the project (${elsewhere.trim()}), and no file name is one of the repository (${missing[0]?.filename})`,
    );
  } else {
    for (const record of missing) noteUnknown(record, record.filename ?? "", tree, findings);
  }
  lintLeaks(classes, (record) => record.filename !== undefined, findings, new Set());
}

function lintResolved(
  classes: readonly ClassRecord[],
  sources: readonly string[],
  extracted: readonly string[],
  repository: Repository,
  findings: FindingList,
): void {
  const kept = keptClasses(classes, extracted.slice(0, mostGitlabSources), repository.tree);
  const explained = new Set<ClassRecord>();
  const context = { sources, extracted, repository };
  for (const record of classes) {
    if (record.filename === undefined || kept.files.has(record)) continue;
    const reason = kept.again.has(record) ? "GC15" : explain(record.filename, context);
    if (reason === undefined) continue;
    explained.add(record);
    const { filename, line, column } = record;
    findings.add(reason, line, column, () => `${filename} is dropped`);
  }
  const leaking = lintLeaks(classes, (record) => kept.files.has(record), findings, explained);
  for (const record of classes)
    if (
      record.filename !== undefined &&
      !kept.files.has(record) &&
      !explained.has(record) &&
      !leaking.has(record)
    )
      noteUnknown(record, record.filename, repository.tree, findings);
}

interface Kept {
  files: Set<ClassRecord>;
  /** Would be kept, had not an earlier package held the file already. */
  again: Set<ClassRecord>;
}

function keptClasses(
  classes: readonly ClassRecord[],
  sources: readonly string[],
  tree: ReadonlySet<string>,
): Kept {
  const kept: Kept = { files: new Set(), again: new Set() };
  const taken = new Map<string, number>();
  for (const record of classes) {
    const { filename } = record;
    if (filename === undefined) continue;
    const paths = sources
      .map((source) => joinPath(source, filename))
      .filter((path) => tree.has(path));
    const path = paths.find(
      (candidate) => (taken.get(candidate) ?? record.package) === record.package,
    );
    if (path === undefined) {
      if (paths.length > 0) kept.again.add(record);
      continue;
    }
    kept.files.add(record);
    taken.set(path, record.package);
  }
  return kept;
}

/** Why a file name leads nowhere although the file is in the repository. */
function explain(
  filename: string,
  context: { sources: readonly string[]; extracted: readonly string[]; repository: Repository },
): Extract<LintRuleId, "GC12" | "GC13" | "GC14"> | undefined {
  const { sources, extracted, repository } = context;
  const { project, tree } = repository;
  if (extracted.slice(mostGitlabSources).some((source) => tree.has(joinPath(source, filename))))
    return "GC14";
  const broken = sources.filter((source) => source !== source.trim() || /[&<\r\n]/.test(source));
  if (broken.some((source) => resolvesTrimmed(source, filename, repository))) return "GC13";
  if (tree.has(filename) && sources.some((source) => isProjectRoot(source, project))) return "GC12";
  return undefined;
}

function resolvesTrimmed(source: string, filename: string, { project, tree }: Repository): boolean {
  const path = source.trim().replaceAll("\\", "/");
  const at = path.indexOf(`${project}/`);
  return at >= 0 && tree.has(joinPath(path.slice(at + project.length + 1), filename));
}

/** Classes that are dropped before one that is kept: their lines are added to that one (GC16). */
function lintLeaks(
  classes: readonly ClassRecord[],
  isKept: (record: ClassRecord) => boolean,
  findings: FindingList,
  explained: ReadonlySet<ClassRecord>,
): Set<ClassRecord> {
  const leaking = new Set<ClassRecord>();
  let pending: ClassRecord[] = [];
  for (const record of classes) {
    if (!isKept(record)) {
      if (record.lines > 0) pending.push(record);
      continue;
    }
    for (const dropped of pending) {
      leaking.add(dropped);
      const name = dropped.filename ?? "a class without a file name";
      findings.add(
        "GC16",
        dropped.line,
        dropped.column,
        () =>
          `${name} is dropped${explained.has(dropped) ? " too" : ""}, and its lines are added to ${record.filename}`,
      );
    }
    pending = [];
  }
  return leaking;
}

function noteUnknown(
  { line, column }: ClassRecord,
  filename: string,
  tree: ReadonlySet<string>,
  findings: FindingList,
): void {
  const likely = likelyFile(filename, tree);
  const hint = likely === undefined ? "" : ` (is it ${likely}?)`;
  findings.add("GC10", line, column, () => `${filename} is not in the repository${hint}`);
}
