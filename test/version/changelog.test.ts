import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changelogSection } from "../../src/gitlab/index.ts";
import { releaseChangelog } from "../../src/version/edit/changelog.ts";
import { plan } from "./planning.ts";

const release = { version: "0.15.0", tag: "v0.15.0", day: "2026-02-03" };

const cases: readonly { title: string; before: string; after: string }[] = [
  {
    title: "Keep a Changelog, with its links",
    before:
      "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing\n\n## [0.14.0] - 2026-01-01\n\n- Old\n\n[unreleased]: https://g.example/p/-/compare/v0.14.0...HEAD\n[0.14.0]: https://g.example/p/-/tags/v0.14.0\n",
    after:
      "# Changelog\n\n## [Unreleased]\n\n## [0.15.0] - 2026-02-03\n\n### Added\n\n- A thing\n\n## [0.14.0] - 2026-01-01\n\n- Old\n\n[unreleased]: https://g.example/p/-/compare/v0.15.0...HEAD\n[0.15.0]: https://g.example/p/-/compare/v0.14.0...v0.15.0\n[0.14.0]: https://g.example/p/-/tags/v0.14.0\n",
  },
  {
    title: "CRLF, no brackets, dates in parentheses and a v, as the version before has them",
    before: "## Unreleased\r\n- A\r\n## v0.14.0 (2026-01-01)\r\n",
    after: "## Unreleased\r\n\r\n## v0.15.0 (2026-02-03)\r\n- A\r\n## v0.14.0 (2026-01-01)\r\n",
  },
  {
    title: "a heading that is a link itself",
    before: "# [UNRELEASED](https://g.example)\n- A\n",
    after: "# [UNRELEASED](https://g.example)\n\n# 0.15.0 - 2026-02-03\n- A\n",
  },
  {
    title: "a file that ends with the heading",
    before: "## [Unreleased]",
    after: "## [Unreleased]\n\n## [0.15.0] - 2026-02-03",
  },
  {
    title: "headings in code and in comments",
    before:
      "```md\n## [Unreleased]\n```\n<!--\n## [Unreleased]\n## 0.15.0\n-->\n## [Unreleased]\n- A\n",
    after:
      "```md\n## [Unreleased]\n```\n<!--\n## [Unreleased]\n## 0.15.0\n-->\n## [Unreleased]\n\n## [0.15.0] - 2026-02-03\n- A\n",
  },
  {
    title: "links of another kind stay",
    before: "## [Unreleased]\n- A\n\n[unreleased]: https://g.example/p/-/commits/main\n",
    after:
      "## [Unreleased]\n\n## [0.15.0] - 2026-02-03\n- A\n\n[unreleased]: https://g.example/p/-/commits/main\n",
  },
];

test.each(cases)(
  "the Unreleased section becomes that of the version: $title",
  ({ before, after }) => {
    const released = releaseChangelog(before, release);
    expect(released.text).toBe(after);
    expect(releaseChangelog(after, release)).toEqual({ state: "already", text: after });
  },
);

test("create-release finds what was written", () => {
  const { text } = releaseChangelog(cases[0]?.before ?? "", release);
  expect(changelogSection(text, "0.15.0")).toBe("### Added\n\n- A thing");
});

test.each([
  ["renamed-empty", "## Unreleased\n\n### Added\n\n## 0.14.0\n- x\n"],
  ["absent", "## 0.14.0\n- x\n"],
  ["already", "## Unreleased\n- y\n## [v0.15.0] - 2026-01-01\n"],
])("%s", (state, text) => {
  expect(releaseChangelog(text, release).state).toBe(state);
});

const line = fc.constantFrom(
  "- a change",
  "### Added",
  "",
  "## 0.14.0 - 2026-01-01",
  "## [0.13.0]",
  "text with [Unreleased] in it",
  "```",
  "<!-- hidden -->",
  "<!--",
  "-->",
  "[0.14.0]: https://g.example/p/-/compare/v0.13.0...v0.14.0",
  "[Unreleased]: https://g.example/p/-/compare/v0.14.0...HEAD",
);

test("no line is lost, lines only come in, and a second time changes nothing", () => {
  fc.assert(
    fc.property(
      fc.array(line),
      fc.array(line),
      fc.constantFrom("\n", "\r\n"),
      (before, after, end) => {
        const text = [...before, "## [Unreleased]", ...after, ""].join(end);
        const { text: released } = releaseChangelog(text, release);
        expect(releaseChangelog(released, release).text).toBe(released);
        const fresh = released.split(end);
        for (const one of text.split(end).filter((each) => !each.startsWith("[Unreleased]:"))) {
          const index = fresh.indexOf(one);
          expect(index).toBeGreaterThanOrEqual(0);
          fresh.splice(0, index + 1);
        }
      },
    ),
  );
});

describe("in a plan", () => {
  const changelog = {
    path: "CHANGELOG.md",
    date: new Date("2026-02-03T23:59:59Z"),
    tagFormat: undefined,
  };
  const files = { VERSION: "0.15.0.dev\n", "CHANGELOG.md": "## Unreleased\n- A\n" };
  const planned = (more: Parameters<typeof plan>[0], operation?: Parameters<typeof plan>[1]) =>
    plan({ ...files, ...more }, operation, {}, changelog);

  test("it is one of the edits of a release", async () => {
    const { edits } = await planned({});
    expect(edits.map(({ path, after }) => [path, after.toString()])).toEqual([
      ["VERSION", "0.15.0\n"],
      ["CHANGELOG.md", "## Unreleased\n\n## 0.15.0 - 2026-02-03\n- A\n"],
    ]);
  });

  test("it stays when a development version is made, and when nothing is", async () => {
    expect((await planned({}, "minor")).edits).toHaveLength(1);
    expect((await planned({ VERSION: "0.15.0" })).edits).toEqual([]);
  });

  test("a section of the bump configuration edits it, too", async () => {
    const config =
      "[bumpversion]\ncurrent_version = 0.14.0\n[bumpversion:file:CHANGELOG.md]\nsearch = since {current_version}\nreplace = since {new_version}\n";
    const { edits } = await planned(
      { ".bumpversion.cfg": config, "CHANGELOG.md": "## Unreleased\n- since 0.14.0\n" },
      "minor",
    );
    const edit = edits.find(({ path }) => path === "CHANGELOG.md");
    expect(edit?.before.toString()).toBe("## Unreleased\n- since 0.14.0\n");
    expect(edit?.after.toString()).toBe(
      "## Unreleased\n\n## 0.15.0 - 2026-02-03\n- since 0.15.0\n",
    );
  });

  test("a missing section is warned of, a missing file is an error", async () => {
    const { warnings, edits } = await planned({ "CHANGELOG.md": "# Changes\n" });
    expect([edits.length, warnings]).toEqual([
      1,
      [expect.stringContaining("no Unreleased section")],
    ]);
    const missing = plan({ VERSION: "0.15.0.dev" }, undefined, {}, changelog);
    await expect(missing).rejects.toMatchObject({ code: "E_VERSION_CHANGELOG" });
  });
});
