import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ArtifactWorld, artifactWorld } from "../support/artifact-world.ts";

/** A cache that nobody could reach: the mode verify asks none. */
const surroundings = `
caches: {hdfs: {type: webhdfs, url: "http://127.0.0.1:1", path: /cache}}
default_caches: [hdfs]
`;

function entries(world: ArtifactWorld, files: Readonly<Record<string, string>>): string {
  const lines = Object.entries(files).map(
    ([name, file]) => `  ${name}: {id: "${world.server.url}/${file}", source: url}`,
  );
  return `${surroundings}artifacts:\n${lines.join("\n")}\n`;
}

/** Commits the work tree. @returns the commit. */
function commit({ folder }: ArtifactWorld): string {
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.org", ...args], {
      cwd: folder,
      encoding: "utf8",
    }).trim();
  if (!readdirSync(folder).includes(".git")) git("init", "--quiet");
  git("add", "artifacts.yaml");
  git("commit", "--quiet", "--message=Change");
  return git("rev-parse", "HEAD");
}

const verify = (world: ArtifactWorld, base?: string) =>
  world.run({
    SYNC_MODE: "verify",
    ...(base === undefined ? {} : { CI_MERGE_REQUEST_DIFF_BASE_SHA: base }),
  });

test("only entries that the merge request changes are looked at, and no cache is asked", async () => {
  const world = await artifactWorld();
  world.serve("new.tgz");
  world.declare(entries(world, { "old.tgz": "gone.tgz" }));
  const base = commit(world);
  world.declare(entries(world, { "old.tgz": "gone.tgz", "new.tgz": "new.tgz" }));
  commit(world);
  const run = await verify(world, base);
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain("1 of 2 entries are looked at");
  const all = await verify(world);
  expect(all.exitCode).toBe(2);
  expect(all.stderr).toContain("E_SOURCE_MISSING");
});

test("a base that the clone lacks means that all entries are looked at, with a word about the depth", async () => {
  const world = await artifactWorld();
  world.serve("x.tgz");
  world.declare(entries(world, { "x.tgz": "x.tgz" }));
  commit(world);
  const run = await verify(world, "1".repeat(40));
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain("GIT_DEPTH: 0");
  expect(run.stdout).toContain("1 of 1 entries are looked at");
});

test("every problem is told at once, each with its line", async () => {
  const world = await artifactWorld();
  world.serve("a.tgz");
  world.serve("secret.tgz");
  world.server.behave = ({ path }, response) => {
    if (path !== "/secret.tgz") return false;
    response.writeHead(401).end();
    return true;
  };
  world.declare(
    entries(world, {
      "pack-1.0.conda": "a.tgz",
      "absent.tgz": "absent.tgz",
      "secret.tgz": "secret.tgz",
      "script.py": "a.tgz",
    }),
  );
  const run = await verify(world);
  expect(run.stderr).toMatch(/artifacts\.yaml:5: Spark does not unpack pack-1\.0\.conda/);
  expect(run.stderr).toMatch(/artifacts\.yaml:6: absent\.tgz: .* answered 404/);
  expect(run.stderr).toMatch(/artifacts\.yaml:7: secret\.tgz: .* answered 401/);
  expect(run.stderr).not.toContain("script.py");
  expect([2, 3]).toContain(run.exitCode);
});

test("a name that stands for another file than before is refused: caches never overwrite", async () => {
  const world = await artifactWorld();
  world.serve("one.tgz", randomBytes(1000));
  world.serve("two.tgz", randomBytes(2000));
  world.declare(entries(world, { "pack.tgz": "one.tgz" }));
  const base = commit(world);
  world.declare(entries(world, { "pack.tgz": "two.tgz" }));
  commit(world);
  const run = await verify(world, base);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/pack\.tgz stood for another file before, ".*\/one\.tgz"/);
});

test("one name for two files in one cache is a clash, wherever they are declared", async () => {
  const world = await artifactWorld();
  world.serve("one.tgz");
  world.serve("two.tgz");
  world.declare(entries(world, { "pack.tgz": "one.tgz" }));

  writeFileSync(
    `${world.folder}/more.yaml`,
    `artifacts: {pack.tgz: {id: "${world.server.url}/two.tgz", source: url}}\n`,
  );
  const run = await world.run({ SYNC_MODE: "verify", ARTIFACT_FILES: "*.yaml" });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(
    /more\.yaml:1: pack\.tgz is another file than the one at artifacts\.yaml:5/,
  );
});
