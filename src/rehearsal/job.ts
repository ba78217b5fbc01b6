import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../step/inputs/read.ts";
import type { Log } from "../step/log.ts";
import type { Git } from "./git.ts";

/** One job of a rehearsed pipeline: commands that run one after the other in one fresh clone. */
export interface Job {
  readonly name: string;
  readonly commands: readonly string[];
  /** A commit that the server has. */
  readonly sha: string;
  readonly env: Environment;
  readonly projectDir: string;
  /** Runs in the fresh clone before the commands: what a `script:` would do besides. */
  prepare?(projectDir: string): Promise<void>;
}

export type JobResult = { kind: "passed" } | { kind: "failed"; command: string; exitCode: number };

/** Clones as the runner does (detached, shallow, without tags), then runs the commands as a job's script does. */
export async function runJob(
  job: Job,
  tools: { git: Git; log: Log; bin: string; signal: AbortSignal },
): Promise<JobResult> {
  await checkOut(job, tools.git);
  await job.prepare?.(job.projectDir);
  for (const command of job.commands) {
    const exitCode = await tools.log.section(`${job.name}: ${command}`, () =>
      runCommand(command, job, tools),
    );
    if (exitCode !== 0) return { kind: "failed", command, exitCode };
  }
  return { kind: "passed" };
}

/** A fresh clone of one commit: detached, shallow, without tags, with the job token in its configuration. */
export async function checkOut(
  { projectDir, sha, env }: Pick<Job, "projectDir" | "sha" | "env">,
  git: Git,
): Promise<void> {
  await mkdir(projectDir, { recursive: true });
  const gitDir = join(projectDir, ".git");
  const here = { gitDirectory: gitDir, workTree: projectDir, cwd: projectDir };
  await git.text(["init", "--quiet", projectDir]);
  // The runner's own trap: every plain push from here would run as the job token, not as whom the step means (G16).
  const authorised = env["CI_REPOSITORY_URL"] ?? "";
  const { origin } = new URL(authorised);
  const server = authorised.replace(/(@[^/]+\/).*$/, "$1");
  await appendFile(
    join(gitDir, "config"),
    `[url "${server}"]\n\tinsteadOf = ${origin}/\n[remote "origin"]\n\turl = ${authorised}\n`,
  );
  await git.text(["fetch", "--quiet", "--depth=20", "--no-tags", "origin", sha], {
    ...here,
    variables: { GIT_ALLOW_PROTOCOL: "http" },
  });
  await git.text(["checkout", "--quiet", "--detach", "--force", sha], here);
}

/** Runs one command of this build; its output goes line by line into the log of the rehearsal. */
async function runCommand(
  command: string,
  { projectDir, env }: Job,
  { log, bin, signal }: { log: Log; bin: string; signal: AbortSignal },
): Promise<number> {
  const { execa } = await import("execa");
  const child = execa(join(bin, command), [], {
    cwd: projectDir,
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    all: true,
    buffer: false,
    cancelSignal: signal,
    forceKillAfterDelay: 8000,
  });
  for await (const line of child.iterable({ from: "all" })) {
    const shown = withoutMarkers(line);
    if (shown.trim() !== "") log.info(`  ${shown}`);
  }
  const { exitCode } = await child;
  signal.throwIfAborted();
  return exitCode ?? 70;
}

/** The section markers of a step's log steer a job's page; here they would only be noise. */
function withoutMarkers(line: string): string {
  return line.replace(/\u001B\[0Ksection_(?:start|end):[^\r]*\r\u001B\[0K/g, "");
}
