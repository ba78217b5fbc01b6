import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findFiles } from "../../src/reports/find-files.ts";

const folder = await realpath(await mkdtemp(join(tmpdir(), "find-")));
afterAll(() => rm(folder, { recursive: true }));
const cwd = join(folder, "project");
for (const file of [
  "a.xml",
  "b.xml",
  "sub/c.xml",
  ".hidden/d.xml",
  "odd [1] #2.xml",
  "slipway-report/fixed/a.xml",
  "../outside.xml",
]) {
  await mkdir(dirname(join(cwd, file)), { recursive: true });
  await writeFile(join(cwd, file), `<testsuite name="${file}"/>`);
}
await symlink(join(cwd, "a.xml"), join(cwd, "link.xml"));
await symlink(join(folder, "outside.xml"), join(cwd, "leads-out.xml"));

const find = (...patterns: string[]) => findFiles(patterns, cwd, join(cwd, "slipway-report"));
const paths = async (...patterns: string[]) =>
  (await find(...patterns)).files.map(({ path }) => path);

test("globs match files of the working directory, hidden folders too, and never the report's own", async () => {
  expect(await paths("**/*.xml", "!**/leads-out.xml")).toEqual([
    ".hidden/d.xml",
    "a.xml",
    "b.xml",
    "odd [1] #2.xml",
    "sub/c.xml",
  ]);
});

test("a file is read once, however many patterns and links lead to it", async () => {
  expect(await paths("a.xml", "./a.xml", "*.xml", "link.xml", "!leads-out.xml", "!odd*")).toEqual([
    "a.xml",
    "b.xml",
  ]);
});

test("! excludes, wherever it stands", async () => {
  expect(await paths("!b.xml", "[ab].xml")).toEqual(["a.xml"]);
});

test("a name that looks like a pattern is taken as it stands where it is a file", async () => {
  expect(await paths("odd [1] #2.xml")).toEqual(["odd [1] #2.xml"]);
});

test("each pattern without a file is told, a directory with what to write instead", async () => {
  const { missing, files } = await find("a.xml", "none/*.xml", "sub");
  expect(files).toHaveLength(1);
  expect(missing.map(({ pattern }) => pattern)).toEqual(["none/*.xml", "sub"]);
  expect(missing[1]?.note).toContain("it is a directory");
});

test("S12 a link out of the working directory is not followed; a path that leads out is what was asked for", async () => {
  const { files } = await find("leads-out.xml");
  expect(files[0]?.refusal).toBe("the link leads out of the working directory");
  const outside = await find("../outside.xml", join(folder, "outside.xml"));
  expect(outside.files.map(({ path, refusal }) => ({ path, refusal }))).toEqual([
    { path: "../outside.xml", refusal: undefined },
  ]);
});
