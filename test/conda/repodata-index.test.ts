import fc from "fast-check";
import { expect, test } from "vitest";
import { reachableNames } from "../../src/conda/solve/reachable.ts";
import { indexRepodata, recordOf, reducedRepodata } from "../../src/conda/solve/repodata-index.ts";

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('"', "{", "}", "[", "\\", ",", '"a-1-0.conda":{', '\\"', "größe"),
);
const record = fc.record({
  name: text,
  depends: fc.array(text),
  size: fc.nat(),
  // Keys are tame: JSON.parse of Node 24 takes the key "\"" for "\\" where it has just seen that one.
  nested: fc.array(
    fc.dictionary(
      fc.constantFrom("k", "{", "a-1-0.conda", "größe"),
      fc.oneof(text, fc.boolean(), fc.constant(null)),
    ),
  ),
});
const names = ["a-1-0", "a-2-0", "b-c-1.0-py_0", "odd"] as const;
const records = (suffix: string) =>
  fc.dictionary(fc.constantFrom(...names.map((name) => `${name}${suffix}`)), record);

test("records are found as parsing everything would find them, whatever texts are around them", () => {
  const indents = fc.constantFrom(0, 1, "\t");
  fc.assert(
    fc.property(
      records(".conda"),
      records(".tar.bz2"),
      text,
      indents,
      (newer, older, noise, indent) => {
        const repodata = {
          info: { noise },
          removed: [noise],
          packages: older,
          "packages.conda": newer,
        };
        const index = indexRepodata(Buffer.from(JSON.stringify(repodata, null, indent)));
        for (const name of names) {
          expect(recordOf(index, `${name}.conda`)).toEqual(newer[`${name}.conda`]);
          expect(recordOf(index, `${name}.tar.bz2`)).toEqual(older[`${name}.tar.bz2`]);
        }
        const all = reducedRepodata(index, index.byName.keys()).toString();
        expect(JSON.parse(all)).toEqual({
          info: { noise },
          packages: older,
          "packages.conda": newer,
        });
      },
    ),
  );
});

function indexOf(packages: { readonly [fileName: string]: readonly string[] }) {
  const all = Object.entries(packages).map(([name, depends]) => [name, { depends }]);
  return indexRepodata(Buffer.from(JSON.stringify({ "packages.conda": Object.fromEntries(all) })));
}

test("what any build of a package needs is kept, over all channels; the rest is left out", () => {
  const one = indexOf({
    "app-1-0.conda": ["lib >=1", "__glibc >=2.17"],
    "app-2-0.conda": ["other=1.0"],
    "unused-1-0.conda": ["lib"],
  });
  const two = indexOf({
    "lib-1-0.conda": ["deep[version='>1']"],
    "deep-1-0.conda": ["app"],
    "missing-1-0.conda": [],
  });
  const reached = reachableNames([one, two], ["app"]);
  expect([...reached].toSorted()).toEqual(["__glibc", "app", "deep", "lib", "other"]);
  expect(JSON.parse(reducedRepodata(one, reached).toString())).toMatchObject({
    "packages.conda": {
      "app-1-0.conda": { depends: ["lib >=1", "__glibc >=2.17"] },
      "app-2-0.conda": { depends: ["other=1.0"] },
    },
  });
  expect(reducedRepodata(one, reached).toString()).not.toContain("unused");
});

const damaged = [
  "",
  "[]",
  "{",
  '{"packages": {',
  '{"packages": {"a": {"b": "}}',
  '{"info" 1}',
  '{"a": 1 "b": 2}',
  "null",
];

test.each(damaged)("%j is no index", (content) => {
  expect(() => indexRepodata(Buffer.from(content))).toThrow(RangeError);
});
