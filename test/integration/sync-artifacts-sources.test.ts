import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import uploadPackage from "../../steps/upload-package.ts";
import { artifactWorld, sha256Of } from "../support/artifact-world.ts";
import { passOnTo, startFaultServer } from "../support/fault-server.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;
const pack = randomBytes(200_000);
/** Address in the API, and that of the page. */
let addresses: { api: string; page: string };

beforeAll(async () => {
  project = await startTaggedProject();
  for (const version of ["1.0.0", "1.2.0", "1.3.0"]) {
    project.write(`dist/demo-${version}.tgz`, version === "1.2.0" ? pack : randomBytes(1000));
    await project.run(uploadPackage, {
      PACKAGE_FILES: `dist/demo-${version}.tgz`,
      PACKAGE_VERSION: version,
      ATTEST: "false",
    });
  }
  const { api, url, project: shown, tokens } = project.gitlab;
  const ask = async (path: string): Promise<{ id: number; version: string }[]> =>
    JSON.parse(
      await (
        await fetch(`${api}/projects/${shown.id}${path}`, {
          headers: { "private-token": tokens.maintainer },
        })
      ).text(),
    );
  const found = (await ask("/packages")).find(({ version }) => version === "1.2.0");
  const [file] = await ask(`/packages/${found?.id}/package_files`);
  addresses = {
    api: `${api}/projects/${shown.id}/packages/generic/demo/1.2.0/demo-1.2.0.tgz`,
    page: `${url}/group/demo/-/package_files/${file?.id}/download`,
  };
});

afterAll(() => project.close());

const folderCache = "caches: {one: {type: folder, path: cache}}\ndefault_caches: [one]\n";

function entry(id: string, source = "url", name = "demo-1.2.0.tgz"): string {
  return `${folderCache}artifacts: {${name}: {id: "${id}", source: ${source}}}\n`;
}

describe.each(["api", "page"] as const)(
  "a GitLab package file by the address of its %s",
  (form) => {
    test("is read with SOURCE_TOKEN, proved by the registry's digest, and known without a download", async () => {
      const world = await artifactWorld();
      world.declare(entry(addresses[form]));
      const env = {
        SOURCE_GITLAB: project.gitlab.url,
        SOURCE_TOKEN: project.gitlab.tokens.developer,
      };
      const run = await world.run(env);
      expect(run.stderr).toBe("");
      expect(run.exitCode).toBe(0);
      expect(readFileSync(join(world.folder, "cache/demo-1.2.0.tgz"))).toEqual(pack);
      expect(run.stdout).toContain(sha256Of(pack));

      writeFileSync(join(world.folder, "cache/demo-1.2.0.tgz"), randomBytes(pack.length));
      const other = await world.run(env);
      expect(other.exitCode).toBe(3);
      expect(other.stderr).toContain(`${pack.length} bytes, SHA-256 ${sha256Of(pack)}`);
    });
  },
);

test("a deploy token reads by the address of the API, and is told what it cannot read", async () => {
  const { admin, url, project: shown } = project.gitlab;
  const scopes = ["read_package_registry"];
  const env = {
    SOURCE_GITLAB: url,
    SOURCE_TOKEN: admin.createToken({ kind: "deploy", scopes, project: shown.id }).value,
  };
  const world = await artifactWorld();
  world.declare(entry(addresses.api));
  const run = await world.run(env);
  expect(run.stderr).toBe("");
  expect(run.stdout).toContain(sha256Of(pack));
  expect(readFileSync(join(world.folder, "cache/demo-1.2.0.tgz"))).toEqual(pack);

  const byPage = await artifactWorld();
  byPage.declare(entry(addresses.page));
  const refused = await byPage.run(env);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("which the deploy token in SOURCE_TOKEN cannot read");
});

test("the job's own token reads the job's own GitLab, and a token of nobody is refused", async () => {
  const world = await artifactWorld();
  world.declare(entry(addresses.api));
  const { url, tokens } = project.gitlab;
  const run = await world.run({ CI_SERVER_URL: url, CI_JOB_TOKEN: tokens.job });
  expect(run.exitCode).toBe(0);
  const bad = await world.run({ SOURCE_GITLAB: url, SOURCE_TOKEN: "glpat-of-nobody-at-all" });
  // What is in all caches stays good.
  expect(bad.exitCode).toBe(0);
  expect(bad.stderr).toContain("its source could not be asked");
  const empty = await artifactWorld();
  empty.declare(entry(addresses.api));
  const refused = await empty.run({ SOURCE_GITLAB: url, SOURCE_TOKEN: "glpat-of-nobody-at-all" });
  expect(refused.exitCode).toBe(3);
  expect(refused.stderr).toContain("The token is SOURCE_TOKEN");
});

test("H13 a redirect to an object storage gets no token, and no other server ever sees one", async () => {
  const { gitlab } = project;
  const storage = await startFaultServer(passOnTo(gitlab.url));
  gitlab.admin.setInstance({ objectStorageOrigin: storage.url });
  const world = await artifactWorld();
  const { url } = world.serve("x.tgz");
  world.declare(
    `${entry(addresses.api)}  other.tgz: {id: "${url}", source: elsewhere}\nsources: {elsewhere: {type: gitlab, url: "${world.server.url}"}}\n`
      .replace("artifacts: {demo-1.2.0.tgz: ", "artifacts:\n  demo-1.2.0.tgz: ")
      .replace("source: url}}", "source: url}"),
  );
  const run = await world.run({ SOURCE_GITLAB: gitlab.url, SOURCE_TOKEN: gitlab.tokens.developer });
  gitlab.admin.setInstance({ objectStorageOrigin: undefined });
  await storage.close();
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  expect(storage.seen.length).toBeGreaterThan(0);
  const seen = [...storage.seen.map(({ headers }) => headers), ...world.server.seen];
  expect(JSON.stringify(seen)).not.toContain(gitlab.tokens.developer);
  expect(run.stdout + JSON.stringify(run.record)).not.toContain("X-Amz-Signature=");
});

describe("Maven", () => {
  async function repository() {
    const world = await artifactWorld();
    const folder = join(world.served, "org/example/job/1.2");
    mkdirSync(folder, { recursive: true });
    const jar = randomBytes(50_000);
    const put = (suffix: string, content: string | Buffer): void =>
      writeFileSync(join(folder, `job-1.2-shaded.jar${suffix}`), content);
    put("", jar);
    world.declare(`
sources: {central: {class_name: MavenArtifactSource, base_uri: "${world.server.url}"}}
artifact_caches: {one: {class_name: FsArtifactCache, base_uri: "file://${world.folder}/cache"}}
default_artifact_caches: [one]
artifacts: {job-1.2-shaded.jar: {id: "org.example:job:jar:shaded:1.2", source: central}}
`);
    return { world, jar, put };
  }
  const digest = (kind: string, bytes: Buffer): string =>
    createHash(kind).update(bytes).digest("hex");

  test.each(["sha256", "sha512", "sha1", "md5"])("a file is proved by its .%s", async (kind) => {
    const { world, jar, put } = await repository();
    put(`.${kind}`, `${digest(kind, jar)}\n`);
    const run = await world.run();
    expect(run.stderr).toBe("");
    expect(run.exitCode).toBe(0);
    expect(readFileSync(join(world.folder, "cache/job-1.2-shaded.jar"))).toEqual(jar);
  });

  test("a file that its checksum does not fit is refused with both", async () => {
    const { world, jar, put } = await repository();
    const wrong = digest("sha1", Buffer.from("another"));
    put(".sha1", wrong);
    const run = await world.run();
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain("E_SOURCE_DIGEST");
    expect(run.stderr).toContain(wrong);
    expect(run.stderr).toContain(digest("sha1", jar));
  });

  test("a SNAPSHOT is refused with its line", async () => {
    const { world } = await repository();
    world.declare(
      `${folderCache}sources: {central: {type: maven, url: "${world.server.url}"}}\nartifacts:\n  job.jar: {id: "org.example:job:1.2-SNAPSHOT", source: central}\n`,
    );
    const run = await world.run();
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/artifacts\.yaml:5: .*different file with every build/);
  });
});

test("a local file is read where it is", async () => {
  const world = await artifactWorld();
  mkdirSync(join(world.folder, "build"));
  writeFileSync(join(world.folder, "build/x.tgz"), pack);
  world.declare(
    `${folderCache}sources: {built: {type: file, path: build}}\nartifacts: {x.tgz: {id: x.tgz, source: built}}\n`,
  );
  expect((await world.run()).exitCode).toBe(0);
  expect(readFileSync(join(world.folder, "cache/x.tgz"))).toEqual(pack);
  expect(readFileSync(join(world.folder, "build/x.tgz"))).toEqual(pack);
});
