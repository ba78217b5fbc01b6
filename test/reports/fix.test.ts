import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { repairReports } from "../../src/reports/fix/repair.ts";
import type { JunitFile } from "../../src/reports/junit/model.ts";
import { readJunit } from "../../src/reports/junit/read.ts";
import { corpus, corpusMissing, readTable } from "./shared-data.ts";

// Tens of megabytes are written: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "fix-"));
afterAll(() => rmSync(folder, { recursive: true }));
let number = 0;

/** Repairs reports and reads the copies. */
async function repair(...contents: (string | Buffer)[]) {
  number += 1;
  const cwd = join(folder, String(number));
  mkdirSync(cwd);
  const reports = contents.map((_, at) => ({
    file: join(cwd, `report${at}.xml`),
    path: `report${at}.xml`,
  }));
  for (const [at, { file }] of reports.entries()) writeFileSync(file, contents[at] ?? "");
  return repairFiles(reports, cwd);
}

async function repairFiles(reports: { file: string; path: string }[], cwd: string) {
  const target = join(cwd, "fixed");
  mkdirSync(target, { recursive: true });
  const repaired = await repairReports(reports, {
    cwd,
    folder: target,
    signal: new AbortController().signal,
  });
  const read: JunitFile[] = [];
  for (const copy of readdirSync(target).toSorted())
    read.push(
      await readJunit(join(target, copy), copy, { retention: { failed: 1000, skipped: 1000 } }),
    );
  const texts = readdirSync(target).map((copy) => readFileSync(join(target, copy), "utf8"));
  return {
    repaired,
    read,
    text: texts.join("\n"),
    changes: repaired.flatMap(({ changes }) => [...changes.keys()]),
  };
}

const suite = (inner: string): string =>
  `<testsuites><testsuite name="s">${inner}</testsuite></testsuites>`;

describe("a repaired copy is what GitLab reads whole", () => {
  test.each([
    [
      "repeated names are numbered",
      suite('<testcase classname="c" name="n"/><testcase classname="c" name="n"/>'),
      "repeated names numbered",
      'name="n (2)"',
    ],
    [
      "messages come into the text",
      suite(
        '<testcase classname="c" name="n"><failure message="boom" type="E">at x</failure></testcase>',
      ),
      "messages moved into the text",
      "<failure>boom\nat x</failure>",
    ],
    [
      "several outcomes become one",
      suite('<testcase classname="c" name="n"><failure>1</failure><error>2</error></testcase>'),
      "several outcomes joined into one",
      "<failure>1\n\n2</failure>",
    ],
    [
      "several outputs become one",
      suite(
        '<testcase classname="c" name="n"><failure>1</failure><system-out>a</system-out><system-out>b</system-out></testcase>',
      ),
      "several system-out joined into one",
      "<system-out>ab</system-out>",
    ],
    [
      "control characters become visible",
      suite(
        '<testcase classname="c" name="n"><failure>\u001b[31m&#27;&#0;red</failure></testcase>',
      ),
      "control characters made visible",
      "␛[31m␛␀red",
    ],
    [
      "bare ampersands and signs are escaped",
      suite('<testcase classname="c" name="a < b & c"/>'),
      undefined,
      'name="a &lt; b &amp; c"',
    ],
    [
      "text of test cases goes",
      suite('<testcase classname="c" name="n">oops</testcase>'),
      "text directly in a test case left out",
      '<testcase classname="c" name="n"/>',
    ],
    [
      "times become plain seconds",
      suite('<testcase classname="c" name="n" time="1,234.5"/>'),
      "times written as plain seconds",
      'time="1234.5"',
    ],
    [
      "problems of suites become test cases",
      suite("<error>setup</error>"),
      "problems of suites added as test cases",
      "<error>setup</error>",
    ],
    [
      "outputs of passed tests go",
      suite('<testcase classname="c" name="n"><system-out>x</system-out></testcase>'),
      "outputs of passed tests left out",
      '<testcase classname="c" name="n"/>',
    ],
    [
      "a report that is cut off says so",
      '<testsuite name="s"><testcase classname="c" name="n"/><testcase classname="c" na',
      "an error added for what could not be read",
      "The report is not readable beyond line 1",
    ],
  ])("%s", async (_title, content, change, shown) => {
    const { read, text, changes } = await repair(content);
    if (change !== undefined) expect(changes).toContain(change);
    expect(text).toContain(shown);
    expect(lossesOf(read)).toEqual([]);
  });

  test("a name that another report of the job has is numbered too", async () => {
    const one = suite('<testcase classname="c" name="n"/>');
    const { read } = await repair(one, one);
    const names = new Set(read.flatMap(({ gitlabKeys }) => [...gitlabKeys]));
    expect(names.size).toBe(2);
  });

  test("attachments are named from the project", async () => {
    number += 1;
    const cwd = join(folder, String(number));
    mkdirSync(join(cwd, "out/shots"), { recursive: true });
    writeFileSync(join(cwd, "out/shots/a.png"), "");
    writeFileSync(
      join(cwd, "out/r.xml"),
      suite(
        '<testcase classname="c" name="n"><failure>x</failure><system-out>[[ATTACHMENT|shots/a.png]]</system-out></testcase>',
      ),
    );
    const { text } = await repairFiles([{ file: join(cwd, "out/r.xml"), path: "out/r.xml" }], cwd);
    expect(text).toContain("<system-out>[[ATTACHMENT|out/shots/a.png]]</system-out>");
  });

  test(
    "a large report is split below GitLab's limit, and loses nothing",
    { timeout: 60_000 },
    async () => {
      const line = "x".repeat(1000);
      const cases = Array.from(
        { length: 800 },
        (_, at) =>
          `<testcase classname="c" name="n${at}"><failure>${`${line}\n`.repeat(40)}</failure></testcase>`,
      );
      const { repaired, read } = await repair(suite(cases.join("")));
      expect(repaired[0]?.copies.length).toBeGreaterThan(1);
      expect(read.reduce((sum, { counts }) => sum + counts.failures, 0)).toBe(800);
      for (const { bytes } of read) expect(bytes).toBeLessThan(30_000_000);
    },
  );
});

test("the corpus is here, for the copies of its reports", (context) => {
  if (corpusMissing !== undefined) context.skip(corpusMissing);
  expect(readTable("junit.tsv").length).toBeGreaterThan(100);
});

test.each(readTable("junit.tsv").map((row) => ({ path: row.get("path") ?? "", row })))(
  "the copy of $path shows GitLab every test",
  async ({ path, row }) => {
    number += 1;
    const { read } = await repairFiles(
      [{ file: join(corpus, path), path }],
      join(folder, String(number)),
    );
    expect(lossesOf(read)).toEqual([]);
    if (row.get("wellformed") !== "yes") return;
    const shown = read.reduce((sum, { gitlab }) => sum + gitlab.gitlab_total, 0);
    expect(shown).toBe(Number(row.get("tests")) + Number(row.get("suite_problems")));
    const failing = read.reduce(
      (sum, { gitlab }) => sum + gitlab.gitlab_failed + gitlab.gitlab_errored,
      0,
    );
    expect(failing).toBe(
      Number(row.get("failures")) + Number(row.get("errors")) + Number(row.get("suite_problems")),
    );
  },
);

function lossesOf(files: readonly JunitFile[]): string[] {
  return files.flatMap(({ findings, path }) =>
    findings
      .filter(({ level }) => level === "E" || level === "L")
      .map(({ rule, message }) => `${path} ${rule} ${message}`),
  );
}
