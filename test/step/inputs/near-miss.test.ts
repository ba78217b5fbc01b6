import fc from "fast-check";
import { expect, test } from "vitest";
import { nearMisses } from "../../../src/step/inputs/near-miss.ts";

const wanted = ["POST_RELEASE_VERSION_BUMP", "PACKAGE_NAME", "DRY_RUN", "PORT"];

const misses: readonly { got: string; meant: string | undefined }[] = [
  { got: "POST_RELEASE_VERSION_BUM", meant: "POST_RELEASE_VERSION_BUMP" },
  { got: "POST_RELASE_VERSION_BUMP", meant: "POST_RELEASE_VERSION_BUMP" },
  { got: "post_release_version_bump", meant: "POST_RELEASE_VERSION_BUMP" },
  { got: "POST_RELEASE_VERISON_BUMP", meant: "POST_RELEASE_VERSION_BUMP" },
  { got: "DRYRUN", meant: "DRY_RUN" },
  { got: "DRY_RNU", meant: "DRY_RUN" },
  { got: "PACKED_NAME", meant: undefined },
  { got: "PACKAGE_FILES", meant: undefined },
  { got: "PART", meant: undefined },
  { got: "VERSION_BUMP", meant: undefined },
  { got: "SOMETHING_ELSE", meant: undefined },
];

test.each(misses)("$got means $meant", ({ got, meant }) => {
  const found = nearMisses([got], new Set(wanted), wanted);
  expect(found).toEqual(meant === undefined ? [] : [{ got, meant }]);
});

test("a name that another declaration knows is no misspelling", () => {
  expect(nearMisses(["DRY_RUNS"], new Set([...wanted, "DRY_RUNS"]), wanted)).toEqual([]);
});

/** Every string that one edit makes of another: a character less, one more, another one. */
function edited(text: string): readonly string[] {
  return [...text, ""].flatMap((_, at) => {
    const [before, after] = [text.slice(0, at), text.slice(at)];
    const more = `${before}X${after}`;
    return after === "" ? [more] : [more, before + after.slice(1), `${before}X${after.slice(1)}`];
  });
}

/** Two neighbours swapped, at every place. */
function swapped(text: string): readonly string[] {
  return Array.from(
    { length: text.length - 1 },
    (_, at) => `${text.slice(0, at)}${text[at + 1]}${text[at]}${text.slice(at + 2)}`,
  );
}

test("two edits of a long name are near, wherever they are; one edit or swap of a shorter one", () => {
  const unit = fc.constantFrom("A", "B", "C", "_");
  fc.assert(
    fc.property(fc.string({ unit, minLength: 6, maxLength: 16 }), (name) => {
      const once = [...edited(name), ...swapped(name)];
      const near = name.length < 12 ? once : [...once, ...edited(name).flatMap(edited)];
      for (const got of near.filter((other) => other !== name))
        expect(nearMisses([got], new Set([name]), [name])).toEqual([{ got, meant: name }]);
    }),
    { numRuns: 10 },
  );
});

test("three edits are not", () => {
  expect(nearMisses(["POST_RELEASE_VERSIONXXX"], new Set(wanted), wanted)).toEqual([]);
  expect(nearMisses(["XXXT_RELEASE_VERSION_BUMP"], new Set(wanted), wanted)).toEqual([]);
  expect(nearMisses(["POST_RXLEASX_VERSIOX_BUMP"], new Set(wanted), wanted)).toEqual([]);
});
