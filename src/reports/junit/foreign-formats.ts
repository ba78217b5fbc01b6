/** Roots of test reports that are not JUnit, and what they are called. */
const formats: ReadonlyMap<string, string> = new Map([
  ["test-results", "an NUnit 2 report"],
  ["test-run", "an NUnit 3 report"],
  ["assemblies", "an xUnit.net report"],
  ["assembly", "an xUnit.net report"],
  ["TestRun", "a Visual Studio report (TRX)"],
  ["result", "a result file of Jenkins"],
  ["coverage", "a coverage report"],
  ["report", "a JaCoCo coverage report"],
  ["html", "an HTML page"],
]);

/** The name of another format by its root element; `undefined` for JUnit and for what nobody knows. */
export function foreignFormat(root: string): string | undefined {
  return formats.get(root);
}

/** Whether the root is that of a measurement of coverage: nothing that could be made into JUnit. */
export function isCoverage(root: string): boolean {
  return root === "coverage" || root === "report";
}
