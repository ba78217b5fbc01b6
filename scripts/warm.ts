/** Runs every command once, so that V8's compiled code for what it executes is left beside the bundles for all runs. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { globSync } from "tinyglobby";

/**
 * Help, the way into a run and, where there is git, a whole release; of every other bundle what is compiled without
 * being run.
 */
export async function warmCodeCache(dist: string, names: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-build-"));
  const empty = join(folder, "empty");
  mkdirSync(empty);
  try {
    for (const name of names) {
      warm(dist, empty, [name, "--help"]);
      warm(dist, empty, [name], { DRY_RUN: "true" });
    }
    await warmByRelease(dist, folder).catch((error: unknown) => {
      console.warn(
        `The commands will start slower, for no release can be tried here: ${String(error)}`,
      );
    });
    const rest = globSync("*.js", {
      cwd: join(dist, "lib"),
      absolute: true,
      ignore: ["start.js", "*.worker.js"],
    });
    warm(dist, empty, ["--compile-only", ...rest.filter((path) => !existsSync(`${path}.cache`))]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function warm(
  dist: string,
  cwd: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): number | null {
  const { status } = spawnSync(process.execPath, [join(dist, "lib/start.js"), ...args], {
    cwd,
    stdio: "ignore",
    timeout: 20_000,
    env: {
      PATH: process.env["PATH"],
      HOME: cwd,
      TMPDIR: cwd,
      SLIPWAY_WRITE_CODE_CACHE: "1",
      ...more,
    },
  });
  return status;
}

/** Releases the example on an embedded GitLab of its own. */
async function warmByRelease(dist: string, folder: string): Promise<void> {
  const checkout = join(folder, "checkout");
  cpSync(join(dist, "../examples/job-project"), checkout, { recursive: true });
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=Build", "-c", "user.email=build@localhost", ...args], {
      cwd: checkout,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=Add the job");
  const server = spawn(process.execPath, [join(dist, "lib/start.js"), "embedded-gitlab"], {
    env: { PATH: process.env["PATH"], TMPDIR: folder, EMBEDDED_GITLAB_REPO: checkout },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const gone = new Promise((resolve) => server.once("close", resolve));
  try {
    for await (const line of createInterface(server.stdout)) {
      releaseAt(dist, checkout, JSON.parse(line), git("rev-parse", "HEAD"));
      break;
    }
  } finally {
    server.kill();
    await gone;
  }
}

/** What the server prints when it is ready. */
interface Served {
  readonly api: string;
  readonly project: { readonly id: number; readonly httpUrl: string };
  readonly tokens: { readonly maintainer: string };
}

function releaseAt(dist: string, checkout: string, { api, project, tokens }: Served, sha: string) {
  const job = {
    CI_API_V4_URL: api,
    CI_SERVER_HOST: "localhost",
    CI_PROJECT_ID: String(project.id),
    CI_PROJECT_NAME: "job-project",
    CI_PROJECT_URL: project.httpUrl.replace(/\.git$/, ""),
    CI_DEFAULT_BRANCH: "main",
  };
  const branch = {
    ...job,
    CI_COMMIT_SHA: sha,
    CI_COMMIT_BRANCH: "main",
    CI_PROJECT_PASSWORD: tokens.maintainer,
  };
  const run = (name: string, variables: Readonly<Record<string, string>>) => {
    const status = warm(dist, checkout, [name], variables);
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
  };
  run("bump-version", branch);
  run("tag-release", branch);
  writeFileSync(join(checkout, "file.txt"), "content");
  const tag = { ...job, CI_COMMIT_TAG: "v0.15.0", GITLAB_TOKEN: tokens.maintainer };
  const files = { ...tag, PACKAGE_FILES: "file.txt" };
  run("upload-package", files);
  run("create-release", files);
}
