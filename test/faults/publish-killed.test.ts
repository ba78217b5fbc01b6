import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { passOnTo, startFaultServer } from "../support/fault-server.ts";
import { startStep } from "../support/step-process.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;

beforeEach(async () => {
  project = await startProject();
});

afterEach(() => project.close());

async function startProject(): Promise<TaggedProject> {
  const started = await startTaggedProject();
  started.write("demo.tgz", Buffer.alloc(300_000, "slipway"));
  started.write("demo.tgz.sha256", "digest");
  return started;
}

/** Everything that others see of what was published. */
async function published(proxyUrl: string): Promise<unknown> {
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(
      `${project.gitlab.api}/projects/${project.gitlab.project.id}${path}`,
      {
        headers: { "private-token": project.gitlab.tokens.maintainer },
      },
    );
    const value: unknown = await answer.json();
    return value;
  };
  const packages = await ask("/packages");
  const [first] = Array.isArray(packages) ? packages : [];
  const files = first === undefined ? [] : await ask(`/packages/${String(first.id)}/package_files`);
  const release = await ask("/releases/v1.2.0");
  return JSON.parse(
    JSON.stringify({ files, release }, (key, value: unknown) =>
      // What differs between any two runs by the clock alone.
      /_at$|^id$|_id$|^evidences$|^pipelines$|^author$/.test(key) ? undefined : value,
    )
      .replaceAll(project.gitlab.url, "URL")
      .replaceAll(proxyUrl, "URL"),
  );
}

interface Kill {
  /** The request, counted from 1, at which the process is killed; 0 for none. */
  at: number;
  when: "before" | "after";
}

interface Killer {
  url: string;
  run(step: string, kill: Kill): Promise<{ requests: number; code: number | null }>;
  close(): Promise<void>;
}

/** A proxy before GitLab that kills the step behind it at one of its requests. */
async function startKiller(): Promise<Killer> {
  let kill: Kill = { at: 0, when: "before" };
  let requests = 0;
  let child: ChildProcess | undefined;
  const passOn = passOnTo(project.gitlab.url);
  const proxy = await startFaultServer(async (request) => {
    requests += 1;
    const isTheOne = requests === kill.at;
    if (isTheOne && kill.when === "before") {
      child?.kill("SIGKILL");
      return { status: 503 };
    }
    const answer = await passOn(request);
    if (isTheOne) child?.kill("SIGKILL");
    return answer;
  });
  return {
    url: proxy.url,
    close: () => proxy.close(),
    async run(step, wanted) {
      kill = wanted;
      requests = 0;
      const env = { ...project.env, CI_API_V4_URL: proxy.api, PACKAGE_FILES: "demo.tgz*" };
      const started = startStep(step, { cwd: project.folder, env });
      child = started.child;
      const { code } = await started.ended;
      return { requests, code };
    },
  };
}

const steps = ["upload-package", "create-release"];

describe.each(["before", "after"] as const)("R06 killed %s any of its requests", (when) => {
  test("a publication converges to that of a clean run when it runs again", async () => {
    const clean = await startKiller();
    const counts = new Map<string, number>();
    for (const step of steps) {
      const { requests, code } = await clean.run(step, { at: 0, when });
      expect(code).toBe(0);
      counts.set(step, requests);
    }
    const expected = await published(clean.url);
    await Promise.all([clean.close(), project.close()]);

    project = await startProject();
    const killer = await startKiller();
    for (const step of steps) {
      for (let at = 1; at <= (counts.get(step) ?? 0); at += 1)
        // The process is gone, or it was done before it came to this request.
        expect([null, 0]).toContain((await killer.run(step, { at, when })).code);
      expect(await killer.run(step, { at: 0, when })).toMatchObject({ code: 0 });
    }
    expect(await published(killer.url)).toEqual(expected);
    await killer.close();
  });
});

test("R07 SIGTERM in the middle of an upload ends it with 143, says what is not known, and the next run completes it", async () => {
  const content = Buffer.alloc(40_000_000, "slipway");
  project.write("demo.tgz", content);
  let stop = (): void => {};
  const slowed = new Promise<void>((resolve) => (stop = resolve));
  const passOn = passOnTo(project.gitlab.url, async (chunk) => {
    child.kill("SIGTERM");
    await slowed;
    return chunk;
  });
  const proxy = await startFaultServer(passOn);
  const { child, ended } = startStep("upload-package", {
    cwd: project.folder,
    env: { ...project.env, CI_API_V4_URL: proxy.api, PACKAGE_FILES: "demo.tgz" },
  });
  const { code, stdout, stderr } = await ended;
  stop();
  expect(code).toBe(143);
  expect(stdout + stderr).toMatch(/SIGTERM/);
  await proxy.close();
  const again = startStep("upload-package", {
    cwd: project.folder,
    env: { ...project.env, PACKAGE_FILES: "demo.tgz" },
  });
  expect(await again.ended).toMatchObject({ code: 0 });
  expect(JSON.stringify(await published(project.gitlab.url))).toContain(
    createHash("sha256").update(content).digest("hex"),
  );
});
