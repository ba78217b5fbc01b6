import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  compareVersions,
  isDevelopmentVersion,
  isSameVersion,
} from "../../src/version/standards/compare.ts";
import { normalizePep440 } from "../../src/version/standards/pep440.ts";
import { checkTagFormat, readVersionFromTag } from "../../src/version/standards/tag-format.ts";

test("PEP 440 orders pre-, post- and development releases", () => {
  const sorted = [
    "1.0.dev0",
    "1.0a1.dev0",
    "1.0a1",
    "1.0b1",
    "1.0rc1",
    "1.0",
    "1.0+x",
    "1.0.post1.dev0",
    "1.0.post1",
    "1.0.1",
    "1.10",
    "1!0",
  ];
  expect(sorted.toReversed().toSorted(compareVersions)).toEqual(sorted);
});

test.each([
  ["0.15.0.dev", "0.15.0.dev0"],
  ["0.15.0-dev", "0.15.0.dev0"],
  ["0.15.0dev", "0.15.0.dev0"],
  ["v1.0", "1.0"],
  ["1.0-rc.1", "1.0rc1"],
  ["1.0c1", "1.0rc1"],
  ["1.0pre1", "1.0rc1"],
  ["1.0-alpha.1", "1.0a1"],
  ["1.0-1", "1.0.post1"],
  ["1.0.rev1", "1.0.post1"],
  ["01.002.0", "1.2.0"],
  ["1.0+Ubuntu_1-2", "1.0+ubuntu.1.2"],
  ["2!1.0", "2!1.0"],
  ["1.0-SNAPSHOT", undefined],
  ["0.15.0.unused", undefined],
  ["latest", undefined],
])("PEP 440 writes %s as %s", (text, normal) => {
  expect(normalizePep440(text)).toBe(normal);
});

test("a normal form is its own normal form and the same version", () => {
  const number = fc.nat({ max: 30 });
  const version = fc
    .tuple(
      number,
      number,
      fc.constantFrom("", "-alpha", "b2", ".rc.3", "pre"),
      fc.constantFrom("", ".post", "-4"),
      fc.constantFrom("", "dev", ".dev5"),
    )
    .map(([major, minor, pre, post, dev]) => `v${major}.0${minor}${pre}${post}${dev}`);
  fc.assert(
    fc.property(version, version, (one, other) => {
      const normal = normalizePep440(one) ?? "";
      expect(normalizePep440(normal)).toBe(normal);
      expect(isSameVersion(one, normal)).toBe(true);
      expect(compareVersions(one, normal)).toBe(0);
      expect(Math.sign(compareVersions(one, other))).toBe(
        -Math.sign(compareVersions(other, one)) + 0,
      );
    }),
  );
});

test.each([
  ["1.0.0-SNAPSHOT", "1.0.0"],
  ["1.0.0-SNAPSHOT", "1.0.1-SNAPSHOT"],
  ["r3", "r10"],
])("%s is older than %s though PEP 440 does not know both", (older, newer) => {
  expect(compareVersions(older, newer)).toBeLessThan(0);
  expect(compareVersions(newer, older)).toBeGreaterThan(0);
});

test.each([
  ["0.15.0.dev", true],
  ["0.15.0.dev3", true],
  ["0.15.0a1.dev2", true],
  ["1.0.0-dev", true],
  ["1.0.0-dev.4", true],
  ["1.0.0-dev4+build", true],
  ["1.0.0-SNAPSHOT", true],
  ["0.15.0", false],
  ["1.0.0-rc.1", false],
  ["1.0.0-alpha", false],
  ["1.0.0+dev", false],
  ["1.0.0-device", true],
  ["develop", false],
])("%s is a development version: %s", (version, isDevelopment) => {
  expect(isDevelopmentVersion(version)).toBe(isDevelopment);
});

test.each([
  { format: "v{new_version}", tag: "v0.15.0", version: "0.15.0" },
  { format: "v{version}", tag: "v0.15.0.dev", version: "0.15.0.dev" },
  { format: "{new_version}", tag: "0.15.0", version: "0.15.0" },
  { format: "v{new_version}", tag: "0.15.0", version: undefined },
  { format: "job/{new_version}+{utcnow:%Y}", tag: "job/1.2+2026", version: "1.2" },
  { format: "r{new_major}_{new_minor}", tag: "r1_2", version: "1_2" },
  { format: "v{new_version}-{new_version}", tag: "v1-1", version: "1" },
  { format: "v{new_version}-{new_version}", tag: "v1-2", version: undefined },
  { format: "latest", tag: "latest", version: undefined },
  { format: "{{{new_version}}}", tag: "{1}", version: "1" },
])("$tag of the format $format holds $version", ({ format, tag, version }) => {
  expect(readVersionFromTag(tag, format)).toBe(version);
});

test.each([
  "v{version}",
  "{new_version}",
  "r{new_major}_{new_minor}",
  "{now:%Y}-{version}",
  "{{{version}}}{$CI_JOB_ID}",
])("%s tells the version of a tag", (format) => {
  expect(() => checkTagFormat(format, "TAG_FORMAT")).not.toThrow();
});

test("reading back undoes writing, whatever stands around the version", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.stringMatching(/^\d+\.\d+[a-z0-9.]*$/u),
      (before, after, version) => {
        const double = (text: string) => text.replaceAll(/[{}]/gu, "$&$&");
        const format = `${double(before)}{new_version}${double(after)}`;
        expect(readVersionFromTag(`${before}${version}${after}`, format)).toBe(version);
      },
    ),
  );
});
