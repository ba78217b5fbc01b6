import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assetPaths } from "../../src/gitlab/asset-path.ts";
import { changelogSection } from "../../src/gitlab/changelog.ts";
import { parseLinks } from "../../src/gitlab/given-links.ts";
import { nameProblem } from "../../src/gitlab/package-names.ts";
import {
  fieldDifferences,
  linkConflicts,
  missingLinks,
} from "../../src/gitlab/release-differences.ts";
import type { Release, WantedLink } from "../../src/gitlab/releases.ts";

describe("H24 the registry", () => {
  const good = [
    ["name", "my_pkg-1.x+y"],
    ["version", "1.3.350-20201230123456"],
    ["version", "0.16.0.dev"],
    ["version", "1.2.bananas"],
    ["file", "my+file.tar.gz"],
    ["file", "my~file.tar.gz"],
    ["file", "myfile@1.1.tar.gz"],
  ] as const;
  test.each(good)("takes the %s %s", (kind, name) => {
    expect(nameProblem(kind, name)).toBeUndefined();
  });

  const bad = [
    ["name", "a b"],
    ["name", "@scope/x"],
    ["name", ""],
    ["version", "..1.2.3"],
    ["version", "1.2.3-4/../../"],
    ["version", "1.0 "],
    ["version", "1.0\n"],
    ["file", "@first"],
    ["file", "last~"],
    ["file", "a/b"],
    ["file", "übung"],
    ["file", ".."],
    ["file", "x".repeat(256)],
  ] as const;
  test.each(bad)("does not take the %s %j, and the rule is told", (kind, name) => {
    expect(nameProblem(kind, name)).toMatch(/is not allowed: only|is longer than/);
  });
});

test("every asset path is one that GitLab takes, and no two are the same", () => {
  const allowed = /^\/[^/](?!.*\/\/.*)[-.\w/]+[\da-zA-Z]+$/;
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 140, unit: "grapheme" })),
      (names) => {
        const paths = [...assetPaths(names).values()];
        for (const path of paths) {
          expect(path).toMatch(allowed);
          expect(path.length).toBeLessThanOrEqual(128);
        }
        expect(new Set(paths).size).toBe(paths.length);
      },
    ),
  );
});

test("an asset path is stable and as near to the name as GitLab allows", () => {
  const names = ["demo-1.0.tgz", "demo+cu121.whl", "a~b@c.tar.gz", "x", "notes_"];
  expect(Object.fromEntries(assetPaths(names))).toEqual({
    "demo-1.0.tgz": "/demo-1.0.tgz",
    "demo+cu121.whl": "/demo-cu121.whl",
    "a~b@c.tar.gz": "/a-b-c.tar.gz",
    notes_: "/notes",
  });
});

describe("the changelog section of a version", () => {
  const changelog = [
    "# Changelog",
    "## [Unreleased]",
    "- soon",
    "## [1.2.0] - 2026-01-31",
    "",
    "### Added",
    "- one",
    "",
    "## v1.1.0 (2025-12-01)",
    "- two",
    "## 1.1.0rc1",
    "## 1.0.0",
    "- three",
    "[1.2.0]: https://example.org",
  ].join("\r\n");
  const cases = [
    { version: "1.2.0", section: "### Added\n- one" },
    { version: "1.1.0", section: "- two" },
    { version: "1.1.0rc1", section: undefined },
    { version: "1.0.0", section: "- three" },
    { version: "1.2", section: undefined },
    { version: "9.9.9", section: undefined },
  ];
  test.each(cases)("$version is found where it has text", ({ version, section }) => {
    expect(changelogSection(changelog, version)).toBe(section);
  });
});

test("links are read with their kinds, and every wrong line is told", () => {
  const { links, problems } = parseLinks([
    "Docs=https://docs.example.org/?a=b;c",
    "Image = https://registry.example.org/x:1;image",
    "nothing",
    "Bad=https://example.org;video",
    "Docs=https://example.org/again",
  ]);
  expect(links.map(({ name, url, type }) => [name, url, type])).toEqual([
    ["Image", "https://registry.example.org/x:1", "image"],
    ["Docs", "https://example.org/again", "other"],
  ]);
  expect(problems).toHaveLength(3);
});

describe("a link to a package elsewhere", () => {
  const api = "https://gitlab.example.org/api/v4/projects/7/packages";
  const cases = [
    [
      "Image=registry.example.org/group/project:1.2.0;image",
      "https://registry.example.org/group/project:1.2.0",
      "image",
    ],
    [
      "Image=registry.example.org:5050/p@sha256:ab12;image",
      "https://registry.example.org:5050/p@sha256:ab12",
      "image",
    ],
    [`npm=${api}/npm/@a/b/-/@a/b-1.0.0.tgz;package`, `${api}/npm/@a/b/-/@a/b-1.0.0.tgz`, "package"],
    [
      `Maven=${api}/maven/org/a/b/1.0/b-1.0.jar;package`,
      `${api}/maven/org/a/b/1.0/b-1.0.jar`,
      "package",
    ],
    [`PyPI=${api}/pypi/simple/a;package`, `${api}/pypi/simple/a`, "package"],
  ] as const;
  test.each(cases)("%s", (line, url, type) => {
    expect(parseLinks([line])).toMatchObject({ links: [{ url, type }], problems: [] });
  });

  test("is only for an image complete without https://", () => {
    expect(parseLinks(["npm=gitlab.example.org/b.tgz;package"]).problems).toHaveLength(1);
  });
});

describe("a release compared with what it shall be", () => {
  const found: Release = {
    tag: "v1",
    name: "One",
    notes: "line 1\r\nline 2\n",
    releasedAt: "2026-01-31T12:00:00.000Z",
    links: [{ id: 1, name: "a", url: "https://x/a", directUrl: undefined, type: "other" }],
    webUrl: undefined,
    mayEdit: true,
  };
  const link = (name: string, url: string): WantedLink => ({
    name,
    url,
    type: "other",
    path: undefined,
  });
  const nothing = {
    tag: "v1",
    name: undefined,
    notes: undefined,
    releasedAt: undefined,
    links: [],
  };

  test("does not differ in what is not ours to say, in line ends or in the zone of a date", () => {
    expect(fieldDifferences(found, nothing)).toEqual([]);
    const same = { ...nothing, notes: "line 1\nline 2", releasedAt: "2026-01-31T13:00:00+01:00" };
    expect(fieldDifferences(found, same)).toEqual([]);
  });

  test("shows both values of everything that differs", () => {
    const other = { ...nothing, name: "Two", notes: "line 1\nline 3", releasedAt: "2026-02-01" };
    expect(fieldDifferences(found, other)).toEqual([
      'name: GitLab has "One", the job has "Two"',
      'notes, line 2: GitLab has "line 2", the job has "line 3"',
      "date: GitLab has 2026-01-31T12:00:00.000Z, the job has 2026-02-01",
    ]);
  });

  test("R01–R03 tells links that are there, missing and in the way", () => {
    expect(missingLinks(found, [link("a", "https://x/a"), link("b", "https://x/b")])).toEqual([
      link("b", "https://x/b"),
    ]);
    expect(linkConflicts(found, [link("a", "https://x/a"), link("b", "https://x/b")])).toEqual([]);
    expect(linkConflicts(found, [link("a", "https://x/z")])).toEqual([
      'link "a": GitLab has https://x/a, the job has https://x/z',
    ]);
    expect(linkConflicts(found, [link("c", "https://x/a")])).toEqual([
      'link https://x/a: GitLab names it "a", the job "c"',
    ]);
  });
});
