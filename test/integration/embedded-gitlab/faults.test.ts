import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adminCommands } from "../../../src/embedded-gitlab/admin/admin-commands.ts";
import { readFault } from "../../../src/embedded-gitlab/admin/read-fault.ts";
import { Parameters } from "../../../src/embedded-gitlab/http/parameters.ts";
import type { EmbeddedGitlab, FaultAction } from "../../../src/embedded-gitlab/index.ts";
import { call, field, fields } from "../../embedded-gitlab/call.ts";
import { git, makeWorkTree, mustGit, openGitlab, withToken } from "../../embedded-gitlab/gitlab.ts";

const path = "/projects/1/packages/generic/demo/1.0/demo.tgz";

function upload(gitlab: EmbeddedGitlab, bytes: Buffer | string = "x".repeat(100_000)) {
  return call(gitlab, path, { method: "PUT", token: gitlab.tokens.maintainer, bytes });
}

async function countPackages(gitlab: EmbeddedGitlab): Promise<number> {
  const token = gitlab.tokens.maintainer;
  return fields((await call(gitlab, "/projects/1/packages", { token })).body, "id").length;
}

const lost: readonly { id: string; title: string; action: FaultAction; stored: number }[] = [
  {
    id: "H01",
    title: "dropped before it is looked at",
    action: { kind: "drop", when: "before" },
    stored: 0,
  },
  {
    id: "H03",
    title: "stored, and then dropped",
    action: { kind: "drop", when: "after" },
    stored: 1,
  },
  {
    id: "H01",
    title: "reset after some bytes",
    action: { kind: "reset", requestBytes: 5000 },
    stored: 0,
  },
  {
    id: "H04",
    title: "stored, its answer cut",
    action: { kind: "truncate", responseBytes: 5 },
    stored: 1,
  },
  {
    id: "H04",
    title: "stored, its answer without a body",
    action: { kind: "truncate", responseBytes: 0 },
    stored: 1,
  },
];
test.each(lost)("$id an upload is $title", async ({ action, stored }) => {
  const gitlab = await openGitlab();
  gitlab.admin.addFault({ method: "PUT", path: "/packages/generic/", action });
  await expect(upload(gitlab)).rejects.toThrow();
  expect(await countPackages(gitlab)).toBe(stored);
  expect((await upload(gitlab)).status).toBe(201);
});

const answered: readonly { id: string; action: FaultAction; status: number; stored: number }[] = [
  { id: "H02", action: { kind: "status", when: "before", status: 503 }, status: 503, stored: 0 },
  {
    id: "H03",
    action: { kind: "status", when: "after", status: 504, body: "<html>" },
    status: 504,
    stored: 1,
  },
  { id: "H11", action: { kind: "storage error" }, status: 403, stored: 0 },
  { id: "H06", action: { kind: "delay", ms: 20 }, status: 201, stored: 1 },
];
test.each(answered)("$id $action is answered with $status, stored $stored", async (row) => {
  const gitlab = await openGitlab();
  const id = gitlab.admin.addFault({ path: "/packages/generic/", action: row.action });
  const { status, body } = await upload(gitlab);
  expect(status).toBe(row.status);
  if (row.action.kind === "storage error") expect(body).toEqual({ message: "403 Forbidden" });
  expect(await countPackages(gitlab)).toBe(row.stored);
  expect(gitlab.admin.faultHits(id)).toBe(1);
});

test("H05 an answer comes early, before the body is read", async () => {
  const gitlab = await openGitlab();
  const action = { kind: "status", when: "before", status: 413, early: true } as const;
  gitlab.admin.addFault({ path: "/packages/generic/", action });
  const { status, headers } = await upload(gitlab, Buffer.alloc(1000));
  expect([status, headers.connection]).toEqual([413, "close"]);
});

test.each([
  { id: "H06", action: { kind: "stall", when: "before" } },
  { id: "H07", action: { kind: "stop reading", requestBytes: 1000 } },
] as const)("$id $action.kind never answers, and the server still ends", async ({ action }) => {
  const gitlab = await openGitlab();
  gitlab.admin.addFault({ path: "/packages/generic/", action });
  const pending = upload(gitlab).catch(() => "cut");
  await expect.poll(() => gitlab.admin.requests().length).toBe(1);
  await gitlab.close();
  expect(await pending).toBe("cut");
});

test("a fault hits the n-th request that matches, so many times, and can be taken back", async () => {
  const gitlab = await openGitlab();
  const statuses = async (count: number) => {
    const seen: number[] = [];
    for (let index = 0; index < count; index += 1) {
      seen.push((await call(gitlab, "/user", { token: gitlab.tokens.maintainer })).status);
    }
    return seen;
  };
  const action = { kind: "status", when: "before", status: 500 } as const;
  const id = gitlab.admin.addFault({ method: "GET", path: /\/user$/, nth: 2, times: 2, action });
  expect(await statuses(4)).toEqual([200, 500, 500, 200]);
  gitlab.admin.removeFault(id);
  gitlab.admin.addFault({ method: "POST", path: "/user", action });
  gitlab.admin.clearFaults();
  expect(await statuses(1)).toEqual([200]);
});

test("H02 a 429 says when to come again", async () => {
  const gitlab = await openGitlab();
  const headers = { "retry-after": "7" };
  gitlab.admin.addFault({
    path: "/user",
    action: { kind: "status", when: "before", status: 429, body: "Retry later", headers },
  });
  const answer = await call(gitlab, "/user", { token: gitlab.tokens.maintainer });
  expect([answer.status, answer.text, answer.headers["retry-after"]]).toEqual([
    429,
    "Retry later",
    "7",
  ]);
});

describe("pushes", () => {
  async function openPush() {
    const folder = await makeWorkTree("one");
    const gitlab = await openGitlab({ importRepository: folder });
    await mustGit(folder, "commit", "--quiet", "--allow-empty", "--message", "two");
    return { folder, gitlab, url: withToken(gitlab.project.httpUrl, gitlab.tokens.maintainer) };
  }

  test("G08 the answer of a push is lost, the push is not", async () => {
    const { folder, gitlab, url } = await openPush();
    const action = { kind: "drop", when: "after" } as const;
    gitlab.admin.addFault({ method: "POST", path: "/git-receive-pack", action });
    expect((await git(folder, "push", url, "main")).exitCode).not.toBe(0);
    const head = await mustGit(folder, "rev-parse", "main");
    expect(await mustGit(folder, "ls-remote", url, "main")).toContain(head);
  });

  test("G09 a ref that another process locks is refused alone, and free again afterwards", async () => {
    const { folder, gitlab, url } = await openPush();
    const action = { kind: "lock ref", ref: "refs/heads/main" } as const;
    gitlab.admin.addFault({ method: "POST", path: "/git-receive-pack", action });
    const { exitCode, output } = await git(folder, "push", url, "main");
    expect([exitCode, output.includes("[remote rejected] main -> main")]).toEqual([1, true]);
    expect(output).toMatch(/cannot lock ref|failed to update ref/);
    await mustGit(folder, "push", url, "main");
  });
});

describe("the admin endpoint", () => {
  const post = (gitlab: EmbeddedGitlab, name: string, json: unknown, secret?: string) =>
    call(gitlab, `/-/embedded/${name}`, {
      method: "POST",
      json,
      headers: secret === undefined ? {} : { "embedded-admin-secret": secret },
    });

  test("is not there without its secret, nor where none was given", async () => {
    const open = await openGitlab({ adminSecret: "s3cret-of-this-test" });
    expect((await post(open, "requests", {})).status).toBe(404);
    expect((await post(open, "requests", {}, "wrong")).status).toBe(404);
    expect((await post(open, "requests", {}, "s3cret-of-this-test")).status).toBe(200);
    const shut = await openGitlab();
    expect((await post(shut, "requests", {}, "undefined")).status).toBe(404);
  });

  test("does what the functions do", async () => {
    const secret = "s3cret-of-this-test";
    const gitlab = await openGitlab({ adminSecret: secret });
    const admin = async (name: string, json: object = {}) =>
      (await post(gitlab, name, json, secret)).body;
    const project = await admin("create-project", { path: "a/b", visibility: "public" });
    expect(project).toMatchObject({ path: "a/b", httpUrl: `${gitlab.url}/a/b.git` });
    const user = await admin("create-user", { username: "u" });
    const userId = field(user, "id");
    await admin("set-member", { project: "a/b", user_id: userId, role: "maintainer" });
    const token = await admin("create-token", {
      kind: "personal",
      user_id: userId,
      scopes: ["api"],
    });
    const value = String(field(token, "value"));
    expect((await call(gitlab, "/user", { token: value })).body).toMatchObject({ username: "u" });
    const job = await admin("start-job", { project: "a/b", user_id: userId });
    const headers = { "job-token": String(field(job, "token")) };
    expect((await call(gitlab, "/job", { headers })).status).toBe(200);
    await admin("end-job", { id: field(job, "id") });
    expect((await call(gitlab, "/job", { headers })).status).toBe(401);
    await admin("protect-tag", { project: "a/b", name: "v*" });
    await admin("set-project", { project: "a/b", path: "a/c" });
    await admin("expire-token", { value, date: "2020-01-01" });
    expect((await call(gitlab, "/user", { token: value })).status).toBe(401);
    await admin("add-fault", { path: "/version", action: { kind: "status", status: 502 } });
    expect((await call(gitlab, "/version")).status).toBe(502);
    expect(await admin("add-fault", { action: { kind: "nonsense" } })).toEqual({
      error: "nonsense is no fault",
    });
    const log = await admin("requests");
    expect(fields(log, "status")).toContain(502);
    expect(await admin("set-member", { project: "none", user_id: 1 })).toEqual({
      error: "There is no project none",
    });
  });
});

test("the page about it names every admin command, and each fault in it is one", async () => {
  const page = await readFile(
    join(import.meta.dirname, "../../../docs/embedded-gitlab.md"),
    "utf8",
  );
  for (const name of adminCommands.keys()) expect(page).toContain(`\`${name}\``);
  const actions = [...page.matchAll(/^\| `(\{"kind".*?\})` +\|/gm)].map(([, text]) => text ?? "");
  expect(actions).toHaveLength(9);
  for (const text of actions) {
    const action: unknown = JSON.parse(text);
    expect(readFault(new Parameters(new Map([["action", action]]))).action).toMatchObject(
      typeof action === "object" && action !== null ? action : {},
    );
  }
});
