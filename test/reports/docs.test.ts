import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { lintRules } from "../../src/reports/lint/rules.ts";
import step from "../../steps/junit-report-check.ts";

const page = readFileSync(
  join(resolve(import.meta.dirname, "../.."), "docs/junit-report-check.md"),
  "utf8",
);

test("the page lists every rule with its level, loss and cure", () => {
  const rows = new Set(
    page.split("\n").map((line) => line.replaceAll(/\s+/g, " ").replaceAll("\\", "").trim()),
  );
  const missing = Object.entries(lintRules).filter(
    ([id, { level, loses, cure }]) =>
      !rows.has(`| ${id} | ${level} | ${loses} | ${cure} |`.replaceAll("\\", "")),
  );
  expect(missing.map(([id]) => id)).toEqual([]);
});

const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = ""]) => yaml);

test.each(examples)(
  "an example checks in our image, with variables that are good inputs: %#",
  (yaml) => {
    const jobs: unknown = parse(yaml);
    const checks = Object.values(isObject(jobs) ? jobs : {}).filter(isCheck);
    expect(checks).toHaveLength(1);
    for (const { image, variables } of checks) {
      expect(image).toMatch(/\/slipway:/);
      expect(Object.keys(variables)).not.toEqual([]);
      for (const [name, value] of Object.entries(variables)) {
        expect(Object.keys(step.inputs)).toContain(name);
        expect(() => step.inputs[name]?.parse(String(value)), name).not.toThrow();
      }
    }
  },
);

interface Check {
  readonly image: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
}

function isCheck(job: unknown): job is Check {
  return (
    isObject(job) &&
    Array.isArray(job["script"]) &&
    job["script"].includes("junit-report-check") &&
    isObject(job["variables"])
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
