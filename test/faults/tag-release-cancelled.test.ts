import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { startReleaseProject } from "../support/release-project.ts";
import { temporaryFolder } from "../support/repositories.ts";
import { startStep } from "../support/step-process.ts";

/** A runner signals the process, npm and `timeout` the group as well: one signal may come several times. */
const cases: readonly { title: string; signals: readonly NodeJS.Signals[]; code: number }[] = [
  { title: "SIGTERM", signals: ["SIGTERM"], code: 143 },
  { title: "SIGINT", signals: ["SIGINT"], code: 130 },
  { title: "SIGTERM three times", signals: ["SIGTERM", "SIGTERM", "SIGTERM"], code: 143 },
];

test.each(cases)(
  "R07 cancelled by $title while git waits for the server, a release says so and leaves nothing behind",
  async ({ signals, code }) => {
    const project = await startReleaseProject();
    const { admin } = project.gitlab;
    const job = await project.job();
    expect((await job.bump()).exitCode).toBe(0);
    const before = project.refs();
    const action = { kind: "stall", when: "before" } as const;
    const fault = admin.addFault({ path: "info/refs", times: 9, action });

    const work = await temporaryFolder();
    const { child, ended } = startStep("tag-release", {
      cwd: job.folder,
      env: { ...job.env, TMPDIR: work },
    });
    await expect.poll(() => admin.faultHits(fault), { timeout: 20_000 }).toBeGreaterThan(0);
    for (const signal of signals) child.kill(signal);

    const run = await ended;
    expect(run).toMatchObject({ code, signal: null });
    expect(run.stdout + run.stderr).toContain(code === 143 ? "E_TERMINATED" : "E_INTERRUPTED");
    expect(await readdir(work)).toEqual([]);
    expect(project.refs()).toBe(before);

    admin.removeFault(fault);
    expect((await job.tag()).exitCode).toBe(0);
  },
);

test("a checkout that cannot be released is told at once, whatever the server was asked meanwhile", async () => {
  const project = await startReleaseProject();
  const { admin } = project.gitlab;
  const job = await project.job();
  const action = { kind: "stall", when: "before" } as const;
  for (const path of ["info/refs", "/api/v4/"]) admin.addFault({ path, times: 99, action });

  const work = await temporaryFolder();
  const { ended } = startStep("tag-release", {
    cwd: job.folder,
    env: { ...job.env, TMPDIR: work },
  });
  // The server never answers: the run would last until it gave that up.
  const run = await ended;
  expect(run).toMatchObject({ code: 2, signal: null });
  expect(run.stderr).toContain("E_NOT_BUMPED");
  expect(run.stdout + run.stderr).not.toContain("Attempt");
  expect(await readdir(work)).toEqual([]);
}, 20_000);
