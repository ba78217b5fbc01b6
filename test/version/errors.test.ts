import { expect, test } from "vitest";
import { plainConfig, plan } from "./planning.ts";
import { bump, scheme, schemes } from "./schemes.ts";

const part = (...lines: string[]) => plainConfig("1.0.0", "[bumpversion:part:patch]", ...lines);

const cases = [
  {
    title: "no configuration and no version",
    files: { "README.md": "hello" },
    code: "E_VERSION_NOT_FOUND",
    message:
      "No version found. Looked in: .bumpversion.cfg, .bumpversion.toml, setup.cfg, pyproject.toml, package.json, Cargo.toml, pom.xml, gradle.properties, Chart.yaml, VERSION, setup.py, tags; create .bumpversion.cfg or set current_version",
  },
  {
    title: "an invalid parse",
    files: { ".bumpversion.cfg": plainConfig("1.0.0", "parse = (?P<major>\\d+") },
    code: "E_VERSION_PATTERN",
    message:
      "parse of .bumpversion.cfg is not a valid regular expression: missing ), unterminated group at position 0",
  },
  {
    title: "an unreadable current version",
    files: { ".bumpversion.cfg": plainConfig("latest") },
    code: "E_VERSION_UNREADABLE",
    message: String.raw`current_version 'latest' does not match parse '(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)'`,
  },
  {
    title: "a first value without digit",
    files: { ".bumpversion.cfg": part("first_value = one") },
    code: "E_VERSION_CONFIG",
    message: "[bumpversion:part:patch] first_value 'one' contains no digit",
  },
  {
    title: "an optional value that is not in the list",
    files: { ".bumpversion.cfg": part("values =", "  0", "  1", "optional_value = final") },
    code: "E_VERSION_CONFIG",
    message: "[bumpversion:part:patch] optional_value 'final' is not in values",
  },
  {
    title: "a value that is not in the list",
    files: { ".bumpversion.cfg": part("values =", "  3", "  4") },
    code: "E_VERSION_PART",
    message: "patch has the value '0', which is not one of 3, 4",
  },
  {
    title: "an unknown name in a format",
    files: { ".bumpversion.cfg": plainConfig("1.0.0", "serialize = {major}.{mimor}") },
    code: "E_VERSION_TEMPLATE",
    message: "serialize of .bumpversion.cfg, format 1: unknown name 'mimor'. Known: major, minor,",
  },
  {
    title: "a credential in a format",
    files: {
      ".bumpversion.cfg": plainConfig("1.0.0", "serialize = {major}{$CI_PROJECT_PASSWORD}"),
    },
    code: "E_VERSION_SECRET",
    message: "{$CI_PROJECT_PASSWORD} must not be written into files or messages",
  },
  {
    title: "a credential in a replacement",
    files: {
      ".bumpversion.cfg": plainConfig("1.0.0", "[bumpversion:file:f]", "replace = {$CI_JOB_TOKEN}"),
      f: "1.0.0",
    },
    code: "E_VERSION_SECRET",
    message: "{$CI_JOB_TOKEN} must not be written into files or messages",
  },
  {
    title: "an empty search",
    files: { ".bumpversion.cfg": plainConfig("1.0.0", "[bumpversion:file:f]", "search ="), f: "x" },
    code: "E_VERSION_CONFIG",
    message: "search of [bumpversion:file:f] is empty",
  },
  {
    title: "an invalid regular expression in a search",
    files: {
      ".bumpversion.cfg": plainConfig(
        "1.0.0",
        "[bumpversion:file:f]",
        "regex = yes",
        "search = ({current_version}",
      ),
      f: "1.0.0",
    },
    code: "E_VERSION_PATTERN",
    message: "search of [bumpversion:file:f] is not a usable regular expression: missing )",
  },
  {
    title: "a missing file",
    files: { ".bumpversion.cfg": plainConfig("1.0.0", "[bumpversion:file:X]") },
    code: "E_VERSION_FILE",
    message: "File not found: 'X' ([bumpversion:file:X])",
  },
] as const;

test.each(cases)("$title stops the plan", async ({ files, code, message }) => {
  await expect(plan(files, "patch")).rejects.toMatchObject({
    code,
    exit: 2,
    message: expect.stringContaining(message),
  });
});

test("a value without a number cannot be bumped", () => {
  const using = scheme(schemes.greedyTail);
  expect(() => bump(using, "1.0.final", "c")).toThrow("c='final' has no number to increase");
});

test("a greedy pattern is refused, with the cure", () => {
  const using = scheme({
    parse: "#major\\.#minor\\.#patch(\\.(?P<release>.*)#build)?",
    serialize: ["{major}.{minor}.{patch}.{release}{build}", "{major}.{minor}.{patch}"],
  });
  expect(() => bump(using, "2.8.2.dev19", "build")).toThrow(
    expect.objectContaining({
      code: "E_VERSION_FORMAT",
      hint: expect.stringContaining(".*? instead of .*"),
    }),
  );
});

test("a version of more than 256 characters is not given to a pattern", async () => {
  const files = { ".bumpversion.cfg": plainConfig(`1.0.${"0".repeat(300)}`) };
  await expect(plan(files, "patch")).rejects.toMatchObject({ code: "E_VERSION_UNREADABLE" });
});

test("a pattern without end is reported as such", async () => {
  const files = {
    ".bumpversion.cfg": plainConfig(
      `${"1".repeat(60)}x`,
      "parse = ^(?P<major>(?:\\d+)+)$",
      "serialize = {major}",
    ),
  };
  await expect(plan(files, "major")).rejects.toMatchObject({
    code: "E_VERSION_PATTERN",
    message: expect.stringContaining("no end after 1 s"),
  });
});
