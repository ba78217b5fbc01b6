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
  /** The request that changes something, counted from 1, at which the process is killed; 0 for none. */
  atWrite: number;
  when: "before" | "after";
}

interface Killer {
  url: string;
  /** @returns `null` where it was killed, else its exit code. */
  run(step: string, kill: Kill): Promise<number | null>;
  close(): Promise<void>;
}

/** A proxy before GitLab that kills the step behind it at one of its writes. */
async function startKiller(): Promise<Killer> {
  let kill: Kill = { atWrite: 0, when: "before" };
  let writes = 0;
  let child: ChildProcess | undefined;
  const passOn = passOnTo(project.gitlab.url);
  const proxy = await startFaultServer(async (request) => {
    const isWrite = !["GET", "HEAD"].includes(request.method ?? "");
    if (isWrite) writes += 1;
    const isTheOne = isWrite && writes === kill.atWrite;
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
      writes = 0;
      const env = {
        ...project.env,
        CI_API_V4_URL: proxy.api,
        PACKAGE_FILES: "demo.tgz*",
        // A job with a page of its own, so that provenance is made: the same bytes on every server.
        CI_SERVER_URL: "https://gitlab.example.org",
        CI_PROJECT_URL: "https://gitlab.example.org/group/demo",
        CI_JOB_URL: "https://gitlab.example.org/group/demo/-/jobs/1",
        REPOSITORY_URL: `${project.gitlab.url}/group/demo`,
      };
      const started = startStep(step, { cwd: project.folder, env });
      child = started.child;
      return (await started.ended).code;
    },
  };
}

const never: Kill = { atWrite: 0, when: "before" };

/** Kills a step at the first write that is left, again and again. @returns how often, until none was left. */
async function killAtEachWrite(killer: Killer, step: string, when: Kill["when"]): Promise<number> {
  let kills = 0;
  // Before the second write the first one is done, so that every run comes one further.
  const killBefore = (): number => (kills === 0 ? 1 : 2);
  for (;;) {
    const atWrite = when === "after" ? 1 : killBefore();
    const code = await killer.run(step, { atWrite, when });
    if (code === 0) return kills;
    expect(code).toBe(null);
    kills += 1;
  }
}

describe.each(["before", "after"] as const)("R06 killed %s any of its writes", (when) => {
  test("a publication converges to that of a clean run when it runs again", async () => {
    const expected = await publishCleanly(async () => {});
    const killer = await startKiller();
    // The pack, its companion, the provenance; the release, SHA256SUMS and the link to it.
    expect(await killAtEachWrite(killer, "upload-package", when)).toBe(3);
    expect(await killAtEachWrite(killer, "create-release", when)).toBe(3);
    expect(await published(killer.url)).toEqual(expected);
    await killer.close();
  });

  test("links that are added to a release of somebody else end up as in a clean run", async () => {
    const expected = await publishCleanly(releaseByHand);
    const killer = await startKiller();
    expect(await killer.run("upload-package", never)).toBe(0);
    await releaseByHand();
    // SHA256SUMS, and a link to each of the four files.
    expect(await killAtEachWrite(killer, "create-release", when)).toBe(5);
    expect(await published(killer.url)).toEqual(expected);
    await killer.close();
  });
});

/** What a clean run makes of it; the project is a fresh one afterwards. */
async function publishCleanly(beforeRelease: () => Promise<void>): Promise<unknown> {
  const clean = await startKiller();
  expect(await clean.run("upload-package", never)).toBe(0);
  await beforeRelease();
  expect(await clean.run("create-release", never)).toBe(0);
  const expected = await published(clean.url);
  await Promise.all([clean.close(), project.close()]);
  project = await startProject();
  return expected;
}

/** A release with the notes that the commits give, and no link. */
async function releaseByHand(): Promise<void> {
  const { api, project: one, tokens, url } = project.gitlab;
  const commit = `${url}/group/demo/-/commit/${project.sha}`;
  const description = `## Other changes\n\n- Begin ([${project.sha.slice(0, 8)}](${commit}))`;
  const answer = await fetch(`${api}/projects/${one.id}/releases`, {
    method: "POST",
    headers: { "private-token": tokens.maintainer, "content-type": "application/json" },
    body: JSON.stringify({ tag_name: "v1.2.0", description }),
  });
  expect(answer.status).toBe(201);
}

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
