import { execa } from "execa";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { release, type ReleaseProject, startReleaseProject } from "../support/release-project.ts";

const command = join(import.meta.dirname, "../../dist/bin/tag-release");

/** Starts the command, and kills it where the push is: before the server looked at it, or after it took it. */
async function killAtPush(project: ReleaseProject, when: "before" | "after"): Promise<void> {
  const { admin } = project.gitlab;
  const job = await project.job();
  await job.bump();
  const rule = {
    method: "POST",
    path: "git-receive-pack",
    action: { kind: "stall", when },
  } as const;
  const fault = admin.addFault(rule);
  const child = execa(command, [], {
    cwd: job.folder,
    env: job.env,
    extendEnv: false,
    reject: false,
    detached: true,
  });
  const isThere = () =>
    when === "before" ? admin.faultHits(fault) > 0 : project.refs().includes("refs/tags/v0.15.0");
  await expect.poll(isThere, { timeout: 20_000 }).toBe(true);
  // The whole group, as a runner that is lost takes all with it.
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  expect((await child).signal).toBe("SIGKILL");
  admin.removeFault(fault);
}

test.each(["before", "after"] as const)(
  "killed %s its push and run again, a release has the ids of a run without hindrance",
  async (when) => {
    if (!existsSync(command)) throw new Error("dist/bin/tag-release is not built");
    const clean = await startReleaseProject();
    await release(clean);
    const project = await startReleaseProject();
    expect(project.sha).toBe(clean.sha);
    await killAtPush(project, when);
    expect(project.refs().includes("v0.15.0")).toBe(when === "after");
    const again = await release(project);
    expect(again.exitCode).toBe(0);
    expect(project.refs()).toBe(clean.refs());
  },
);
