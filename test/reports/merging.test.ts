import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compareTests } from "../../src/reports/baseline.ts";
import { readCobertura } from "../../src/reports/cobertura/read.ts";
import { mergeCoverage, type Places, resolveName } from "../../src/reports/coverage.ts";
import { findFiles } from "../../src/reports/find-files.ts";
import { mergeRetries } from "../../src/reports/junit/merge-retries.ts";
import { readJunit } from "../../src/reports/junit/read.ts";
import { readJunitFiles } from "../../src/reports/read-reports.ts";

const folder = await mkdtemp(join(tmpdir(), "reports-"));
afterAll(() => rm(folder, { recursive: true }));

const put = async (name: string, content: string): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
};

const anywhere: Places = { exists: () => false, roots: [], stripPrefix: "", pathPrefix: "" };
const among = (...files: string[]): Places => ({
  ...anywhere,
  exists: (path) => files.includes(path),
  roots: ["/builds/g/p", "/home/me/p"],
});

describe("coverage of several reports is merged line by line", () => {
  const report = (sources: string, classes: string): string =>
    `<coverage><sources>${sources}</sources><packages><package><classes>${classes}</classes></package></packages></coverage>`;
  const source = (...names: string[]): string =>
    names.map((name) => `<source>${name}</source>`).join("");
  const file = (name: string, ...lines: string[]): string =>
    `<class filename="${name}"><lines>${lines.join("")}</lines></class>`;
  const line = (number: number, hits: number, branches = ""): string =>
    `<line number="${number}" hits="${hits}" ${branches === "" ? "" : `branch="true" condition-coverage="50% (${branches})"`}/>`;
  const read = async (name: string, content: string) =>
    readCobertura(await put(name, content), name);

  test("a line is covered if any report says so, and rates are never averaged", async () => {
    const one = await read("one.xml", report("", file("a.py", line(1, 1), line(2, 0))));
    const two = await read("two.xml", report("", file("a.py", line(2, 3), line(3, 0))));
    expect(mergeCoverage([one, two], among("a.py")).lines).toEqual({ covered: 2, valid: 3 });
  });

  test("branches of a line: the larger number of branches, then of covered ones", async () => {
    const one = await read(
      "one.xml",
      report("", file("a.py", line(1, 1, "1/2"), line(2, 1, "2/4"))),
    );
    const two = await read(
      "two.xml",
      report("", file("a.py", line(1, 1, "2/2"), line(2, 1, "1/2"))),
    );
    const merged = mergeCoverage([one, two], among("a.py"));
    expect(merged.branches).toEqual({ covered: 4, valid: 6 });
    expect(merged.isLowerBound).toBe(true);
  });

  test("equal names below different sources are different files", async () => {
    const one = await read("one.xml", report(source("/builds/g/p/app"), file("a.py", line(1, 1))));
    const two = await read("two.xml", report(source("/builds/g/p/lib"), file("a.py", line(1, 0))));
    const merged = mergeCoverage([one, two], among("app/a.py", "lib/a.py"));
    expect(merged.files.map(({ path }) => path)).toEqual(["app/a.py", "lib/a.py"]);
    expect(mergeCoverage([one, two], anywhere).files).toHaveLength(2);
  });

  test("lines of methods count once, and their branches only where the class has no lines", async () => {
    const both = `<class filename="a.py"><methods><method><lines>${line(1, 0, "1/2")}</lines></method></methods><lines>${line(1, 2, "2/2")}</lines></class>`;
    const methods = `<class filename="b.py"><methods><method><lines>${line(1, 0, "1/2")}</lines></method></methods></class>`;
    const merged = mergeCoverage([await read("m.xml", report("", both + methods))], anywhere);
    expect(merged.lines).toEqual({ covered: 1, valid: 2 });
    expect(merged.branches).toEqual({ covered: 3, valid: 4 });
  });

  test.each([
    ["src/a.py", [], "src/a.py"],
    ["a.py", ["/builds/g/p/src"], "src/a.py"],
    ["a.py", ["/home/me/p/src"], "src/a.py"],
    ["src\\a.py", ["."], "src/a.py"],
    ["./src/a.py", [], "src/a.py"],
    ["/home/me/p/src/a.py", [], "src/a.py"],
    ["a.py", ["/somewhere/else"], undefined],
    ["a.py", ["/nowhere", "/builds/g/p/src"], "src/a.py"],
  ])("%s with the sources %o is %s", (name, sources, path) => {
    expect(resolveName(name, sources, among("src/a.py"))).toBe(path);
  });

  test("prefixes of the report are exchanged for those of the repository", () => {
    const places = {
      ...among("services/api/a.py"),
      stripPrefix: "/app/",
      pathPrefix: "services/api",
    };
    expect(resolveName("/app/a.py", [], places)).toBe("services/api/a.py");
  });
});

describe("RETRIES=merge makes one test of its attempts", () => {
  const merge = async (cases: string) => {
    const file = await put("retries.xml", `<testsuites>${cases}</testsuites>`);
    const retention = { failed: 100, skipped: 100 };
    return mergeRetries(await readJunit(file, "retries.xml", { retention }), file);
  };
  const failed = (name: string, more = ""): string =>
    `<testcase classname="c" name="${name}" ${more}><failure message="no">x</failure></testcase>`;
  const passed = (name: string, more = ""): string =>
    `<testcase classname="c" name="${name}" ${more}/>`;

  test("the last attempt decides, and an earlier failure makes it flaky", async () => {
    const { file, merged } = await merge(
      `<testsuite name="s">${failed("a")}${failed("a")}${passed("a")}${passed("b")}</testsuite>`,
    );
    expect(file.counts).toMatchObject({ tests: 2, passed: 2, failures: 0, flaky: 1, dup_keys: 0 });
    expect(file.cases.map(({ outcome, flaky }) => ({ outcome, flaky }))).toEqual([
      { outcome: "passed", flaky: true },
      { outcome: "passed", flaky: true },
    ]);
    expect(merged).toEqual([{ title: "c › a", outcomes: ["failed", "failed", "passed"] }]);
  });

  test("a last attempt that fails is a failure, whatever passed before", async () => {
    const { file } = await merge(`<testsuite name="s">${passed("a")}${failed("a")}</testsuite>`);
    expect(file.counts).toMatchObject({ tests: 1, passed: 0, failures: 1, flaky: 0 });
  });

  test.each([
    [
      "another suite",
      `<testsuite name="s">${failed("a")}</testsuite><testsuite name="t">${passed("a")}</testsuite>`,
    ],
    [
      "a suite of the same name elsewhere",
      `<testsuite name="x"><testsuite name="s">${failed("a")}</testsuite></testsuite><testsuite name="y"><testsuite name="s">${passed("a")}</testsuite></testsuite>`,
    ],
    [
      "another file",
      `<testsuite name="s">${failed("a", 'file="x.py"')}${passed("a", 'file="y.py"')}</testsuite>`,
    ],
    ["a similar name", `<testsuite name="s">${failed("a")}${passed("a [retry]")}</testsuite>`],
  ])("%s is another test", async (_title, cases) => {
    const { file, merged } = await merge(cases);
    expect(file.counts).toMatchObject({ tests: 2, passed: 1, failures: 1, flaky: 0 });
    expect(merged).toEqual([]);
  });
});

test("a baseline tells what is new, fixed, added, removed, skipped and slower", async () => {
  const suite = (...cases: string[]): string => `<testsuite name="s">${cases.join("")}</testsuite>`;
  const one = (name: string, inner = "", time = "0.1"): string =>
    `<testcase classname="c" name="${name}" time="${time}">${inner}</testcase>`;
  const bad = "<failure>x</failure>";
  await put(
    "before.base.xml",
    suite(one("ok"), one("broken"), one("mended", bad), one("gone"), one("muted"), one("slow")),
  );
  await put(
    "now.base.xml",
    suite(
      one("ok"),
      one("broken", bad),
      one("mended"),
      one("fresh", bad),
      one("muted", "<skipped/>"),
      one("slow", "", "5"),
    ),
  );
  const side = async (pattern: string) => {
    const { files: found } = await findFiles([pattern], folder, join(folder, "none"));
    const settings = { signal: new AbortController().signal, keepTests: true };
    return { found, files: await readJunitFiles(found, settings) };
  };
  const comparison = await compareTests(await side("before.base.xml"), await side("now.base.xml"));
  expect(comparison).toEqual({
    newFailures: { count: 2, names: ["c › broken", "c › fresh"] },
    fixed: { count: 1, names: ["c › mended"] },
    added: { count: 1, names: ["c › fresh"] },
    removed: { count: 1, names: ["c › gone"] },
    newlySkipped: { count: 1, names: ["c › muted"] },
    slower: { count: 1, names: ["c › slow"] },
  });
});
