import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeExampleChannel } from "../../src/conda/index.ts";
import { type EmbeddedGitlab, startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { silentLog } from "../../src/step/log.ts";
import { hostOfContainers } from "../support/docker-run.ts";
import { allSteps } from "../support/steps.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/docker.md"), "utf8");
const lines = [...page.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);
const stepOf = (line: string) => /slipway:dev (\S+)/.exec(line)?.[1] ?? "";

let folder: string;
let gitlab: EmbeddedGitlab;
let env: Readonly<Record<string, string>>;
/** Whoever sits at the laptop: not root. */
const person = { uid: 1234, gid: 1234 };

async function commit(repository: string): Promise<void> {
  const git = (...args: readonly string[]) =>
    execa("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
      cwd: repository,
    });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message=First");
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-laptop-"));
  const job = join(folder, "job");
  cpSync(join(root, "examples/job-project"), job, { recursive: true });
  await commit(job);
  const dags = join(folder, "dags");
  mkdirSync(join(dags, "analytics/config"), { recursive: true });
  writeFileSync(
    join(dags, "analytics/config/artifacts.yaml"),
    "sources:\n  built: { type: file, path: build }\ncaches:\n  local: { type: folder, path: /repo/cache }\nartifacts:\n  notes.txt:\n    id: notes.txt\n    source: built\n    caches: [local]\n",
  );
  mkdirSync(join(dags, "build"));
  writeFileSync(join(dags, "build/notes.txt"), "notes\n");
  await commit(dags);
  const host = await hostOfContainers();
  gitlab = await startEmbeddedGitlab({
    host: "0.0.0.0",
    externalHost: host,
    project: "group/job-project",
    importRepository: job,
  });
  await gitlab.admin.createProject({ path: "group/dags", importRepository: dags });
  const { value: deployToken } = gitlab.admin.createToken({
    kind: "project",
    project: "group/dags",
    scopes: ["api", "write_repository"],
    role: "developer",
  });
  const checkout = join(folder, "checkout");
  await execa("git", ["clone", "--quiet", job, checkout]);
  const channel = await makeExampleChannel({ env: process.env, log: silentLog });
  cpSync(channel.folder, join(checkout, ".git/channel"), { recursive: true });
  writeFileSync(
    join(checkout, "junit_pytest_report.xml"),
    '<testsuites><testsuite name="s"><testcase classname="c" name="n" time="0.1"/></testsuite></testsuites>',
  );
  await giveToPerson(checkout, dags);
  await execa("chmod", ["a+rx", folder]);
  env = {
    PATH: process.env["PATH"] ?? "",
    GITLAB_API: gitlab.api,
    GITLAB_PROJECT: gitlab.project.path,
    REPOSITORY_URL: gitlab.project.httpUrl.replace(/\.git$/, ""),
    GITLAB_TOKEN: gitlab.tokens.maintainer,
    DEPLOY_TOKEN: deployToken,
    CONDA_CHANNELS: "/repo/.git/channel",
    STATUS_REQUIRE: "checksums,sbom",
    VERIFY_REQUIRE: "checksums",
  };
});

afterAll(async () => {
  await gitlab?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a runner does meanwhile with the pipeline that the tag started. */
async function endPipelineOfTag(): Promise<void> {
  const response = await fetch(
    `${gitlab.api}/projects/${gitlab.project.id}/pipelines?ref=v0.15.0`,
    { headers: { "PRIVATE-TOKEN": gitlab.tokens.maintainer } },
  );
  const pipelines: readonly { id: number }[] = JSON.parse(await response.text());
  for (const { id: pipelineId } of pipelines) {
    const job = await gitlab.admin.startJob({
      project: gitlab.project.id,
      ref: "v0.15.0",
      pipelineId,
    });
    gitlab.admin.endJob(job.id, "success");
  }
}

async function giveToPerson(...folders: readonly string[]): Promise<void> {
  await execa("chown", ["-R", `${person.uid}:${person.gid}`, ...folders]);
}

/** The line as it stands, typed by the person; only the engine's socket asks for root. */
async function type(line: string, cwd: string) {
  const typed = line
    .replace("$(id -u):$(id -g)", `${person.uid}:${person.gid}`)
    .replaceAll("$PWD", cwd);
  const { exitCode, all } = await execa("sh", ["-c", typed], {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    all: true,
  });
  return { exitCode, output: all };
}

test("the page has a line for every step", async () => {
  const names = new Set(lines.map(stepOf));
  expect([...(await allSteps()).keys()].filter((name) => !names.has(name))).toEqual([]);
});

describe("docs/docker.md, line by line", () => {
  test.each(lines)("%s", async (line) => {
    const cwd = join(folder, stepOf(line) === "sync-artifacts" ? "dags" : "checkout");
    if (stepOf(line) === "release-status") await endPipelineOfTag();
    const { exitCode, output } = await type(line, cwd);
    expect(exitCode, output).toBe(0);
  });
});

test("whatever the steps wrote belongs to who ran them", () => {
  for (const place of ["checkout", "dags"]) {
    const found = readdirSync(join(folder, place), { recursive: true, encoding: "utf8" });
    const foreign = found.filter(
      (name) => statSync(join(folder, place, name), { throwIfNoEntry: false })?.uid === 0,
    );
    expect(foreign).toEqual([]);
  }
  expect(readdirSync(join(folder, "checkout"))).toContain("slipway-report");
  expect(readFileSync(join(folder, "dags/cache/notes.txt"), "utf8")).toBe("notes\n");
});

test("the command that a failed job prints fails elsewhere in the same way", async () => {
  // The job: a release of a branch that moved on since, in a container of its own.
  const job = join(folder, "failed");
  await execa("git", ["clone", "--quiet", join(folder, "job"), job]);
  await giveToPerson(job);
  const image = `-e SLIPWAY_IMAGE=slipway:dev -e CI_PROJECT_DIR=/repo -e CI_COMMIT_SHA=${await head(job)} -e CI_COMMIT_BRANCH=main`;
  const tokens = "-e GITLAB_API -e GITLAB_PROJECT -e REPOSITORY_URL -e GITLAB_TOKEN";
  const failed = await type(
    `docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/repo" ${image} -e NEW_VERSION=0.15.0.dev ${tokens} slipway:dev sh -c 'bump-version && tag-release'`,
    job,
  );
  expect(failed.exitCode).not.toBe(0);
  const [, printed = ""] = /^ +(docker run .*)$/m.exec(failed.output) ?? [];
  expect(printed).toContain("slipway:dev");

  // The laptop: another checkout of the commit, with the job's report.
  const laptop = join(folder, "laptop");
  await execa("git", ["clone", "--quiet", join(folder, "job"), laptop]);
  cpSync(join(job, "slipway-report"), join(laptop, "slipway-report"), { recursive: true });
  await giveToPerson(laptop);
  const again = await type(printed, laptop);
  const told = ({ output }: { output: string }) => /ERROR (E_\w+): (.*)/.exec(output)?.slice(1);
  expect(told(failed)).toBeDefined();
  expect(told(again)).toEqual(told(failed));
  expect(again.exitCode).toBe(failed.exitCode);
});

async function head(repository: string): Promise<string> {
  const { stdout } = await execa("git", ["-c", "safe.directory=*", "rev-parse", "HEAD"], {
    cwd: repository,
  });
  return stdout;
}
