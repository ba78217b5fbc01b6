import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { openGit } from "../../src/git/index.ts";
import { checkOut } from "../../src/rehearsal/job.ts";
import { readHoldings } from "../../src/rehearsal/holdings.ts";
import { type Server, startServer } from "../../src/rehearsal/server.ts";
import { jobVariables, type Pipeline } from "../../src/rehearsal/variables.ts";
import { Redactor, silentLog, systemClock } from "../../src/step/index.ts";
import { parseDotenv } from "../../src/step/outputs/dotenv.ts";

const root = join(import.meta.dirname, "../..");
const bin = join(root, "dist/bin");

export interface Ran {
  readonly exitCode: number;
  /** Standard output and error as they came. */
  readonly output: string;
  /** What the job's dotenv file then holds. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** A job in its fresh clone, with the variables GitLab would give it. */
export interface RunningJob {
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  run(command: string, more?: Readonly<Record<string, string>>): Promise<Ran>;
}

/** The example project on a GitLab of its own, and everything a runner and a person do to it. */
export interface ReleaseWorld extends AsyncDisposable {
  readonly server: Server;
  /** A clone in which a person works. */
  readonly clone: string;
  git(...args: readonly string[]): Promise<string>;
  job(
    pipeline: Pipeline,
    name: string,
    variables?: Readonly<Record<string, string>>,
  ): Promise<RunningJob>;
  /** All refs, package files and releases: equal before and after where nothing was changed. */
  snapshot(): Promise<unknown>;
}

/** The example project with one commit. */
export function exampleWorld(): Promise<ReleaseWorld> {
  return worldOf(async (clone, git) => {
    cpSync(join(root, "examples/job-project"), clone, { recursive: true });
    await git("add", "--all");
    await git("commit", "--quiet", "--message=Add the job");
  });
}

/** @param prepare fills the empty repository that is imported; its branch is `main`. */
export async function worldOf(
  prepare: (clone: string, git: ReleaseWorld["git"]) => Promise<void>,
): Promise<ReleaseWorld> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "slipway-release-")));
  const clone = join(folder, "clone");
  mkdirSync(clone);
  const git = plainGit(clone);
  await git("init", "--quiet", "--initial-branch=main");
  await prepare(clone, git);

  const ends: (() => Promise<void> | void)[] = [];
  const redactor = new Redactor();
  const signal = new AbortController().signal;
  const tools = { log: silentLog, clock: systemClock, signal };
  const server = await startServer(
    { repository: clone, project: "group/job-project" },
    {
      ...tools,
      version: "0",
      redactor,
      environment: process.env,
      defer: (end) => ends.unshift(end),
    },
  );
  const { serverUrl, path } = server.project;
  await git(
    "remote",
    "add",
    "origin",
    `${serverUrl.replace("://", `://person:${server.pushToken}@`)}/${path}.git`,
  );
  const workFolder = join(folder, "work");
  mkdirSync(workFolder);
  const runnersGit = await openGit({ ...tools, workFolder, environment: process.env });
  let jobs = 0;

  return {
    server,
    clone,
    git,
    async job(pipeline, name, more = {}) {
      const { id, token } = await server.startJob(pipeline.id, name);
      const projectDir = join(folder, "builds", String((jobs += 1)));
      const facts = {
        id,
        name,
        stage: "test",
        token,
        startedAt: new Date().toISOString(),
        projectDir,
        buildsDir: join(folder, "builds"),
      };
      const variables = {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        CI_PROJECT_PASSWORD: server.pushToken,
        ...jobVariables(server.project, pipeline, facts),
        ...more,
      };
      await checkOut({ projectDir, sha: pipeline.sha, env: variables }, runnersGit);
      return {
        folder: projectDir,
        variables,
        run: (command, last = {}) => runCommand(command, projectDir, { ...variables, ...last }),
      };
    },
    async snapshot() {
      const { serverUrl: url } = server.project;
      const refs = (await git("ls-remote", "origin")).replaceAll(url, "");
      return { refs, holdings: await readHoldings(server.gitlab, "main") };
    },
    async [Symbol.asyncDispose]() {
      for (const end of ends) await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function runCommand(command: string, cwd: string, env: Record<string, string>): Promise<Ran> {
  const { exitCode, all } = await execa(join(bin, command), [], {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    all: true,
  });
  const dotenv = join(cwd, "slipway.env");
  const outputs = existsSync(dotenv)
    ? parseDotenv(readFileSync(dotenv, "utf8"))
    : new Map<string, string>();
  return { exitCode: exitCode ?? -1, output: all, outputs: Object.fromEntries(outputs) };
}

/** Without blocking: the server that it speaks to is in this process. */
function plainGit(cwd: string) {
  const person = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  return async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await execa("git", [...person, ...args], { cwd });
    return stdout.trim();
  };
}
