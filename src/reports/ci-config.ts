import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FindingList, type LintFinding } from "./lint/findings.ts";

/**
 * What the job's own keywords do with its reports (GC21, GJ35), as far as `.gitlab-ci.yml` itself says it: what comes
 * from `include:` or `extends:` is not looked at.
 */
export async function lintJobKeywords(
  cwd: string,
  job: string | undefined,
  wantsCoverage: boolean,
): Promise<LintFinding[]> {
  const findings = new FindingList();
  const keywords = job === undefined ? undefined : await readJob(join(cwd, ".gitlab-ci.yml"), job);
  if (keywords === undefined) return [];
  const reports = fieldOf(fieldOf(keywords, "artifacts"), "reports");
  if (fieldOf(reports, "cobertura") !== undefined)
    findings.add(
      "GC21",
      0,
      0,
      () => `job ${job} uses artifacts:reports:cobertura, which GitLab 15.0 removed`,
    );
  if (
    wantsCoverage &&
    fieldOf(keywords, "coverage") === undefined &&
    fieldOf(keywords, "extends") === undefined
  )
    findings.add(
      "GC21",
      0,
      0,
      () =>
        String.raw`job ${job} has no coverage: expression, such as '/^Line coverage: \d+\.\d+%/'`,
    );
  for (const pattern of textsOf(fieldOf(reports, "junit")))
    if (await isDirectory(resolve(cwd, pattern)))
      findings.add(
        "GJ35",
        0,
        0,
        () => `artifacts:reports:junit of job ${job} names the directory ${pattern}`,
      );
  return findings.sorted();
}

async function readJob(file: string, job: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    return undefined;
  }
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { logLevel: "silent" });
  // Tags such as !reference have no value of their own here.
  if (document.errors.length > 0) return undefined;
  const config: unknown = document.toJS();
  return fieldOf(config, job.replace(/ \d+\/\d+$/, ""));
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function textsOf(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((item) => typeof item === "string");
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
