/** bump-version and tag-release on the embedded GitLab, against the same commits, tag and push typed with git. */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { jobVariables } from "../src/rehearsal/variables.ts";
import { printTable, summarise } from "./measure.ts";

const root = join(import.meta.dirname, "..");
const bin = join(root, "dist/bin");
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 7);

const person = {
  PATH: process.env["PATH"],
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

const bump = `
set -e
sed -i 's/0\\.15\\.0\\.dev/0.15.0/' .bumpversion.cfg setup.cfg
git commit --quiet -am "Release version 0.15.0"
`;
const tag = `
set -e
git tag -a -m "Release version 0.15.0" v0.15.0
sed -i 's/\\(current_version\\|version\\) = 0\\.15\\.0$/\\1 = 0.16.0.dev/' .bumpversion.cfg setup.cfg
git commit --quiet -am "Bump version: 0.15.0 → 0.16.0.dev"
git push --quiet --atomic "$PUSH_URL" HEAD:refs/heads/main refs/tags/v0.15.0
`;
/** Types a script and does nothing else: what any step costs that is a program for Node.js. */
const typist = `process.exitCode =
  require("node:child_process").spawnSync("sh", ["-c", process.argv[1]], { stdio: "inherit" }).status`;

interface Job {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What each way is typed as: commands that run one after the other, as the shell of a job runs them. */
const ways = {
  typed: [["sh", "-c", bump + tag]],
  bare: [bump, tag].map((script) => [process.execPath, "-e", typist, script] as const),
  stepped: [[join(bin, "bump-version")], [join(bin, "tag-release")]],
} as const;

function timed({ folder, env }: Job, commands: (typeof ways)[keyof typeof ways]): number {
  const start = performance.now();
  for (const [file, ...args] of commands) {
    const { status, stderr } = spawnSync(file, args, { cwd: folder, env, encoding: "utf8" });
    if (status !== 0) throw new Error(`${file} ended with ${status}:\n${stderr}`);
  }
  return performance.now() - start;
}

/** The example on a GitLab that is a process of its own, as a real one is, and the fresh clone of a job. */
async function inJob<Result>(work: (job: Job) => Result): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  const source = join(folder, "source");
  cpSync(join(root, "examples/job-project"), source, { recursive: true });
  git(source, "init", "--quiet", "--initial-branch=main");
  git(source, "add", "--all");
  git(source, "commit", "--quiet", "--message=Add the job");
  const server = spawn(join(bin, "embedded-gitlab"), [], {
    env: { PATH: process.env["PATH"], EMBEDDED_GITLAB_REPO: source },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise((resolve) => server.once("close", resolve));
  try {
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
    const ready: Ready = JSON.parse((await lines.next()).value ?? "");
    return work(clone(folder, ready, git(source, "rev-parse", "HEAD")));
  } finally {
    server.kill();
    await gone;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the server prints when it is ready. */
interface Ready {
  readonly url: string;
  readonly project: { readonly id: number; readonly path: string };
  readonly tokens: { readonly maintainer: string; readonly job: string };
}

function clone(folder: string, { url, project, tokens }: Ready, sha: string): Job {
  const checkout = join(folder, "checkout");
  const authorised = (user: string) => `${url.replace("://", `://${user}@`)}/${project.path}.git`;
  mkdirSync(checkout);
  git(checkout, "init", "--quiet");
  const from = authorised(`gitlab-ci-token:${tokens.job}`);
  git(checkout, "fetch", "--quiet", "--depth=20", "--no-tags", from, sha);
  git(checkout, "checkout", "--quiet", "--detach", sha);
  const createdAt = new Date().toISOString();
  const variables = jobVariables(
    { serverUrl: url, serverVersion: "18.0.0", defaultBranch: "main", ...project },
    {
      id: 1,
      source: "web",
      createdAt,
      sha,
      ref: { kind: "branch", name: "main", protected: true },
      commit: { message: "Add the job", author: "Ada <ada@example.org>", timestamp: createdAt },
    },
    {
      id: 1,
      name: "trigger_release",
      stage: "release",
      token: tokens.job,
      startedAt: createdAt,
      projectDir: checkout,
      buildsDir: folder,
    },
  );
  const env = {
    ...person,
    ...variables,
    HOME: folder,
    CI_PROJECT_PASSWORD: tokens.maintainer,
    PUSH_URL: authorised(`oauth2:${tokens.maintainer}`),
  };
  return { folder: checkout, env };
}

function git(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("git", args, { cwd, env: person, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout.trim();
}

const samples: Record<keyof typeof ways, number[]> = { typed: [], bare: [], stepped: [] };
for (let round = -1; round < rounds; round += 1) {
  for (const way of ["typed", "bare", "stepped"] as const) {
    const milliseconds = await inJob((job) => timed(job, ways[way]));
    // The first round only warms the file cache.
    if (round >= 0) samples[way].push(milliseconds);
  }
}
printTable(
  "A release: min, median, max; ratio of medians to git typed by hand",
  [
    summarise("git typed by hand", samples.typed),
    summarise("typed by two bare Node.js programs", samples.bare),
    summarise("bump-version, tag-release", samples.stepped),
  ],
  new Map([["bump-version, tag-release", 2]]),
);
