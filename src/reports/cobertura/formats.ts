import type { CoberturaReader } from "./reader.ts";
import { word } from "./vocabulary.ts";

/** The name of another format, found by its elements; `undefined` for Cobertura. */
export function otherFormat(reader: CoberturaReader): string | undefined {
  const { root, rootChildren, rootAttributes } = reader;
  if (root === "report") return "a JaCoCo report";
  if (root === "CoverageSession") return "an OpenCover report";
  if (root === "testsuites" || root === "testsuite")
    return "a JUnit report (JUNIT_REPORTS reads those)";
  if (root !== "coverage") return root === "html" ? "an HTML page" : undefined;
  if (rootChildren.has("project")) return "a Clover report";
  if (rootChildren.has("file") && reader.classes === 0 && !rootAttributes.has(word["line-rate"]))
    return "a SonarQube report";
  return undefined;
}

/** Whether the beginning of a file that is no XML is an LCOV trace. */
export function isLcov(head: string): boolean {
  return /^(?:TN:|SF:)/.test(head);
}
