import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { allSteps } from "../support/steps.ts";
import { yamlSnippets } from "../support/snippets.ts";

const snippets = yamlSnippets();

describe("what a page shows as YAML can be copied", () => {
  test.each(snippets)("$place", ({ text }) => {
    expect(() => parse(text, { customTags: [reference] })).not.toThrow();
  });
});

// A job of a repository that includes nothing knows no variable of the templates.
test("a job that is shown with nothing but steps has an image that has them", async () => {
  const steps = await allSteps();
  const without = snippets.flatMap(({ place, text }) => {
    const shown: unknown = parse(text, { customTags: [reference] });
    return Object.entries(isObject(shown) ? shown : {}).flatMap(([name, job]) => {
      if (!isObject(job) || !Array.isArray(job["script"])) return [];
      const isOurs = job["script"].every((line) => steps.has(line));
      return isOurs && !/slipway:\d/.test(String(job["image"])) ? [`${place} ${name}`] : [];
    });
  });
  expect(without).toEqual([]);
});

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** GitLab's own tag. */
const reference = { tag: "!reference", collection: "seq" } as const;

test("the snippets of the pages are found", () => {
  const pages = new Set(snippets.map(({ place }) => place.replace(/:\d+$/, "")));
  expect([...pages]).toContain("README.md");
  expect([...pages]).toContain("docs/gitlab-ci.md");
});
