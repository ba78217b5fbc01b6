import fc from "fast-check";
import { expect, test } from "vitest";
import { type Edit, editFile } from "../../../src/artifacts/propose/edit-file.ts";

const path = "analytics/config/artifacts.yaml";
const entry = {
  name: "job-0.16.0.conda.tgz",
  id: "https://gitlab.example.org/api/v4/projects/7/packages/generic/job/0.16.0/job-0.16.0.conda.tgz",
};
const old = "job-0.15.0.conda.tgz";

const file = `# Artifacts of the analytics instance.
default_source: url   # kept

artifacts:
  # the clickstream job
  job-0.15.0.conda.tgz:  # since may
    id: https://gitlab.example.org/group/job/-/package_files/4711/download   # copied by hand
    source: url
    caches: [hdfs]

  # shaded
  'refinery-0.2.3-shaded.jar':
      id: "org.example:refinery:jar:shaded:0.2.3"
      source: maven_central
# the end
`;

const edit = (text: string, one: Edit): string => editFile({ path, text }, one);

test("a renamed entry keeps comments, order, layout and everything else of the file", () => {
  expect(edit(file, { kind: "rename", old, entry })).toBe(
    file
      .replace("job-0.15.0.conda.tgz", entry.name)
      .replace("https://gitlab.example.org/group/job/-/package_files/4711/download", entry.id),
  );
});

test("a copy stands behind the old entry, with its source and caches", () => {
  expect(edit(file, { kind: "copy", old, entry })).toBe(
    file.replace(
      "    caches: [hdfs]\n",
      `    caches: [hdfs]\n  ${entry.name}:  # since may\n    id: ${entry.id}   # copied by hand\n    source: url\n    caches: [hdfs]\n`,
    ),
  );
});

test("quotes stay the quotes they are", () => {
  const jar = { name: "refinery-0.2.4-shaded.jar", id: "org.example:refinery:jar:shaded:0.2.4" };
  const text = edit(file, { kind: "rename", old: "refinery-0.2.3-shaded.jar", entry: jar });
  expect(text).toContain(
    "  'refinery-0.2.4-shaded.jar':\n      id: \"org.example:refinery:jar:shaded:0.2.4\"\n",
  );
});

test("a new entry goes behind the last one, before what follows it", () => {
  expect(edit(file, { kind: "add", entry, source: "url" })).toBe(
    file.replace(
      "      source: maven_central\n",
      `      source: maven_central\n  ${entry.name}:\n    id: ${entry.id}\n    source: url\n`,
    ),
  );
});

test("a removed entry takes its lines along and nothing else", () => {
  expect(edit(file, { kind: "remove", old: "refinery-0.2.3-shaded.jar" })).toBe(
    file.replace(/ {2}'refinery[^]*maven_central\n/, ""),
  );
});

test("Windows line ends, a missing last line end and a byte order mark stay", () => {
  const windows = `\uFEFF${file.replaceAll("\n", "\r\n")}`;
  expect(edit(windows, { kind: "copy", old, entry })).toBe(
    `\uFEFF${edit(file, { kind: "copy", old, entry }).replaceAll("\n", "\r\n")}`,
  );
  const bare = "artifacts:\n  a-1.0.tgz:\n    id: https://example.org/a";
  const one = { name: "b-1.0.tgz", id: "https://example.org/b" };
  expect(edit(bare, { kind: "copy", old: "a-1.0.tgz", entry: one })).toBe(
    `${bare}\n  b-1.0.tgz:\n    id: https://example.org/b`,
  );
  expect(edit(bare, { kind: "add", entry: one, source: "url" })).toBe(
    `${bare}\n  b-1.0.tgz:\n    id: https://example.org/b\n    source: url`,
  );
});

const added = `${entry.name}:\n    id: ${entry.id}\n    source: url\n`;

test.each([
  { title: "an empty file", before: "", after: `artifacts:\n  ${added}` },
  {
    title: "a file without artifacts",
    before: "# none\ndefault_source: url\n",
    after: `# none\ndefault_source: url\nartifacts:\n  ${added}`,
  },
  {
    title: "an empty section",
    before: "artifacts:\n# all\ncaches: {}\n",
    after: `artifacts:\n  ${added}# all\ncaches: {}\n`,
  },
  {
    title: "an empty mapping in braces",
    before: "artifacts: {}\ncaches: {}\n",
    after: `artifacts:\n  ${added}caches: {}\n`,
  },
])("an entry can be added to $title", ({ before, after }) => {
  expect(edit(before, { kind: "add", entry, source: "url" })).toBe(after);
});

test("entries in braces are edited in braces", () => {
  const flow = "artifacts: {a-1.0.tgz: {id: x, source: url}, b-1.0.tgz: {id: y, source: url}}\n";
  const one = { name: "a-1.1.tgz", id: "https://example.org/?a,b" };
  expect(edit(flow, { kind: "rename", old: "a-1.0.tgz", entry: one })).toBe(
    'artifacts: {a-1.1.tgz: {id: "https://example.org/?a,b", source: url}, b-1.0.tgz: {id: y, source: url}}\n',
  );
  expect(
    edit(flow, { kind: "copy", old: "a-1.0.tgz", entry: { name: "a-1.1.tgz", id: "z" } }),
  ).toBe(
    "artifacts: {a-1.0.tgz: {id: x, source: url}, a-1.1.tgz: {id: z, source: url}, b-1.0.tgz: {id: y, source: url}}\n",
  );
  expect(edit(flow, { kind: "add", entry: { name: "c.tgz", id: "z" }, source: "url" })).toBe(
    "artifacts: {a-1.0.tgz: {id: x, source: url}, b-1.0.tgz: {id: y, source: url}, c.tgz: {id: z, source: url}}\n",
  );
  expect(edit(flow, { kind: "remove", old: "b-1.0.tgz" })).toBe(
    "artifacts: {a-1.0.tgz: {id: x, source: url}}\n",
  );
  expect(edit(flow, { kind: "remove", old: "a-1.0.tgz" })).toBe(
    "artifacts: {b-1.0.tgz: {id: y, source: url}}\n",
  );
});

test("an id in a folded text becomes one line", () => {
  const folded =
    "artifacts:\n  a-1.0.tgz:\n    id: >-\n      https://example.org/a\n    source: url\n";
  expect(
    edit(folded, { kind: "rename", old: "a-1.0.tgz", entry: { name: "a-1.1.tgz", id: "z" } }),
  ).toBe("artifacts:\n  a-1.1.tgz:\n    id: z\n    source: url\n");
});

test.each([
  {
    title: "an id that comes from an alias",
    text: "base: &b {id: x}\nartifacts:\n  a-1.0.tgz:\n    <<: *b\n    source: url\n",
    one: { kind: "rename", old: "a-1.0.tgz", entry },
  },
  {
    title: "an entry with an anchor that would have to be copied",
    text: "artifacts:\n  a-1.0.tgz: &a\n    id: x\n  b.tgz:\n    <<: *a\n    id: y\n",
    one: { kind: "copy", old: "a-1.0.tgz", entry },
  },
] satisfies readonly { title: string; text: string; one: Edit }[])(
  "$title is left to a person",
  ({ text, one }) => {
    expect(() => edit(text, one)).toThrow(
      expect.objectContaining({ code: "E_ARTIFACTS_EDIT", exit: 2 }),
    );
  },
);

test("whatever the layout, only the entry's own characters change", () => {
  const word = fc.stringMatching(/^w[a-z0-9]{1,6}$/);
  const comment = fc.oneof(fc.constant(""), fc.constant("  # note"), fc.constant(" # a: b"));
  const quote = fc.constantFrom("", "'", '"');
  const artifact = fc.record({
    name: word,
    id: word,
    comment,
    quote,
    indent: fc.integer({ min: 1, max: 4 }),
  });
  const files = fc.uniqueArray(artifact, {
    selector: ({ name }) => name,
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(files, fc.nat(), fc.boolean(), (artifacts, pick, windows) => {
      const eol = windows ? "\r\n" : "\n";
      const text = `artifacts:${eol}${artifacts
        .map(
          ({ name, id, comment: note, quote: q, indent }) =>
            `  ${q}${name}-1.0.tgz${q}:${note}${eol}${" ".repeat(2 + indent)}id: ${q}${id}${q}${note}${eol}${" ".repeat(2 + indent)}source: url${note}${eol}`,
        )
        .join(`  # between${eol}`)}`;
      const chosen = artifacts[pick % artifacts.length];
      if (chosen === undefined) return;
      const name = `${chosen.name}-1.0.tgz`;
      const wanted = { name: `${chosen.name}-2.0.tgz`, id: "new:id" };
      const renamed = edit(text, { kind: "rename", old: name, entry: wanted });
      expect(
        edit(renamed, { kind: "rename", old: wanted.name, entry: { name, id: chosen.id } }),
      ).toBe(text);
      const beside = edit(text, { kind: "copy", old: name, entry: wanted });
      expect(edit(beside, { kind: "remove", old: wanted.name })).toBe(text);
      const more = edit(text, { kind: "add", entry: wanted, source: undefined });
      expect(edit(more, { kind: "remove", old: wanted.name })).toBe(text);
    }),
  );
});
