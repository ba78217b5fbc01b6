import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bumpPart, findReleasePart, releaseVersion } from "../../src/version/scheme/bump.ts";
import { joinPieces } from "../../src/version/scheme/format.ts";
import { parseVersion } from "../../src/version/scheme/scheme.ts";
import { serializeVersion } from "../../src/version/scheme/serialize.ts";
import { compareVersions } from "../../src/version/standards/compare.ts";
import { bump, names, scheme, schemes } from "./schemes.ts";

const number = fc
  .oneof(fc.nat({ max: 20 }).map(BigInt), fc.bigInt({ min: 0n, max: 2n ** 80n }))
  .map(String);
const suffix = fc.constantFrom("", ".dev");
const version = fc
  .tuple(number, number, number, suffix)
  .map(([major, minor, patch, dev]) => `${major}.${minor}.${patch}${dev}`);
const workflow = scheme(schemes.W);

test("reading and writing a version gives it back", () => {
  fc.assert(
    fc.property(version, (text) => {
      const value = parseVersion(workflow, text)?.value ?? new Map();
      expect(joinPieces(serializeVersion(workflow, value, names))).toBe(text);
    }),
    { numRuns: 60 },
  );
});

test("a bump of a number is newer, reads back, and changes no part before it", () => {
  fc.assert(
    fc.property(version, fc.constantFrom("major", "minor", "patch"), (text, part) => {
      const bumped = bump(workflow, text, part);
      expect(compareVersions(text, bumped)).toBeLessThan(0);
      const before = parseVersion(workflow, text)?.value;
      const after = parseVersion(workflow, bumped)?.value;
      const place = workflow.order.indexOf(part);
      for (const earlier of workflow.order.slice(0, place))
        expect(after?.get(earlier)).toBe(before?.get(earlier));
      for (const later of workflow.order.slice(place + 1))
        expect(after?.get(later)).toBe(later === "release" ? "dev" : "0");
    }),
    { numRuns: 60 },
  );
});

test("a release is newer than its development version, and releasing twice changes nothing", () => {
  fc.assert(
    fc.property(version, (text) => {
      const value = parseVersion(workflow, text)?.value ?? new Map();
      const once = releaseVersion(workflow, value, "release");
      expect(releaseVersion(workflow, once, "release")).toEqual(once);
      const released = joinPieces(serializeVersion(workflow, once, names));
      expect(compareVersions(text, released)).toBeLessThanOrEqual(0);
      expect(text.startsWith(released)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

const calendar = {
  parse: String.raw`#year\.#month\.#count`,
  serialize: ["{year}.{month}.{count}"],
  parts: [
    { name: "year", calverFormat: "{YYYY}" },
    { name: "month", calverFormat: "{MM}" },
  ],
};

test("calendar parts follow the day; what comes after them starts again only when they change", () => {
  const using = scheme(calendar);
  expect(bump(using, "2025.12.7", "count")).toBe("2026.2.0");
  expect(bump(using, "2026.2.7", "count")).toBe("2026.2.8");
  expect(bump(using, "2026.1.7", "month")).toBe("2026.2.0");
});

test("a calendar part that stays the same cannot be bumped", () => {
  expect(() => bump(scheme(calendar), "2026.2.7", "month")).toThrow("is '2' today too");
});

test("always_increment counts every bump, depends_on chooses what is reset", () => {
  const using = scheme({
    parse: String.raw`#major\.#minor\.#patch\+#build\.#hot`,
    serialize: ["{major}.{minor}.{patch}+{build}.{hot}"],
    parts: [
      { name: "build", alwaysIncrement: true, independent: true },
      { name: "hot", dependsOn: "major" },
    ],
  });
  expect(bump(using, "1.2.3+7.9", "minor")).toBe("1.3.0+8.9");
  expect(bump(using, "1.2.3+7.9", "major")).toBe("2.0.0+8.0");
});

test.each([
  { title: "the part called release", of: "W" as const, part: "release" },
  { title: "the only part with values", of: "Q" as const, part: "suffix" },
  { title: "none for plain numbers", of: "D" as const, part: undefined },
])("the release part is $title", ({ of, part }) => {
  expect(findReleasePart(scheme(schemes[of]), undefined)).toBe(part);
});

test("two lists of values without a part called release need RELEASE_PART", () => {
  const using = scheme({
    parse: "(?P<a>[xy])(?P<b>[xy])",
    serialize: ["{a}{b}"],
    parts: [
      { name: "a", values: ["x", "y"] },
      { name: "b", values: ["x", "y"] },
    ],
  });
  expect(() => findReleasePart(using, undefined)).toThrow(
    "Several parts have a list of values: a, b",
  );
  expect(findReleasePart(using, "b")).toBe("b");
});

test("parts that only later formats use stand behind their predecessor in the pattern", () => {
  expect(scheme(schemes.Wswapped).order).toEqual(["major", "minor", "patch", "release"]);
  expect(
    bumpPart(
      scheme(schemes.S),
      new Map([
        ["major", "1"],
        ["minor", "2"],
        ["patch", "3"],
      ]),
      "minor",
    ),
  ).toEqual(
    new Map([
      ["major", "1"],
      ["minor", "3"],
      ["patch", "0"],
    ]),
  );
});

test.each([
  ["W", "minor", "These do: release"],
  ["M", "build", "These do: release"],
  ["D", "major", "No part of this scheme does"],
] as const)(
  "in scheme %s a release part %s is refused: every release has it",
  (of, part, parts) => {
    expect(() => findReleasePart(scheme(schemes[of]), part)).toThrow(
      expect.objectContaining({
        code: "E_VERSION_PART",
        exit: 2,
        message: expect.stringContaining(parts),
      }),
    );
  },
);

test("a numeric part with an optional value of its own can be the release part", () => {
  const using = scheme({
    parse: String.raw`#major\.#minor(-#rc)?`,
    serialize: ["{major}.{minor}-{rc}", "{major}.{minor}"],
    parts: [{ name: "rc", firstValue: "1", optionalValue: "0" }],
  });
  expect(findReleasePart(using, "rc")).toBe("rc");
});
