import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import createRelease from "../../steps/create-release.ts";
import uploadPackage from "../../steps/upload-package.ts";
import verifyRelease from "../../steps/verify-release.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;
let keys: string;

beforeEach(async () => {
  project = await startTaggedProject();
  keys = mkdtempSync(join(tmpdir(), "attestation-keys-"));
  project.write("dist/demo-1.2.0.tgz", "the pack");
});

afterEach(async () => {
  await project.close();
  rmSync(keys, { recursive: true });
});

const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

const packDigest = sha256("the pack");
const bom = (digest: string): string =>
  JSON.stringify({ metadata: { component: { hashes: [{ alg: "SHA-256", content: digest }] } } });

/** Variables of a job of the tag's pipeline that has a page of its own. */
const job = (id: number): Readonly<Record<string, string>> => ({
  PATH: process.env["PATH"] ?? "",
  CI_SERVER_URL: project.gitlab.url,
  CI_PROJECT_URL: `${project.gitlab.url}/group/demo`,
  CI_JOB_URL: `${project.gitlab.url}/group/demo/-/jobs/${id}`,
  CI_RUNNER_ID: "5",
});
const upload = (env = {}) =>
  project.run(uploadPackage, { PACKAGE_FILES: "dist/*.tgz", ...job(1), ...env });
const release = (env = {}) => project.run(createRelease, { ...job(2), ...env });
const verify = (env = {}) =>
  project.run(verifyRelease, {
    VERIFY_FILES: "downloads/*",
    PATH: process.env["PATH"] ?? "",
    ...env,
  });

async function ask(path: string): Promise<Response> {
  return fetch(`${project.gitlab.api}/projects/${project.gitlab.project.id}${path}`, {
    headers: { "private-token": project.gitlab.tokens.maintainer },
  });
}

async function download(name: string): Promise<string> {
  const answer = await ask(`/packages/generic/demo/1.2.0/${name}`);
  expect(answer.status).toBe(200);
  const text = await answer.text();
  project.write(`downloads/${name}`, text);
  return text;
}

async function names(): Promise<readonly string[]> {
  const [first]: readonly { id: number }[] = JSON.parse(await (await ask("/packages")).text());
  const files: readonly { file_name: string }[] = JSON.parse(
    await (await ask(`/packages/${first?.id}/package_files`)).text(),
  );
  return files.map(({ file_name: name }) => name);
}

async function makeKey(name: string): Promise<{ file: string; allowed: string }> {
  const file = join(keys, name);
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
  chmodSync(file, 0o644);
  const allowed = join(keys, `${name}.allowed`);
  writeFileSync(allowed, `${name}@example.org ${readFileSync(`${file}.pub`, "utf8")}`);
  return { file, allowed };
}

const writes = () =>
  project.gitlab.admin
    .requests()
    .filter(
      ({ method, path }) => !["GET", "HEAD"].includes(method) && !path.endsWith("/git-upload-pack"),
    ).length;

describe("without a token", () => {
  const stranger = () => verify({ CI_JOB_TOKEN: "", CI_COMMIT_SHA: "" });

  beforeEach(async () => {
    expect(await upload()).toMatchObject({ exitCode: 0 });
    expect(await release()).toMatchObject({ exitCode: 0 });
    await download("demo-1.2.0.tgz");
  });

  test("a release of a public project verifies", async () => {
    project.gitlab.admin.setProject(project.gitlab.project.id, { visibility: "public" });
    const verified = await stranger();
    expect(verified).toMatchObject({ exitCode: 0, stderr: "" });
    expect(verified.outputs["VERIFIED_FILE_COUNT"]).toBe("1");
    expect(verified.stdout).toContain("only what is public can be read");
  });

  test("a private project is not found, and the token that would show it is named", async () => {
    const refused = await stranger();
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain("E_NOT_FOUND");
    expect(refused.stderr).toContain("No token was sent.");
    expect(refused.stderr).toContain("set GITLAB_TOKEN to one with the scope read_api");
  });
});

test("a release carries bill of materials, provenance and checksums, which verify", async () => {
  project.write("dist/demo-1.2.0.tgz.cdx.json", bom(packDigest));
  const uploaded = await upload();
  expect(uploaded).toMatchObject({ exitCode: 0, stderr: "" });
  expect(uploaded.outputs).toMatchObject({
    PACKAGE_FILE_SHA256: packDigest,
    PACKAGE_FILE_COUNT: "1",
  });
  expect(await release()).toMatchObject({ exitCode: 0, stderr: "" });
  const all = [
    "demo-1.2.0.tgz",
    "demo-1.2.0.tgz.cdx.json",
    "demo-1.2.0.tgz.intoto.json",
    "SHA256SUMS",
  ];
  const published = await names();
  expect(published.toSorted()).toEqual(all.toSorted());
  // The file before what speaks of it, whose parts come side by side, and the checksums of all at the end.
  expect([published[0], published.at(-1)]).toEqual([all[0], all.at(-1)]);
  const sums = await download("SHA256SUMS");
  const statement = await download("demo-1.2.0.tgz.intoto.json");
  expect(sums).toBe(
    `${packDigest}  demo-1.2.0.tgz\n${sha256(bom(packDigest))}  demo-1.2.0.tgz.cdx.json\n${sha256(statement)}  demo-1.2.0.tgz.intoto.json\n`,
  );
  const { assets }: { assets: { links: readonly { name: string; link_type: string }[] } } =
    JSON.parse(await (await ask("/releases/v1.2.0")).text());
  expect(new Map(assets.links.map((link) => [link.name, link.link_type]))).toEqual(
    new Map(all.map((name) => [name, name === "demo-1.2.0.tgz" ? "package" : "other"])),
  );

  for (const name of all) await download(name);
  const verified = await verify();
  expect(verified).toMatchObject({ exitCode: 0, stderr: "" });
  expect(verified.outputs["VERIFIED_FILE_COUNT"]).toBe("4");
  expect(verified.stdout).toContain(
    `✓ demo-1.2.0.tgz: registry; SHA256SUMS; provenance: ${project.gitlab.url}/group/demo/-/jobs/1`,
  );
});

test("H10 a retried job keeps the provenance that is published, and writes nothing", async () => {
  await upload();
  await release();
  const [before, count] = [await download("demo-1.2.0.tgz.intoto.json"), writes()];
  expect(await upload(job(9))).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await release(job(10))).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await download("demo-1.2.0.tgz.intoto.json")).toBe(before);
  expect(writes()).toBe(count);
});

test("outside of a job nothing is said of who built, and ATTEST=false publishes the files alone", async () => {
  const { stdout } = await upload({ CI_JOB_URL: "" });
  expect(stdout).toContain("this is no GitLab job");
  expect(await names()).toEqual(["demo-1.2.0.tgz"]);
  await upload({ ATTEST: "false" });
  await release({ ATTEST: "false" });
  expect(await names()).toEqual(["demo-1.2.0.tgz"]);
});

test("a bill of materials of another file is left out, with a warning", async () => {
  project.write("dist/demo-1.2.0.tgz.cdx.json", bom("0".repeat(64)));
  const { exitCode, stdout, stderr } = await upload();
  expect(exitCode).toBe(0);
  expect(stdout + stderr).toContain("speaks of another file");
  expect(await names()).not.toContain("demo-1.2.0.tgz.cdx.json");
});

test("H10 a provenance that speaks of other bytes is a conflict", async () => {
  await upload({ ATTEST: "false" });
  const foreign = JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "demo-1.2.0.tgz", digest: { sha256: "0".repeat(64) } }],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: { buildType: "https://example.org/b", externalParameters: {} },
      runDetails: { builder: { id: "https://example.org" } },
    },
  });
  project.write("foreign/demo-1.2.0.tgz.intoto.json", foreign);
  await upload({ PACKAGE_FILES: "foreign/*", ATTEST: "false" });
  const { exitCode, stdout, stderr } = await upload();
  expect(exitCode).toBe(3);
  expect(stdout + stderr).toContain("E_PROVENANCE_DIFFERS");
});

test("R02 a file that came after SHA256SUMS is told, and the published sums stay", async () => {
  await upload();
  await release();
  const before = await download("SHA256SUMS");
  project.write("dist/late.tgz", "late");
  expect(await upload(job(3))).toMatchObject({ exitCode: 0 });
  const again = await release(job(4));
  expect(again.exitCode).toBe(0);
  expect(again.stdout + again.stderr).toContain(
    "SHA256SUMS was published before late.tgz, late.tgz.intoto.json and does not name them",
  );
  expect(await download("SHA256SUMS")).toBe(before);
});

test("a development version gets the provenance of its newest bytes", async () => {
  const dev = { CI_COMMIT_TAG: "", PACKAGE_VERSION: "1.3.0.dev" };
  await upload(dev);
  project.write("dist/demo-1.2.0.tgz", "other bytes");
  expect(await upload({ ...dev, ...job(2) })).toMatchObject({ exitCode: 0 });
  const answer = await ask("/packages/generic/demo/1.3.0.dev/demo-1.2.0.tgz.intoto.json");
  expect(await answer.text()).toContain(sha256("other bytes"));
});

test("a dry run tells what would be published, and publishes nothing", async () => {
  const { exitCode, stdout } = await upload({ DRY_RUN: "true" });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("would: Publish demo-1.2.0.tgz.intoto.json");
  expect(writes()).toBe(0);
});

test("S08 a secret in an input does not get into the provenance", async () => {
  const secret = "glpat-attestation-secret-1";
  project.write(`dist/${secret}.txt`, "named badly");
  await upload({ PACKAGE_FILES: `dist/*.tgz, dist/${secret}.*`, GITLAB_TOKEN: secret });
  const statement = await download("demo-1.2.0.tgz.intoto.json");
  expect(statement).toContain("[MASKED]");
  expect(statement).not.toContain(secret);
});

describe("signatures", () => {
  test("ssh-keygen itself accepts them, and so does verify-release", async () => {
    const key = await makeKey("release");
    expect(await upload({ SIGNING_KEY_FILE: key.file })).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await release({ SIGNING_KEY_FILE: key.file })).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
    for (const name of ["demo-1.2.0.tgz", "SHA256SUMS", "demo-1.2.0.tgz.intoto.json"])
      await download(name);
    for (const name of ["SHA256SUMS", "demo-1.2.0.tgz.intoto.json"]) {
      await download(`${name}.sig`);
      const path = join(project.folder, "downloads", name);
      const args = ["-Y", "verify", "-n", "file", "-I", "release@example.org", "-f", key.allowed];
      const { exitCode } = await execa("ssh-keygen", [...args, "-s", `${path}.sig`], {
        input: readFileSync(path),
      });
      expect(exitCode).toBe(0);
    }
    const verified = await verify({ SIGNING_ALLOWED_SIGNERS_FILE: key.allowed });
    expect(verified).toMatchObject({ exitCode: 0, stderr: "" });
    expect(verified.stdout).toContain("SHA256SUMS (signed by release@example.org)");

    const count = writes();
    expect(await upload({ SIGNING_KEY_FILE: key.file, ...job(8) })).toMatchObject({ exitCode: 0 });
    expect(await release({ SIGNING_KEY_FILE: key.file, ...job(9) })).toMatchObject({ exitCode: 0 });
    expect(writes()).toBe(count);
  });

  test("a stranger's key does not count, and a missing signature as little", async () => {
    const [ours, theirs] = [await makeKey("release"), await makeKey("stranger")];
    await upload({ SIGNING_KEY_FILE: theirs.file });
    await release();
    await download("demo-1.2.0.tgz");
    const { exitCode, stdout, stderr } = await verify({
      SIGNING_ALLOWED_SIGNERS_FILE: ours.allowed,
    });
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain("SHA256SUMS is not signed");
    expect(stdout + stderr).toContain(
      "demo-1.2.0.tgz.intoto.json.sig: it was made with a key that the allowed signers do not name",
    );
  });

  test("a provenance of another build that stands unsigned is not signed afterwards", async () => {
    const key = await makeKey("release");
    await upload();
    const env = { PACKAGE_FILES: "dist/demo-1.2.0.tgz", SIGNING_KEY_FILE: key.file };
    const { stdout, stderr, exitCode } = await upload(env);
    expect(exitCode).toBe(0);
    expect(stdout + stderr).toContain("it is not signed afterwards");
    expect(await upload({ SIGNING_KEY_FILE: key.file })).toMatchObject({ exitCode: 0 });
    expect(await names()).toContain("demo-1.2.0.tgz.intoto.json.sig");
  });
});

describe("verify-release ends with 1", () => {
  beforeEach(async () => {
    await upload();
    await release();
  });

  test.each([
    {
      title: "for a file that was changed on its way",
      prepare: () => project.write("downloads/demo-1.2.0.tgz", "the pack!"),
      said: `its SHA-256 is ${sha256("the pack!")}, the registry has ${packDigest}`,
    },
    {
      title: "for a file that the package does not hold",
      prepare: () => project.write("downloads/other.tgz", "x"),
      said: "other.tgz: the package demo 1.2.0 holds no file of that name",
    },
    {
      title: "for a file without provenance and checksum",
      prepare: async () => {
        project.write("bare/bare.tgz", "bare");
        await upload({ PACKAGE_FILES: "bare/*", ATTEST: "false" });
        await download("bare.tgz");
      },
      said: "bare.tgz: the package has no bare.tgz.intoto.json",
    },
  ])("$title", async ({ prepare, said }) => {
    await prepare();
    const { exitCode, stdout, stderr } = await verify();
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain("E_RELEASE_NOT_VERIFIED");
    expect(stdout + stderr).toContain(said);
  });

  test("for a provenance of another commit", async () => {
    project.write("moved/moved.tgz", "moved");
    const elsewhere = { CI_COMMIT_SHA: "1".repeat(40), RELEASE_TAG: "v1.2.0", CI_COMMIT_TAG: "" };
    await upload({ PACKAGE_FILES: "moved/*", ...elsewhere });
    await download("moved.tgz");
    const { exitCode, stdout, stderr } = await verify();
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain(
      `it was built from ${"1".repeat(40)}; the tag is on ${project.sha}`,
    );
  });

  test("but not where VERIFY_REQUIRE asks for less", async () => {
    project.write("bare/bare.tgz", "bare");
    await upload({ PACKAGE_FILES: "bare/*", ATTEST: "false" });
    await download("bare.tgz");
    expect(await verify({ VERIFY_REQUIRE: "none" })).toMatchObject({ exitCode: 0 });
  });
});

test("verify-release tells every wrong input at once", async () => {
  const { exitCode, stdout, stderr } = await verify({ VERIFY_REQUIRE: "sums,signatures" });
  expect(exitCode).toBe(2);
  expect(stdout + stderr).toMatch(/VERIFY_REQUIRE[^]*sums/);
  expect(stdout + stderr).toContain("SIGNING_ALLOWED_SIGNERS_FILE");
});
