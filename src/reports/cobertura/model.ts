import type { ReadError } from "../junit/model.ts";
import type { LintFinding } from "../lint/findings.ts";

/** The lines of one source file in one report. */
export interface FileLines {
  /** `class@filename` with `/`. */
  name: string;
  /** Line number to whether any of its entries was hit. */
  lines: Map<number, boolean>;
  /** Line number to its branches. */
  branches: Map<number, BranchCount>;
}

export interface BranchCount {
  covered: number;
  valid: number;
}

/** Numbers of one report, under the names of the oracle's columns. */
export interface CoberturaCounts {
  packages: number;
  classes: number;
  files: number;
  lines_valid: number;
  lines_covered: number;
  /** `null` without lines: then it is neither 0 nor 1. */
  line_rate: number | null;
  branches_valid: number;
  branches_covered: number;
  sources: number;
  gitlab_files: number;
  gitlab_lines: number;
  gitlab_covered: number;
}

/** A Cobertura report as read. */
export interface CoberturaFile {
  kind: "cobertura";
  path: string;
  bytes: number;
  encoding: string;
  root: string;
  wellformed: "yes" | "no" | "empty";
  readable: boolean;
  error: ReadError | undefined;
  counts: CoberturaCounts;
  gitlab_error: "" | "xml" | "line" | "size";
  /** The root's own numbers as written: compared, never used. */
  attributes: { line_rate: string; lines: string; branches: string };
  /** Whether the root's line rate is the computed one. */
  agrees: "yes" | "no" | "n/a";
  sources: string[];
  files: FileLines[];
  findings: LintFinding[];
}
