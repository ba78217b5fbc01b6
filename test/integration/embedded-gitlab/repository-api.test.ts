import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbeddedGitlab } from "../../../src/embedded-gitlab/index.ts";
import type { EmbeddedGitlab } from "../../../src/embedded-gitlab/index.ts";
import { call, field, fields } from "../../embedded-gitlab/call.ts";
import { openCast, seed } from "../../embedded-gitlab/cast.ts";
import type { Actor, Cast } from "../../embedded-gitlab/cast.ts";

let gitlab: EmbeddedGitlab;
beforeAll(async () => {
  gitlab = await startEmbeddedGitlab();
});
afterAll(() => gitlab.close());

function send(cast: Cast, actor: Actor, rest: string, method = "GET", json?: unknown) {
  const path = `/projects/${cast.project.id}${rest}`;
  return call(gitlab, path, { method, headers: actor, ...(json === undefined ? {} : { json }) });
}

async function openSeeded(...tags: readonly string[]) {
  const cast = await openCast(gitlab);
  return { cast, sha: await seed(gitlab, cast, ...tags), maintainer: cast.pat("maintainer") };
}

describe("tags", () => {
  test("a tag is made, annotated where it has a message, and shown with its commit and release", async () => {
    const { cast, sha, maintainer } = await openSeeded();
    const post = (json: unknown) => send(cast, maintainer, "/repository/tags", "POST", json);
    const light = await post({ tag_name: "v1", ref: "main" });
    expect(light.body).toMatchObject({
      name: "v1",
      message: "",
      target: sha,
      created_at: null,
      release: null,
    });
    const annotated = await post({ tag_name: "v2", ref: sha, message: "Two" });
    expect(annotated.body).toMatchObject({ name: "v2", message: "Two", commit: { id: sha } });
    expect(field(annotated.body, "target")).not.toBe(sha);
    await send(cast, maintainer, "/releases", "POST", { tag_name: "v2", description: "d" });
    const shown = await send(cast, maintainer, "/repository/tags/v2");
    expect(field(shown.body, "release")).toEqual({ tag_name: "v2", description: "d" });
  });

  test.each([
    { json: { tag_name: "v1", ref: "main" }, message: "Tag v1 already exists" },
    { json: { tag_name: "a..b", ref: "main" }, message: "Tag name invalid" },
    { json: { tag_name: "-x", ref: "main" }, message: "Tag name invalid" },
    { json: { tag_name: "v2", ref: "nothing" }, message: "Target nothing is invalid" },
    { json: { tag_name: "v2", ref: "--all" }, message: "Target --all is invalid" },
    { json: { tag_name: "v2", ref: "" }, message: "Target is empty" },
  ])("5.1 $json is refused: $message", async ({ json, message }) => {
    const { cast, maintainer } = await openSeeded("v1");
    const { status, body } = await send(cast, maintainer, "/repository/tags", "POST", json);
    expect([status, body]).toEqual([400, { message }]);
  });

  test("a protected tag is made by who may; unknown tags are not found; order by version", async () => {
    const { cast, maintainer } = await openSeeded("v1.9.0", "v1.10.0", "v1.10.0rc1");
    gitlab.admin.protectTag(cast.project.id, "v*");
    const json = { tag_name: "v2", ref: "main" };
    const refused = await send(cast, cast.pat("developer"), "/repository/tags", "POST", json);
    expect([refused.status, refused.body]).toEqual([
      400,
      { message: "You are not allowed to create this tag as it is protected." },
    ]);
    const unknown = await send(cast, maintainer, "/repository/tags/v9");
    expect(unknown.body).toEqual({ message: "404 Tag Not Found" });
    const sorted = await send(cast, maintainer, "/repository/tags?order_by=version&sort=asc");
    expect(fields(sorted.body, "name")).toEqual(["v1.9.0", "v1.10.0rc1", "v1.10.0"]);
    expect(fields(sorted.body, "protected")).toEqual([true, true, true]);
    const found = await send(cast, maintainer, "/repository/tags?search=^v1.10");
    expect(fields(found.body, "name")).toHaveLength(2);
  });

  test("a tag is deleted unless it changed since", async () => {
    const { cast, maintainer } = await openSeeded("v1");
    const path = `/projects/${cast.project.id}/repository/tags/v1`;
    const early = { ...maintainer, "if-unmodified-since": "Sat, 01 Jan 2000 00:00:00 GMT" };
    expect((await call(gitlab, path, { method: "DELETE", headers: early })).status).toBe(412);
    expect((await call(gitlab, path, { method: "DELETE", headers: maintainer })).status).toBe(204);
    expect((await call(gitlab, path, { headers: maintainer })).status).toBe(404);
  });

  test("tags are protected and unprotected by Maintainers", async () => {
    const { cast, maintainer } = await openSeeded();
    const post = await send(cast, maintainer, "/protected_tags", "POST", {
      name: "v*",
      create_access_level: 30,
    });
    expect([post.status, post.body]).toMatchObject([
      201,
      {
        name: "v*",
        create_access_levels: [
          { access_level: 30, access_level_description: "Developers + Maintainers" },
        ],
      },
    ]);
    expect((await send(cast, maintainer, "/protected_tags", "POST", { name: "v*" })).status).toBe(
      422,
    );
    expect((await send(cast, cast.pat("developer"), "/protected_tags")).status).toBe(403);
    expect((await send(cast, maintainer, "/protected_tags/v*", "DELETE")).status).toBe(204);
    expect((await send(cast, maintainer, "/protected_tags")).body).toEqual([]);
  });
});

describe("branches", () => {
  test("can_push answers for the token that asks", async () => {
    const { cast } = await openSeeded();
    const ask = async (actor: Actor) => (await send(cast, actor, "/repository/branches/main")).body;
    expect(await ask(cast.pat("maintainer"))).toMatchObject({
      can_push: true,
      protected: true,
      default: true,
    });
    expect(await ask(cast.pat("developer"))).toMatchObject({ can_push: false });
    await send(cast, cast.pat("maintainer"), "/repository/branches", "POST", {
      branch: "x",
      ref: "main",
    });
    const free = async (actor: Actor) => (await send(cast, actor, "/repository/branches/x")).body;
    expect(await free(cast.pat("developer"))).toMatchObject({ can_push: true, protected: false });
    expect(await free(cast.pat("reporter"))).toMatchObject({ can_push: false });
  });

  test.each([
    { json: { branch: "x", ref: "" }, message: "Ref is missing" },
    {
      json: { branch: "x", ref: "nothing" },
      message: "Failed to create branch 'x': invalid reference name 'nothing'",
    },
    { json: { branch: "main", ref: "main" }, message: "Branch already exists" },
    {
      json: { branch: "main/sub", ref: "main" },
      message: expect.stringContaining("Branch name conflicts with existing branch hierarchy."),
    },
  ])("5.1 $json is refused", async ({ json, message }) => {
    const { cast, maintainer } = await openSeeded();
    const { status, body } = await send(cast, maintainer, "/repository/branches", "POST", json);
    expect([status, field(body, "message")]).toEqual([400, message]);
  });

  test("a slash in a branch is %2F; deleting works but for the default branch", async () => {
    const { cast, maintainer } = await openSeeded();
    await send(cast, maintainer, "/repository/branches", "POST", {
      branch: "release/1",
      ref: "main",
    });
    const path = "/repository/branches/release%2F1";
    expect((await send(cast, maintainer, path)).body).toMatchObject({ name: "release/1" });
    expect((await send(cast, maintainer, path, "DELETE")).status).toBe(204);
    expect((await send(cast, maintainer, path)).body).toEqual({ message: "404 Branch Not Found" });
    expect((await send(cast, maintainer, "/repository/branches/main", "DELETE")).status).toBe(400);
  });

  test("branches are protected, changed and unprotected", async () => {
    const { cast, maintainer } = await openSeeded();
    const json = { name: "release/*", push_access_level: 30, allow_force_push: true };
    const post = () => send(cast, maintainer, "/protected_branches", "POST", json);
    expect((await post()).body).toMatchObject({
      name: "release/*",
      push_access_levels: [{ access_level: 30 }],
      merge_access_levels: [{ access_level: 40 }],
      allow_force_push: true,
    });
    expect((await post()).status).toBe(409);
    const path = "/protected_branches/release%2F*";
    const patched = await send(cast, maintainer, path, "PATCH", { allow_force_push: false });
    expect(patched.body).toMatchObject({ allow_force_push: false });
    expect((await send(cast, maintainer, path, "DELETE")).status).toBe(204);
    expect((await send(cast, maintainer, path)).status).toBe(404);
  });
});

describe("commits", () => {
  const commit = (actions: readonly unknown[], more: object = {}) => ({
    branch: "main",
    commit_message: "Change",
    actions,
    ...more,
  });

  test("several actions make one commit, with its numbers", async () => {
    const { cast, sha, maintainer } = await openSeeded();
    const actions = [
      { action: "create", file_path: "bin/run", content: "#!/bin/sh\n", execute_filemode: true },
      { action: "create", file_path: "data", content: "AAEC", encoding: "base64" },
      { action: "move", file_path: "docs/README.md", previous_path: "README.md" },
      { action: "chmod", file_path: "data", execute_filemode: true },
    ];
    const json = commit(actions, { author_name: "Ann", author_email: "ann@example.com" });
    const { status, body } = await send(cast, maintainer, "/repository/commits", "POST", json);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      title: "Change",
      parent_ids: [sha],
      author_name: "Ann",
      author_email: "ann@example.com",
      stats: { additions: 1, deletions: 0, total: 1 },
    });
    const tree = await send(cast, maintainer, "/repository/tree?recursive=true");
    expect(fields(tree.body, "path")).toEqual(["bin", "docs", "bin/run", "data", "docs/README.md"]);
    expect(fields(tree.body, "mode")).toEqual(["040000", "040000", "100755", "100755", "100644"]);
    const raw = await send(cast, maintainer, "/repository/files/data/raw?ref=main");
    expect(Buffer.from(raw.text)).toEqual(Buffer.from([0, 1, 2]));
  });

  test.each([
    {
      action: { action: "create", file_path: "README.md", content: "" },
      message: "A file with this name already exists",
    },
    {
      action: { action: "create", file_path: "README.md/x", content: "" },
      message: "A file with this name already exists",
    },
    {
      action: { action: "update", file_path: "nothing", content: "" },
      message: "A file with this name doesn't exist",
    },
    {
      action: { action: "delete", file_path: "nothing" },
      message: "A file with this name doesn't exist",
    },
    {
      action: { action: "create", file_path: "", content: "" },
      message: "You must provide a file path",
    },
    {
      action: { action: "create", file_path: "../x", content: "" },
      message: "Path cannot include directory traversal",
    },
    {
      action: {
        action: "update",
        file_path: "README.md",
        content: "",
        last_commit_id: "0".repeat(40),
      },
      message: "The file has changed since you started editing it: README.md",
    },
  ])("5.2 $action is refused, and with it all others", async ({ action, message }) => {
    const { cast, sha, maintainer } = await openSeeded();
    const actions = [{ action: "create", file_path: "fine", content: "" }, action];
    const { status, body } = await send(
      cast,
      maintainer,
      "/repository/commits",
      "POST",
      commit(actions),
    );
    expect([status, body]).toEqual([400, { message }]);
    const head = await send(cast, maintainer, "/repository/commits/main");
    expect(field(head.body, "id")).toBe(sha);
  });

  test("a protected branch lets no developer commit, but a branch of their own from it does", async () => {
    const { cast, sha } = await openSeeded();
    const actions = [{ action: "create", file_path: "x", content: "x" }];
    const developer = cast.pat("developer");
    const refused = await send(cast, developer, "/repository/commits", "POST", commit(actions));
    expect([refused.status, refused.body]).toEqual([
      403,
      { message: "403 Forbidden - You are not allowed to push into this branch" },
    ]);
    const json = commit(actions, { branch: "topic", start_branch: "main" });
    const made = await send(cast, developer, "/repository/commits", "POST", json);
    expect([made.status, field(made.body, "parent_ids")]).toEqual([201, [sha]]);
    const again = await send(cast, developer, "/repository/commits", "POST", json);
    expect(again.status).toBe(400);
  });

  test("commits are listed by ref, range, path and date, and compared", async () => {
    const { cast, sha, maintainer } = await openSeeded("v1");
    const actions = [{ action: "create", file_path: "x", content: "x\n" }];
    const made = await send(cast, maintainer, "/repository/commits", "POST", commit(actions));
    const next = field(made.body, "id");
    const ids = async (query: string) =>
      fields((await send(cast, maintainer, `/repository/commits${query}`)).body, "id");
    expect(await ids("")).toEqual([next, sha]);
    expect(await ids("?ref_name=v1")).toEqual([sha]);
    expect(await ids("?ref_name=v1..main")).toEqual([next]);
    expect(await ids("?path=README.md")).toEqual([sha]);
    expect(await ids("?since=2090-01-01T00:00:00Z")).toEqual([]);
    const unknown = await send(cast, maintainer, "/repository/commits?ref_name=nothing");
    expect(unknown.status).toBe(404);
    const compared = await send(cast, maintainer, "/repository/compare?from=v1&to=main");
    expect(compared.body).toMatchObject({
      commits: [{ id: next }],
      diffs: [{ new_path: "x", new_file: true, diff: expect.stringContaining("+x") }],
    });
    const base = await send(cast, maintainer, "/repository/merge_base?refs[]=v1&refs[]=main");
    expect(field(base.body, "id")).toBe(sha);
    const refs = await send(cast, maintainer, `/repository/commits/${sha}/refs`);
    expect(refs.body).toEqual([
      { type: "branch", name: "main" },
      { type: "tag", name: "v1" },
    ]);
  });
});

describe("files", () => {
  const path = "/repository/files/docs%2Fa%20b.md";
  const json = { branch: "main", commit_message: "m", content: "Grüße\n" };

  test("a file is made, read in three ways, changed and removed", async () => {
    const { cast, maintainer } = await openSeeded();
    const made = await send(cast, maintainer, path, "POST", json);
    expect([made.status, made.body]).toEqual([201, { file_path: "docs/a b.md", branch: "main" }]);
    const { body } = await send(cast, maintainer, `${path}?ref=main`);
    const sha256 = createHash("sha256").update("Grüße\n").digest("hex");
    expect(body).toMatchObject({
      file_name: "a b.md",
      size: 8,
      encoding: "base64",
      content: Buffer.from("Grüße\n").toString("base64"),
      content_sha256: sha256,
      ref: "main",
      execute_filemode: false,
    });
    expect((await send(cast, maintainer, `${path}/raw`)).text).toBe("Grüße\n");
    const head = await send(cast, maintainer, `${path}?ref=main`, "HEAD");
    expect(head.headers).toMatchObject({ "x-gitlab-content-sha256": sha256, "x-gitlab-size": "8" });
    const put = await send(cast, maintainer, path, "PUT", { ...json, content: "new" });
    expect([put.status, put.body]).toEqual([200, { file_path: "docs/a b.md", branch: "main" }]);
    expect((await send(cast, maintainer, path, "PUT", { ...json, content: "new" })).status).toBe(
      400,
    );
    expect((await send(cast, maintainer, path, "DELETE", json)).status).toBe(204);
  });

  test.each([
    {
      method: "GET",
      rest: `${path}?ref=main`,
      json: undefined,
      status: 404,
      message: "404 File Not Found",
    },
    {
      method: "GET",
      rest: `${path}?ref=nothing`,
      json: undefined,
      status: 404,
      message: "404 Commit Not Found",
    },
    {
      method: "PUT",
      rest: "/repository/files/README.md",
      json: { ...json, last_commit_id: "0".repeat(40) },
      status: 400,
      message: "You are attempting to update a file that has changed since you started editing it.",
    },
    {
      method: "DELETE",
      rest: "/repository/files/README.md",
      json: { ...json, last_commit_id: "0".repeat(40) },
      status: 400,
      message: "You are attempting to delete a file that has been previously updated.",
    },
  ])("5.2 $method $rest is refused: $message", async ({ method, rest, json, status, message }) => {
    const { cast, maintainer } = await openSeeded();
    const answer = await send(cast, maintainer, rest, method, json);
    expect([answer.status, answer.body]).toEqual([status, { message }]);
  });

  test("read_repository is enough for a file", async () => {
    const { cast } = await openSeeded();
    const init = {
      kind: "personal",
      scopes: ["read_repository"],
      project: cast.project.id,
    } as const;
    const token = gitlab.admin.createToken(init).value;
    const file = `/projects/${cast.project.id}/repository/files/README.md?ref=main`;
    expect((await call(gitlab, file, { token })).status).toBe(200);
  });
});

test("5.3 a merge request is made once, found, changed, noted, merged", async () => {
  const { cast, maintainer } = await openSeeded();
  const actions = [{ action: "create", file_path: "x", content: "x" }];
  const topic = { branch: "topic", start_branch: "main", commit_message: "c", actions };
  const commit = await send(cast, cast.pat("developer"), "/repository/commits", "POST", topic);
  const json = { source_branch: "topic", target_branch: "main", title: "Draft: x" };
  const post = (body: unknown) =>
    send(cast, cast.pat("developer"), "/merge_requests", "POST", body);
  const made = await post(json);
  expect([made.status, made.body]).toMatchObject([
    201,
    { iid: 1, state: "opened", sha: field(commit.body, "id"), draft: true },
  ]);
  const twice = await post(json);
  expect([twice.status, twice.body]).toEqual([
    409,
    { message: ["Another open merge request already exists for this source branch: !1"] },
  ]);
  expect((await post({ ...json, target_branch: "topic" })).status).toBe(422);
  expect((await post({ ...json, source_branch: "nothing" })).status).toBe(400);
  const query = "?state=opened&source_branch=topic&target_branch=main";
  expect(fields((await send(cast, maintainer, `/merge_requests${query}`)).body, "iid")).toEqual([
    1,
  ]);
  const one = "/merge_requests/1";
  expect((await send(cast, maintainer, one, "PUT", {})).status).toBe(400);
  const merge = (actor: Actor, body: object = {}) => send(cast, actor, `${one}/merge`, "PUT", body);
  expect((await merge(cast.pat("developer"))).status).toBe(401);
  const draft = await merge(maintainer);
  expect([draft.status, draft.body]).toEqual([405, { message: "405 Method Not Allowed" }]);
  await send(cast, maintainer, one, "PUT", { title: "x", description: "d", labels: "a,b" });
  const note = await send(cast, cast.pat("developer"), `${one}/notes`, "POST", { body: "Look" });
  expect([note.status, note.body]).toMatchObject([201, { body: "Look", internal: false }]);
  expect(fields((await send(cast, maintainer, `${one}/notes`)).body, "body")).toEqual(["Look"]);
  const stale = await merge(maintainer, { sha: "0".repeat(40) });
  expect(stale.body).toEqual({
    message: `SHA does not match HEAD of source branch: ${String(field(commit.body, "id"))}`,
  });
  const merged = await merge(maintainer, { should_remove_source_branch: true });
  expect(merged.body).toMatchObject({
    state: "merged",
    labels: ["a", "b"],
    merge_commit_sha: expect.any(String),
  });
  expect((await send(cast, maintainer, "/repository/branches/topic")).status).toBe(404);
  expect((await merge(maintainer)).status).toBe(405);
});

test("5.3 auto_merge waits for a pipeline that still runs, under its older name, too", async () => {
  const { cast, maintainer } = await openSeeded();
  for (const [index, name] of ["auto_merge", "merge_when_pipeline_succeeds"].entries()) {
    const actions = [{ action: "create", file_path: `x${index}`, content: "x" }];
    const topic = { branch: `t${index}`, start_branch: "main", commit_message: "c", actions };
    await send(cast, maintainer, "/repository/commits", "POST", topic);
    const json = { source_branch: `t${index}`, target_branch: "main", title: "x" };
    await send(cast, maintainer, "/merge_requests", "POST", json);
    const one = `/merge_requests/${index + 1}`;
    const set = await send(cast, maintainer, `${one}/merge`, "PUT", { [name]: true });
    expect([set.status, set.body]).toMatchObject([
      200,
      { state: "opened", merge_when_pipeline_succeeds: true },
    ]);
    expect((await send(cast, maintainer, one)).body).toMatchObject({
      merge_when_pipeline_succeeds: true,
    });
  }
});

test("users are found by their name, whatever its case; a stranger finds nobody", async () => {
  const { maintainer } = await openSeeded();
  const ada = gitlab.admin.createUser({ username: "ada.lovelace", name: "Ada Lovelace" });
  const find = async (query: string, actor = maintainer) =>
    call(gitlab, `/users?${query}`, { headers: actor });
  expect(fields((await find("username=Ada.Lovelace")).body, "id")).toEqual([ada.id]);
  expect(fields((await find("search=lovelace")).body, "username")).toEqual(["ada.lovelace"]);
  expect((await find("username=ada")).body).toEqual([]);
  expect((await find("username=ada.lovelace", {})).status).toBe(401);
});

test("5.3 a conflict cannot be merged; a closed one is reopened only where no other is open", async () => {
  const { cast, maintainer } = await openSeeded();
  const write = (branch: string, content: string, start?: string) =>
    send(cast, maintainer, "/repository/commits", "POST", {
      branch,
      ...(start === undefined ? {} : { start_branch: start }),
      commit_message: "c",
      actions: [{ action: "update", file_path: "README.md", content }],
    });
  await write("topic", "theirs\n", "main");
  await write("main", "ours\n");
  const json = { source_branch: "topic", target_branch: "main", title: "x" };
  await send(cast, maintainer, "/merge_requests", "POST", json);
  const refused = await send(cast, maintainer, "/merge_requests/1/merge", "PUT", {});
  expect([refused.status, refused.body]).toEqual([422, { message: "Branch cannot be merged" }]);
  const event = (iid: number, state_event: string) =>
    send(cast, maintainer, `/merge_requests/${iid}`, "PUT", { state_event });
  expect((await event(1, "close")).body).toMatchObject({ state: "closed" });
  await send(cast, maintainer, "/merge_requests", "POST", json);
  expect((await event(1, "reopen")).status).toBe(409);
});

test("5.4 a pipeline is started by a person, a trigger token, or a job's token", async () => {
  const { cast, sha, maintainer } = await openSeeded("v1");
  const made = await send(cast, cast.pat("maintainer"), "/pipeline", "POST", {
    ref: "main",
    variables: [{ key: "A", value: "B" }],
  });
  expect([made.status, made.body]).toMatchObject([
    201,
    { sha, ref: "main", source: "api", tag: false },
  ]);
  const variables = await send(
    cast,
    maintainer,
    `/pipelines/${String(field(made.body, "id"))}/variables`,
  );
  expect(variables.body).toMatchObject([{ key: "A", value: "B" }]);
  const trigger = await send(cast, maintainer, "/triggers", "POST", { description: "t" });
  const start = (json: unknown) =>
    call(gitlab, `/projects/${cast.project.id}/trigger/pipeline`, { method: "POST", json });
  const token = String(field(trigger.body, "token"));
  expect((await start({ ref: "v1", token })).body).toMatchObject({
    ref: "v1",
    tag: true,
    source: "trigger",
  });
  const job = await cast.job("developer");
  const byJob = await start({ ref: "v1", token: job["job-token"] });
  expect([byJob.status, byJob.body]).toMatchObject([201, { ref: "v1", source: "pipeline" }]);
  expect((await start({ ref: "v1", token: "wrong" })).status).toBe(404);
  const wrong = await start({ ref: "v1", token, variables: { A: 1 } });
  expect([wrong.status, wrong.body]).toEqual([
    400,
    { message: "variables needs to be a map of key-valued strings" },
  ]);
  expect((await start({ ref: "nothing", token })).body).toEqual({
    message: { base: ["Reference not found"] },
  });
  const tags = await send(cast, maintainer, `/pipelines?ref=v1&sha=${sha}`);
  expect(fields(tags.body, "source")).toEqual(["pipeline", "trigger"]);
});

test("5.4 the jobs of a pipeline come newest first, as they ran last, and its state is theirs", async () => {
  const { cast, maintainer } = await openSeeded("v1");
  const start = (name: string, pipelineId?: number) =>
    gitlab.admin.startJob({
      project: cast.project.id,
      ref: "v1",
      name,
      ...(pipelineId === undefined ? {} : { pipelineId }),
    });
  const pack = await start("pack");
  const id = pack.pipelineId;
  const upload = await start("upload", id);
  const jobs = async (query = "") => {
    const { body } = await send(cast, maintainer, `/pipelines/${id}/jobs${query}`);
    return fields(body, "name").map(
      (name, at) => `${String(name)} ${String(fields(body, "status")[at])}`,
    );
  };
  const state = async () =>
    field((await send(cast, maintainer, `/pipelines/${id}`)).body, "status");
  expect(await jobs()).toEqual(["upload running", "pack running"]);
  gitlab.admin.endJob(pack.id);
  gitlab.admin.endJob(upload.id, "failed");
  expect(await state()).toBe("failed");
  expect(await jobs("?scope[]=failed")).toEqual(["upload failed"]);

  const retried = await start("upload", id);
  expect(await state()).toBe("running");
  gitlab.admin.endJob(retried.id);
  expect(await state()).toBe("success");
  expect(await jobs()).toEqual(["upload success", "pack success"]);
  expect(await jobs("?include_retried=true")).toHaveLength(3);
  const job = await cast.job("maintainer");
  // No route for job tokens: to it the project is a stranger's.
  expect((await send(cast, job, `/pipelines/${id}/jobs`)).status).toBe(404);
});

test("project settings are read and changed by Maintainers", async () => {
  const { cast, maintainer } = await openSeeded();
  const json = { ci_push_repository_for_job_token_allowed: true, description: "d" };
  const put = (actor: Actor, body: unknown) => send(cast, actor, "", "PUT", body);
  expect((await put(maintainer, json)).body).toMatchObject(json);
  expect((await put(cast.pat("developer"), json)).status).toBe(403);
  expect((await put(maintainer, { default_branch: "nothing" })).status).toBe(400);
  expect((await call(gitlab, "/version", { headers: maintainer })).body).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});
