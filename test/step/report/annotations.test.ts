import { expect, test } from "vitest";
import { annotate } from "../../../src/step/report/annotations.ts";
import { Redactor } from "../../../src/step/redact/redactor.ts";

const redactor = new Redactor();
redactor.add("correct-horse");
const link = (label: string) => ({ label, url: `https://gitlab.example.org/${label}` });
const sectionsOf = (content: string): Record<string, readonly unknown[]> => JSON.parse(content);

test("a step's links stand in a section of its own, in GitLab's form", () => {
  const { content, leftOut } = annotate("{}", "tag-release", [link("v1")], redactor);
  expect(sectionsOf(content)).toEqual({
    "tag-release": [{ external_link: { label: "v1", url: "https://gitlab.example.org/v1" } }],
  });
  expect(leftOut).toBe(0);
});

test("a later step adds its section, a second run replaces its own, a run without links removes it", () => {
  const first = annotate("{}", "a", [link("1")], redactor).content;
  const both = annotate(first, "b", [link("2")], redactor).content;
  expect(Object.keys(sectionsOf(both))).toEqual(["a", "b"]);
  const again = annotate(both, "a", [link("3"), link("4")], redactor).content;
  expect(sectionsOf(again)).toMatchObject({ a: [{ external_link: { label: "3" } }, {}], b: [{}] });
  expect(Object.keys(sectionsOf(annotate(both, "a", [], redactor).content))).toEqual(["b"]);
});

test.each(["", "[1]", "null", "{ broken", '{"a":"no list"}'])(
  "a file that is none of GitLab's (%j) is made one",
  (earlier) => {
    expect(sectionsOf(annotate(earlier, "a", [], redactor).content)).toEqual({});
  },
);

test("secrets are masked, and what is no web address is no link", () => {
  const links = [
    { label: "correct-horse", url: "https://h/?q=correct-horse" },
    { label: "bad", url: "javascript:alert(1)" },
  ];
  const { content, leftOut } = annotate("{}", "a", links, redactor);
  expect(sectionsOf(content)).toEqual({
    a: [{ external_link: { label: "[MASKED]", url: "https://h/?q=[MASKED]" } }],
  });
  expect(leftOut).toBe(1);
});

const many = (count: number) => Array.from({ length: count }, (_, index) => link(`${index}`));

test("more than 1000 links, or more than 80 KiB of them, are left out and counted", () => {
  const large = Array.from({ length: 30 }, () => ({ label: "x".repeat(5000), url: "https://h" }));
  const { content, leftOut } = annotate("{}", "a", large, redactor);
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(81_920);
  expect(leftOut).toBe(14);
  const short = Array.from({ length: 990 }, () => ({ external_link: { label: "x", url: "u" } }));
  const earlier = JSON.stringify({ other: short });
  expect(sectionsOf(annotate(earlier, "a", many(20), redactor).content)["a"]).toHaveLength(10);
});

test("the twenty-first section is left out", () => {
  const earlier = JSON.stringify(
    Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`s${index}`, []])),
  );
  const { content, leftOut } = annotate(earlier, "a", many(2), redactor);
  expect(Object.keys(sectionsOf(content))).not.toContain("a");
  expect(leftOut).toBe(2);
});
