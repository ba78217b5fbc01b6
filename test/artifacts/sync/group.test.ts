import { expect, test } from "vitest";
import { findClashes, groupArtifacts } from "../../../src/artifacts/sync/group.ts";
import { Findings, readArtifactsFile, resolveArtifacts } from "../../../src/artifacts/index.ts";

function resolved(...files: readonly string[]) {
  const findings = new Findings();
  const read = files.map((yaml, index) => readArtifactsFile(`${index}.yaml`, yaml, findings));
  const artifacts = resolveArtifacts(read, findings);
  findings.throwIfAny();
  return artifacts;
}

const caches = "caches: {a: {type: folder, path: /a}, b: {type: folder, path: /b}}\n";
const entry = (name: string, id: string, cache: string): string =>
  `artifacts: {${name}: {id: "https://example.org/${id}", source: url, caches: [${cache}]}}\n`;

test("one file that several instances declare is one artifact with the caches of all", () => {
  const groups = groupArtifacts(
    resolved(caches + entry("x.tgz", "x", "a"), entry("x.tgz", "x", "b"), entry("x.tgz", "x", "a")),
  );
  expect(groups).toHaveLength(1);
  expect(groups[0]?.caches.map(({ name }) => name)).toEqual(["a", "b"]);
});

test("one name for two files is a clash in one cache, and none in two", () => {
  expect(
    findClashes(resolved(caches + entry("x.tgz", "x", "a"), entry("x.tgz", "y", "b"))),
  ).toEqual([]);
  const clashing = resolved(caches + entry("x.tgz", "x", "a"), entry("x.tgz", "y", "a"));
  expect(findClashes(clashing)).toEqual([
    '1.yaml:1: x.tgz is another file than the one at 0.yaml:2: "https://example.org/y" and "https://example.org/x".',
  ]);
  expect(() => groupArtifacts(clashing)).toThrow("x.tgz is another file");
});
