import fc from "fast-check";
import { expect, test } from "vitest";
import { readExplicitList, writeExplicitList } from "../../src/conda/spec/explicit-list.ts";
import { SpecProblems } from "../../src/conda/spec/problems.ts";

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const name = fc.string({ unit: fc.constantFrom(..."abcxyz019_.-+"), minLength: 1, maxLength: 20 });

test("what is written is read again as it was", () => {
  const item = fc.record(
    { url: name.map((text) => `https://c.example/noarch/${text}-1-0.conda`), sha256: hex(64) },
    { requiredKeys: ["url", "sha256"] },
  );
  const old = fc.record({
    url: name.map((text) => `https://c.example/noarch/${text}-1-0.tar.bz2`),
    md5: hex(32),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(item, old)), (packages) => {
      const problems = new SpecProblems("x");
      const text = writeExplicitList("linux-64", packages);
      const spec = readExplicitList("x", text, "linux-64", problems);
      expect(problems.errors).toEqual([]);
      expect(spec).toMatchObject({ packages });
    }),
  );
});

test("the list prefers the stronger digest, and every tool of conda's family reads its form", () => {
  const url = "https://c.example/noarch/a-1-0.conda";
  expect(writeExplicitList("linux-64", [{ url, sha256: "aa", md5: "bb" }])).toBe(
    `# This file may be used to create an environment: conda create --name NAME --file THIS\n# platform: linux-64\n@EXPLICIT\n${url}#sha256:aa\n`,
  );
});
