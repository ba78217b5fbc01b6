import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import type { EmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { basic, call, field, fields } from "./call.ts";
import { invalidPat, nobody, openCast, seed } from "./cast.ts";

let gitlab: EmbeddedGitlab;
let now = new Date("2026-06-15T12:00:00Z");
beforeAll(async () => {
  gitlab = await startEmbeddedGitlab({ now: () => now });
});
afterAll(() => gitlab.close());

const maintainer = () => ({ "private-token": gitlab.tokens.maintainer });

describe("addresses", () => {
  test("a project is named by its number or its encoded path; every answer has a request id", async () => {
    for (const id of ["1", "group%2Fjob-project"]) {
      const { status, headers, body } = await call(gitlab, `/projects/${id}`, {
        headers: maintainer(),
      });
      expect([status, field(body, "path_with_namespace")]).toEqual([200, "group/job-project"]);
      expect(headers["x-request-id"]).toMatch(/^[0-9A-Z]{26}$/);
      expect(Number(headers["x-runtime"])).toBeGreaterThan(0);
    }
    const unknown = await call(gitlab, "/projects/group%2Fother", { headers: maintainer() });
    expect([unknown.status, unknown.body]).toEqual([404, { message: "404 Project Not Found" }]);
  });

  test("a project that was moved answers with 301 and its new address", async () => {
    const cast = await openCast(gitlab);
    const headers = cast.pat("reporter");
    const old = encodeURIComponent(cast.project.path);
    await gitlab.admin.setProject(cast.project.id, { path: `${cast.project.path}-moved` });
    const {
      status,
      headers: received,
      body,
    } = await call(gitlab, `/projects/${old}/packages?page=1`, { headers });
    const url = `${gitlab.api}/projects/${cast.project.id}/packages?page=1`;
    expect([status, received.location]).toEqual([301, url]);
    expect(body).toEqual({ message: `This resource has been moved permanently to ${url}` });
  });

  test("no route, no method, too long an address", async () => {
    expect((await call(gitlab, "/nothing")).body).toEqual({ error: "404 Not Found" });
    expect((await call(gitlab, "/projects/1/releases", { method: "PATCH" })).status).toBe(405);
    const long = await call(gitlab, `/projects?search=${"x".repeat(17_000)}`);
    expect([long.status, long.body]).toEqual([414, { message: "414 URI Too Long" }]);
    const broken = await call(gitlab, "/projects/1/releases", {
      method: "POST",
      bytes: "{",
      headers: { ...maintainer(), "content-type": "application/json" },
    });
    expect(broken.status).toBe(400);
  });
});

describe("pages", () => {
  test("offset pages say where they are in headers and links", async () => {
    const cast = await openCast(gitlab);
    await seed(gitlab, cast, "v1", "v2", "v3");
    const path = `/projects/${cast.project.id}/repository/tags?per_page=2&order_by=name`;
    const first = await call(gitlab, path, { headers: cast.pat("reporter") });
    expect(fields(first.body, "name")).toEqual(["v3", "v2"]);
    expect(first.headers).toMatchObject({
      "x-page": "1",
      "x-per-page": "2",
      "x-prev-page": "",
      "x-next-page": "2",
      "x-total": "3",
      "x-total-pages": "2",
    });
    const next = /<([^>]+)>; rel="next"/.exec(String(first.headers["link"]))?.[1] ?? "";
    const second = await call(gitlab, next.slice(gitlab.api.length), {
      headers: cast.pat("reporter"),
    });
    expect(fields(second.body, "name")).toEqual(["v1"]);
    expect(String(second.headers["link"])).not.toContain('rel="next"');
  });

  test("a page holds 20 items, never more than 100; a token in the query is not in the links", async () => {
    const token = gitlab.tokens.maintainer;
    const list = await call(gitlab, `/projects?private_token=${token}&per_page=500`);
    expect(list.headers["x-per-page"]).toBe("100");
    expect(String(list.headers["link"])).not.toContain(token);
    const plain = await call(gitlab, "/projects", { headers: maintainer() });
    expect(plain.headers["x-per-page"]).toBe("20");
    expect((await call(gitlab, "/projects?page=9999999", { headers: maintainer() })).status).toBe(
      405,
    );
  });

  test("keyset pages have a next link alone; a wrong page token is 422", async () => {
    const cast = await openCast(gitlab);
    await seed(gitlab, cast, "v1", "v2", "v3");
    const path = `/projects/${cast.project.id}/repository/tags?pagination=keyset&per_page=2&order_by=name&sort=asc`;
    const first = await call(gitlab, path, { headers: cast.pat("reporter") });
    expect([fields(first.body, "name"), first.headers["x-total"]]).toEqual([
      ["v1", "v2"],
      undefined,
    ]);
    const next = /^<([^>]+)>; rel="next"$/.exec(String(first.headers["link"]))?.[1] ?? "";
    const second = await call(gitlab, next.slice(gitlab.api.length), {
      headers: cast.pat("reporter"),
    });
    expect([fields(second.body, "name"), second.headers["link"]]).toEqual([["v3"], undefined]);
    const wrong = await call(gitlab, `${path}&page_token=nothing`, {
      headers: cast.pat("reporter"),
    });
    expect(wrong.status).toBe(422);
  });
});

test("a rate is told with every answer, and beyond it when to come again", async () => {
  const cast = await openCast(gitlab);
  const headers = cast.pat("reporter");
  gitlab.admin.setInstance({ rateLimit: { requests: 1, windowSeconds: 60 } });
  const good = await call(gitlab, "/user", { headers });
  const refused = await call(gitlab, "/user", { headers });
  now = new Date("2026-06-15T12:01:00Z");
  const again = await call(gitlab, "/user", { headers });
  gitlab.admin.setInstance({ rateLimit: { requests: 1_000_000, windowSeconds: 60 } });
  expect(good.headers).toMatchObject({
    "ratelimit-limit": "1",
    "ratelimit-observed": "1",
    "ratelimit-remaining": "0",
    "ratelimit-reset": String(Date.parse("2026-06-15T12:01:00Z") / 1000),
  });
  expect(good.headers["retry-after"]).toBeUndefined();
  expect([refused.status, refused.body]).toEqual([429, { message: "429 Too Many Requests" }]);
  expect(refused.headers).toMatchObject({
    "retry-after": "60",
    "ratelimit-resettime": "Mon, 15 Jun 2026 12:01:00 GMT",
  });
  expect(again.status).toBe(200);
});

describe("tokens", () => {
  test("each carrier is read: header, parameter, Bearer; Basic only where packages are", async () => {
    const { developer } = gitlab.tokens;
    const who = async (path: string, headers: Readonly<Record<string, string>>) =>
      (await call(gitlab, path, { headers })).status;
    expect(await who("/user", { "private-token": developer })).toBe(200);
    expect(await who(`/user?private_token=${developer}`, nobody)).toBe(200);
    expect(await who("/user", { authorization: `Bearer ${developer}` })).toBe(200);
    expect(await who("/user", basic("x", developer))).toBe(401);
    expect(await who("/projects/1/packages", basic("x", developer))).toBe(200);
    expect(await who("/user", invalidPat)).toBe(401);
  });

  test("a job token where it is not read makes its bearer nobody", async () => {
    const { job } = gitlab.tokens;
    const status = async (path: string, headers: Readonly<Record<string, string>>) =>
      (await call(gitlab, path, { headers })).status;
    expect(await status("/projects/1", { "job-token": job })).toBe(404);
    expect(await status("/projects/1", { "private-token": job })).toBe(404);
    expect(await status("/projects/1/releases", { "private-token": job })).toBe(404);
    expect(await status("/projects/1/releases", { "private-token": "glcbt-64_x" })).toBe(404);
    expect(await status("/projects/1/releases", { "job-token": job })).toBe(200);
    expect(await status("/projects/1/releases", { authorization: `Bearer ${job}` })).toBe(200);
  });

  test("2.3 a job token reads tags, branches, one commit, raw files, merge requests, and writes no code", async () => {
    const cast = await openCast(gitlab);
    const sha = await seed(gitlab, cast, "v1");
    const job = await cast.job("maintainer");
    const base = `/projects/${cast.project.id}`;
    const status = async (path: string, method = "GET", json?: unknown) =>
      (
        await call(gitlab, `${base}${path}`, {
          method,
          headers: job,
          ...(json === undefined ? {} : { json }),
        })
      ).status;
    for (const path of [
      "/repository/tags",
      "/repository/branches",
      `/repository/commits/${sha}`,
      "/repository/files/README.md/raw?ref=main",
      "/merge_requests",
      "/packages",
      "/releases",
    ]) {
      expect([path, await status(path)]).toEqual([path, 200]);
    }
    for (const path of [
      "/repository/tags",
      "/repository/branches",
      "/repository/commits",
      "/merge_requests",
    ]) {
      expect([path, await status(path, "POST", {})]).toEqual([path, expect.toBeOneOf([401, 404])]);
    }
    expect((await call(gitlab, "/job", { headers: job })).body).toMatchObject({
      status: "running",
    });
    expect((await call(gitlab, "/job", { headers: maintainer() })).status).toBe(404);
  });

  test("an expired, a revoked and a narrow token are told apart", async () => {
    const { admin } = gitlab;
    const make = (more: object) =>
      admin.createToken({ kind: "personal", scopes: ["api"], project: 1, ...more }).value;
    const expired = await call(gitlab, "/user", { token: make({ expiresAt: "2026-06-15" }) });
    expect([expired.status, expired.body]).toEqual([
      401,
      {
        error: "invalid_token",
        error_description: "Token is expired. You can either do re-authorization or token refresh.",
      },
    ]);
    expect(expired.headers["www-authenticate"]).toMatch(/^Bearer /);
    expect((await call(gitlab, "/user", { token: make({ expiresAt: "2026-06-16" }) })).status).toBe(
      200,
    );
    const revoked = await call(gitlab, "/user", { token: make({ revoked: true }) });
    expect(revoked.body).toMatchObject({
      error_description: "Token was revoked. You have to re-authorize from the user.",
    });
    const narrow = make({ scopes: ["write_repository"] });
    const refused = await call(gitlab, "/projects/1", { token: narrow });
    expect([refused.status, field(refused.body, "error")]).toEqual([403, "insufficient_scope"]);
    const reader = make({ scopes: ["read_api"] });
    expect((await call(gitlab, "/projects/1", { token: reader })).status).toBe(200);
    const post = await call(gitlab, "/projects/1/repository/tags", {
      method: "POST",
      token: reader,
      json: { tag_name: "x", ref: "main" },
    });
    expect(field(post.body, "error")).toBe("insufficient_scope");
  });

  test("a token shows itself with any scope, and can end itself; a job's cannot", async () => {
    const { value } = gitlab.admin.createToken({
      kind: "personal",
      scopes: ["write_repository"],
      expiresAt: "2027-01-01",
      name: "push",
    });
    const self = await call(gitlab, "/personal_access_tokens/self", { token: value });
    expect(self.body).toMatchObject({
      name: "push",
      scopes: ["write_repository"],
      active: true,
      revoked: false,
      expires_at: "2027-01-01",
      granular: false,
    });
    const headers = { "job-token": gitlab.tokens.job };
    const job = await call(gitlab, "/personal_access_tokens/self", { headers });
    expect([job.status, job.body]).toEqual([
      400,
      {
        message:
          "400 Bad request - This endpoint requires token type to be a personal access token",
      },
    ]);
    const ended = await call(gitlab, "/personal_access_tokens/self", {
      method: "DELETE",
      token: value,
    });
    expect(ended.status).toBe(204);
    expect((await call(gitlab, "/personal_access_tokens/self", { token: value })).status).toBe(401);
  });

  test("2.4 a project access token is a bot's, who makes its tags and commits", async () => {
    const { body } = await call(gitlab, "/user", { headers: maintainer() });
    const username = String(field(body, "username"));
    expect(username).toMatch(/^project_1_bot_[0-9a-f]+$/);
    expect(field(body, "email")).toBe(`${username}@noreply.${new URL(gitlab.url).host}`);
    const made = await call(gitlab, "/projects/1/repository/commits", {
      method: "POST",
      headers: maintainer(),
      json: {
        branch: "main",
        commit_message: "m",
        actions: [{ action: "create", file_path: "a", content: "" }],
      },
    });
    expect(field(made.body, "committer_email")).toBe(field(body, "email"));
  });

  test("I4 the log says who asked and how, and holds no token", async () => {
    gitlab.admin.clearRequests();
    await call(gitlab, `/projects/1?private_token=${gitlab.tokens.maintainer}`);
    await call(gitlab, "/projects/1/releases", { headers: { "job-token": gitlab.tokens.job } });
    const log = gitlab.admin.requests();
    expect(log).toMatchObject([
      {
        identity: expect.stringMatching(/^project:project_1_bot_/),
        carrier: "private-token parameter",
      },
      { identity: "job:maintainer", carrier: "job-token", status: 200 },
    ]);
    const text = JSON.stringify(log);
    for (const token of Object.values(gitlab.tokens)) expect(text).not.toContain(token);
  });
});

test("I2 several permissions that lack are named together; a route without any lets no narrowed job in", async () => {
  const cast = await openCast(gitlab);
  const source = await openCast(gitlab);
  const { id: userId } = gitlab.admin.createUser({ username: "across" });
  gitlab.admin.setMember(cast.project.id, userId, "developer");
  const job = await gitlab.admin.startJob({ project: source.project.id, userId });
  const headers = { "job-token": job.token };
  const allow = (permissions: readonly string[]) =>
    gitlab.admin.setProject(cast.project.id, {
      allowlist: [{ projectId: source.project.id, permissions }],
    });
  await allow([]);
  const releases = await call(gitlab, `/projects/${cast.project.id}/releases`, { headers });
  expect(field(releases.body, "message")).toBe(
    `403 Forbidden - Insufficient permissions to access this resource in project ${cast.project.path}. The following token permission is required: read_releases.`,
  );
  await allow(["admin_releases"]);
  expect((await call(gitlab, `/projects/${cast.project.id}/releases`, { headers })).status).toBe(
    200,
  );
  await allow(["read_packages"]);
  expect((await call(gitlab, `/projects/${cast.project.id}/releases`, { headers })).status).toBe(
    403,
  );
});

test("a job of a project that is not on the allowlist finds nothing, and everything where the list is off", async () => {
  const cast = await openCast(gitlab);
  const source = await openCast(gitlab);
  const { id: userId } = gitlab.admin.createUser({ username: "stranger" });
  gitlab.admin.setMember(cast.project.id, userId, "developer");
  const { token } = await gitlab.admin.startJob({ project: source.project.id, userId });
  const headers = { "job-token": token };
  const path = `/projects/${cast.project.id}/releases`;
  expect((await call(gitlab, path, { headers })).status).toBe(404);
  const scope = `/projects/${cast.project.id}/job_token_scope`;
  const owner = cast.pat("maintainer");
  const json = { target_project_id: source.project.id };
  gitlab.admin.setMember(source.project.id, await idOf(owner), "guest");
  expect(
    (await call(gitlab, `${scope}/allowlist`, { method: "POST", headers: owner, json })).status,
  ).toBe(201);
  expect((await call(gitlab, path, { headers })).status).toBe(200);
  const entry = `${scope}/allowlist/${source.project.id}`;
  expect((await call(gitlab, entry, { method: "DELETE", headers: owner })).status).toBe(204);
  expect((await call(gitlab, path, { headers })).status).toBe(404);
  await call(gitlab, scope, { method: "PATCH", headers: owner, json: { enabled: false } });
  expect((await call(gitlab, path, { headers })).status).toBe(200);
  const shown = await call(gitlab, scope, { headers: owner });
  expect(shown.body).toEqual({ inbound_enabled: false, outbound_enabled: false });
});

async function idOf(headers: Readonly<Record<string, string>>): Promise<number> {
  return Number(field((await call(gitlab, "/user", { headers })).body, "id"));
}
