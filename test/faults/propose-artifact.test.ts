import type { ChildProcess } from "node:child_process";
import type { IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fields } from "../embedded-gitlab/call.ts";
import {
  declared,
  type DeployWorld,
  newName,
  oldName,
  path,
  startDeployWorld,
} from "../support/deploy-world.ts";
import { passOnTo, startFaultServer } from "../support/fault-server.ts";
import { startStep } from "../support/step-process.ts";

let world: DeployWorld;

beforeEach(async () => {
  world = await startDeployWorld();
});

afterEach(() => world.close());

const branch = "slipway/job.conda.tgz";

/** What everybody sees of a proposal: the branch's file, and the merge requests. */
async function proposed(): Promise<unknown> {
  const all = await world.mergeRequests();
  return {
    file: await world.fileAt(branch),
    commits: fields(
      (await world.api(`/repository/commits?ref_name=main..${branch}`)).body,
      "title",
    ),
    titles: fields(all, "title"),
    states: fields(all, "state"),
  };
}

const expected = () => ({
  file: declared(newName, world.url("0.16.0")),
  commits: ["Deploy job 0.16.0"],
  titles: ["Deploy job 0.16.0"],
  states: ["opened"],
});

function isApiWrite({ method = "", url = "" }: IncomingMessage): boolean {
  return /^(POST|PUT)$/.test(method) && url.startsWith("/api/");
}

describe.each(["before", "after"] as const)("R06 killed %s a write", (when) => {
  test.each([1, 2])("number %i, the next run completes it, once", async (at) => {
    let writes = 0;
    let child: ChildProcess | undefined;
    const passOn = passOnTo(world.gitlab.url);
    const proxy = await startFaultServer(async (request) => {
      const isWrite = isApiWrite(request);
      if (isWrite) writes += 1;
      const isTheOne = isWrite && writes === at;
      if (isTheOne && when === "before") {
        child?.kill("SIGKILL");
        return { status: 503 };
      }
      const answer = await passOn(request);
      if (isTheOne) child?.kill("SIGKILL");
      return answer;
    });
    const started = startStep("propose-artifact", {
      cwd: world.work,
      env: { ...world.env(), CI_API_V4_URL: proxy.api, PACKAGE_FILE_URL: world.url("0.16.0") },
    });
    child = started.child;
    expect((await started.ended).signal).toBe("SIGKILL");
    await proxy.close();
    expect((await world.propose()).exitCode).toBe(0);
    expect(await proposed()).toEqual(expected());
  });
});

test.each([
  { what: "the commit", fault: { path: "/repository/commits", method: "POST" } },
  { what: "the merge request", fault: { path: "/merge_requests", method: "POST" } },
])(
  "H03 the lost answer of $what is decided by looking, and nothing is sent twice",
  async ({ fault }) => {
    world.gitlab.admin.addFault({
      ...fault,
      times: 1,
      action: { kind: "drop", when: "after" },
    });
    expect(await world.propose()).toMatchObject({ exitCode: 0 });
    expect(await proposed()).toEqual(expected());
  },
);

test("R13 a file that a person changed since it was read is not overwritten", async () => {
  expect((await world.propose()).exitCode).toBe(0);
  await world.upload("0.17.0", "the newest pack", []);
  const theirs = declared(newName, world.url("0.16.0")).replace("# counts", "# really counts");
  const passOn = passOnTo(world.gitlab.url);
  let raced = false;
  const proxy = await startFaultServer(async (request) => {
    if (request.method === "POST" && request.url?.includes("/repository/commits") && !raced) {
      raced = true;
      await world.edit(branch, theirs);
    }
    return passOn(request);
  });
  const env = { CI_API_V4_URL: proxy.api, ARTIFACT_URL: world.url("0.17.0") };
  const run = await world.propose(env);
  await proxy.close();
  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain("E_BRANCH_BUSY");
  expect(await world.fileAt(branch)).toBe(theirs);
  const again = await world.propose({ ARTIFACT_URL: world.url("0.17.0") });
  expect(again).toMatchObject({ exitCode: 0 });
  expect(await world.fileAt(branch)).toBe(
    declared("job-0.17.0.conda.tgz", world.url("0.17.0")).replace("# counts", "# really counts"),
  );
});

test("R12 a merge request that somebody makes at the same moment is adopted", async () => {
  const passOn = passOnTo(world.gitlab.url);
  let raced = false;
  const proxy = await startFaultServer(async (request) => {
    if (request.method === "POST" && request.url?.includes("/merge_requests") && !raced) {
      raced = true;
      await world.api("/merge_requests", "POST", {
        source_branch: branch,
        target_branch: "main",
        title: "Theirs",
      });
    }
    return passOn(request);
  });
  const run = await world.propose({ CI_API_V4_URL: proxy.api });
  await proxy.close();
  expect(run).toMatchObject({ exitCode: 0 });
  expect(fields(await world.mergeRequests(), "title")).toEqual(["Theirs"]);
});

test("a branch of that name that is not ours is never written to", async () => {
  await world.api("/repository/branches", "POST", { branch, ref: "main" });
  const theirs = declared(oldName, world.url("0.15.0")).replace("# counts", "# mine");
  await world.edit(branch, theirs);
  expect((await world.propose()).exitCode).toBe(0);
  expect(await world.fileAt(branch)).toBe(theirs);
  expect(await world.fileAt(`${branch}-2`)).toBe(declared(newName, world.url("0.16.0")));
  expect(await world.fileAt("main", path)).toBe(declared(oldName, world.url("0.15.0")));
});
