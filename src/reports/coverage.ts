import type { BranchCount, CoberturaFile, FileLines } from "./cobertura/model.ts";
import { joinPath } from "./cobertura/source-names.ts";

/** Coverage of one source file over all reports. */
export interface CoveredFile {
  /** In the repository, where it was found there; else as reported. */
  path: string;
  isResolved: boolean;
  lines: Share;
  branches: Share;
}

export interface Share {
  covered: number;
  valid: number;
}

export interface Coverage {
  files: CoveredFile[];
  lines: Share;
  branches: Share;
  /** Several reports name branches of one line: which of them are the same cannot be known. */
  isLowerBound: boolean;
}

/** How names in reports become files of the repository. */
export interface Places {
  /** Whether the repository holds this file. */
  exists(path: string): boolean;
  /** Folders that mean the root of the repository: the working directory, `/builds/group/project`. */
  roots: readonly string[];
  stripPrefix: string;
  pathPrefix: string;
}

interface Merged {
  path: string;
  isResolved: boolean;
  lines: Map<number, boolean>;
  branches: Map<number, BranchCount>;
}

/**
 * Merges reports line by line: a line is covered if any report says so; rates are never averaged.
 */
export function mergeCoverage(reports: readonly CoberturaFile[], places: Places): Coverage {
  const merged = new Map<string, Merged>();
  let isLowerBound = false;
  for (const report of reports.filter(({ readable }) => readable)) {
    const perReport = new Map<string, Merged>();
    for (const file of report.files) addWithin(perReport, file, report.sources, places);
    for (const [key, file] of perReport) {
      const known = merged.get(key);
      if (known === undefined) merged.set(key, file);
      else isLowerBound = mergeInto(known, file) || isLowerBound;
    }
  }
  const files = [...merged.values()].map(shareOf);
  return { files, lines: add(files, "lines"), branches: add(files, "branches"), isLowerBound };
}

/** Two names of one report may turn out to be one file; then repeated branches are summed, as within a class. */
function addWithin(
  into: Map<string, Merged>,
  file: FileLines,
  sources: readonly string[],
  places: Places,
): void {
  const resolved = resolveName(file.name, sources, places);
  // Equal names below different roots are different files.
  const key = resolved === undefined ? `${sources.join("\n")}\n${file.name}` : resolved;
  const known = into.get(key);
  if (known === undefined) {
    const { lines, branches } = file;
    into.set(key, {
      path: resolved ?? file.name,
      isResolved: resolved !== undefined,
      lines,
      branches,
    });
    return;
  }
  for (const [number, isCovered] of file.lines)
    known.lines.set(number, isCovered || (known.lines.get(number) ?? false));
  for (const [number, { covered, valid }] of file.branches) {
    const before = known.branches.get(number) ?? { covered: 0, valid: 0 };
    known.branches.set(number, { covered: before.covered + covered, valid: before.valid + valid });
  }
}

/** @returns whether branches of a line are there in both */
function mergeInto(known: Merged, other: Merged): boolean {
  let shared = false;
  for (const [number, isCovered] of other.lines)
    known.lines.set(number, isCovered || (known.lines.get(number) ?? false));
  for (const [number, branch] of other.branches) {
    const before = known.branches.get(number);
    if (before !== undefined && branch.valid > 0) shared = true;
    if (before === undefined || isMore(branch, before)) known.branches.set(number, branch);
  }
  return shared;
}

function isMore(one: BranchCount, other: BranchCount): boolean {
  return one.valid > other.valid || (one.valid === other.valid && one.covered > other.covered);
}

/** The file in the repository that a name means; `undefined` where none is found. */
export function resolveName(
  name: string,
  sources: readonly string[],
  { exists, roots, stripPrefix, pathPrefix }: Places,
): string | undefined {
  const own = mapPath(name, { stripPrefix, pathPrefix });
  for (const source of sources) {
    const folder = source.trim().replaceAll("\\", "/");
    const direct = normalise(joinPath(folder, own));
    for (const candidate of [direct, ...roots.flatMap((root) => below(root, direct))])
      if (exists(candidate)) return candidate;
  }
  const plain = normalise(own);
  return [plain, ...roots.flatMap((root) => below(root, plain))].find((path) => exists(path));
}

/** A path of a report as a path of the repository: `STRIP_PREFIX` goes, `PATH_PREFIX` comes. */
export function mapPath(
  path: string,
  { stripPrefix, pathPrefix }: Pick<Places, "stripPrefix" | "pathPrefix">,
): string {
  const slashed = path.replaceAll("\\", "/");
  const stripped =
    stripPrefix !== "" && slashed.startsWith(stripPrefix)
      ? slashed.slice(stripPrefix.length).replace(/^\/+/, "")
      : slashed;
  return pathPrefix === "" ? stripped : joinPath(pathPrefix, stripped);
}

function below(root: string, path: string): string[] {
  const folder = `${root.replace(/\/+$/, "")}/`;
  return path.startsWith(folder) ? [path.slice(folder.length)] : [];
}

function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `${path.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}

function shareOf({ path, isResolved, lines, branches }: Merged): CoveredFile {
  let covered = 0;
  for (const isCovered of lines.values()) if (isCovered) covered += 1;
  const branch = { covered: 0, valid: 0 };
  for (const count of branches.values()) {
    branch.covered += count.covered;
    branch.valid += count.valid;
  }
  return { path, isResolved, lines: { covered, valid: lines.size }, branches: branch };
}

function add(files: readonly CoveredFile[], part: "lines" | "branches"): Share {
  return files.reduce(
    (sum, file) => ({
      covered: sum.covered + file[part].covered,
      valid: sum.valid + file[part].valid,
    }),
    { covered: 0, valid: 0 },
  );
}
