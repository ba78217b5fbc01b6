import { join } from "node:path";
import { expect, test } from "vitest";
import { pushAtomically } from "../../src/git/atomic-push.ts";
import { buildCommit } from "../../src/git/commit.ts";
import { openPush, type Sent } from "../../src/git/open-push.ts";
import {
  connect,
  hastyClock,
  makeRelease,
  openCarrier,
  releaseUpdates,
} from "../support/git-client.ts";
import { type Fault, type GitServer, serveRepository } from "../support/git-server.ts";
import { git, makeRepository, temporaryFolder } from "../support/repositories.ts";

const title = "tag v1 and branch main";
const requests = ({ seen }: GitServer) =>
  seen.map(({ method, path, service }) => `${method} ${path} ${service}`);
const overOpenConnection = [
  "GET info/refs git-receive-pack",
  "POST git-receive-pack git-receive-pack",
];

async function prepare(source?: string) {
  const root =
    source ?? (await makeRepository({ "setup.cfg": "version = 1\n", big: "x".repeat(99_000) }));
  const served = await serveRepository(root);
  const checkout = join(await temporaryFolder(), "clone");
  git(root, ["clone", "-q", "--depth=1", "--no-tags", `file://${served.root}`, checkout]);
  const waitsMs: number[] = [];
  const connection = await connect(checkout, served.url, { clock: hastyClock(waitsMs) });
  const server = { ...connection.server, carrier: openCarrier() };
  const release = await makeRelease(connection);
  const updates = releaseUpdates(release);
  const send = (): Promise<Sent | undefined> => openPush(server).send(updates, release.base);
  const push = () =>
    pushAtomically(connection.server, {
      updates,
      title,
      look: async () => (served.git("for-each-ref").includes(release.tag) ? "done" : "absent"),
      first: send,
    });
  return { root, served, connection, server, release, updates, send, push, waitsMs };
}

function expectReleased(served: GitServer, { next, tag }: { next: string; tag: string }) {
  expect(served.git("rev-parse", "refs/heads/main", "refs/tags/v1")).toBe(`${next}\n${tag}`);
  expect(served.git("fsck", "--strict", "--no-dangling")).toBe("");
}

test("two requests push a release from a shallow clone, with nothing in them that the server has", async () => {
  const { served, release, push } = await prepare();
  await push();
  expect(requests(served)).toStrictEqual(overOpenConnection);
  expectReleased(served, release);
  expect(Number(served.seen[1]?.headers["content-length"])).toBeLessThan(2000);
});

test("a changed file goes as the change of the one that the server has", async () => {
  const lines = Array.from({ length: 4000 }, (_, line) => `${line} ${Math.sin(line)}\n`).join("");
  const root = await makeRepository({ "setup.cfg": "version = 1\n", "CHANGELOG.md": lines });
  const { served, connection, server, release } = await prepare(root);
  const next = await buildCommit(connection.repository, {
    base: release.base,
    edits: [
      { path: "CHANGELOG.md", before: Buffer.from(lines), after: Buffer.from(`New\n${lines}`) },
    ],
    message: "Next",
    author: { name: "Slipway", email: "slipway@noreply.example.org" },
    date: new Date(1_700_000_001_000),
  });
  const updates = [{ ref: "refs/heads/main", id: next, expected: release.base }];
  expect(await openPush(server).send(updates, release.base)).toMatchObject({
    reports: [{ ref: "refs/heads/main", accepted: true }],
  });
  expect(served.git("show", "main:CHANGELOG.md")).toBe(`New\n${lines}`.trimEnd());
  expect(Number(served.seen[1]?.headers["content-length"])).toBeLessThan(2000);
});

test("a SHA-256 repository is pushed to as well", async () => {
  const root = await temporaryFolder();
  git(root, ["init", "-q", "--object-format=sha256", "--initial-branch=main"]);
  git(root, ["commit", "-q", "--allow-empty", "-m", "First"]);
  const { served, release, push } = await prepare(root);
  await push();
  expect(requests(served)).toStrictEqual(overOpenConnection);
  expectReleased(served, release);
});

test("what is to be pushed can be packed before, and is packed once", async () => {
  const { served, server, release, updates } = await prepare();
  const open = openPush(server);
  open.pack({ ids: updates.map(({ id }) => id), known: release.base });
  await open.send(updates, release.base);
  expectReleased(served, release);
});

test("a reference that is not what it was is left to git, which sends nothing either", async () => {
  const { served, release, send, push } = await prepare();
  served.git("tag", "v1", release.base);
  expect(await send()).toBeUndefined();
  await expect(push()).rejects.toMatchObject({ code: "E_REF_BUSY" });
  expect(requests(served)).not.toContain("POST git-receive-pack git-receive-pack");
});

test("a server that can less is left to git", async () => {
  const { served, release, send, push } = await prepare();
  served.git("config", "repack.useDeltaBaseOffset", "false");
  expect(await send()).toBeUndefined();
  await push();
  expectReleased(served, release);
});

test("a history that the server does not have is refused, and git then finds out what it has", async () => {
  const { served, connection, server, release } = await prepare();
  const { repository } = connection;
  const common = {
    edits: [],
    author: { name: "Slipway", email: "slipway@noreply.example.org" },
    date: new Date(1_700_000_001_000),
  };
  const gap = await buildCommit(repository, { base: release.base, message: "Gap", ...common });
  const next = await buildCommit(repository, { base: gap, message: "Next", ...common });
  const updates = [{ ref: "refs/heads/main", id: next, expected: release.base }];
  await pushAtomically(connection.server, {
    updates,
    title,
    look: async () => "absent",
    first: (wanted) => openPush(server).send(wanted, gap),
  });
  expect(served.git("rev-parse", "main~2")).toBe(release.base);
});

const pack = { "content-type": "application/x-git-receive-pack-result" };
const answers: readonly { title: string; fault: Exclude<Fault, string> }[] = [
  { title: "nothing", fault: { status: 200, headers: pack } },
  { title: "a list of nothing", fault: { status: 200, headers: pack, body: "0000" } },
  {
    title: "a report on one reference alone",
    fault: {
      status: 200,
      headers: pack,
      body: "002f\u0001000eunpack ok\n0018ok refs/heads/main\n00000000",
    },
  },
  { title: "a page", fault: { status: 200, headers: { "content-type": "text/html" } } },
  { title: "an overload", fault: { status: 503 } },
  { title: "a redirect", fault: { status: 307, headers: { location: "http://127.0.0.1:9/" } } },
];

test.each(answers)(
  "$title in place of the report is looked for, and git pushes again",
  async ({ fault }) => {
    const { served, release, push, waitsMs } = await prepare();
    let isFirst = true;
    served.fault = ({ path }) => {
      if (path !== "git-receive-pack" || !isFirst) return undefined;
      isFirst = false;
      return fault;
    };
    await push();
    expect(waitsMs).toHaveLength(1);
    expectReleased(served, release);
  },
);

test("who may not push is told so by git", async () => {
  const { served, push } = await prepare();
  served.fault = ({ service }) =>
    service === "git-receive-pack"
      ? { status: 403, body: "You are not allowed to push code." }
      : undefined;
  await expect(push()).rejects.toMatchObject({ code: "E_GIT_FORBIDDEN", exit: 3 });
  expect(requests(served)).not.toContain("POST git-receive-pack git-receive-pack");
});
