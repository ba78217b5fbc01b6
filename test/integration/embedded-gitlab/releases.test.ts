import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbeddedGitlab } from "../../../src/embedded-gitlab/index.ts";
import type { EmbeddedGitlab, RoleName } from "../../../src/embedded-gitlab/index.ts";
import { call, field, fields } from "../../embedded-gitlab/call.ts";
import { invalidJob, nobody, openCast, seed } from "../../embedded-gitlab/cast.ts";
import type { Actor, Cast } from "../../embedded-gitlab/cast.ts";

let gitlab: EmbeddedGitlab;
beforeAll(async () => {
  gitlab = await startEmbeddedGitlab({ now: () => new Date("2026-06-15T12:00:00Z") });
});
afterAll(() => gitlab.close());

function send(cast: Cast, actor: Actor, rest = "", method = "GET", json?: unknown) {
  const path = `/projects/${cast.project.id}/releases${rest}`;
  return call(gitlab, path, { method, headers: actor, ...(json === undefined ? {} : { json }) });
}

function create(
  cast: Cast,
  json: Readonly<Record<string, unknown>>,
  actor = cast.pat("developer"),
) {
  return send(cast, actor, "", "POST", json);
}

async function openReleased(visibility: "private" | "public" = "private"): Promise<Cast> {
  const cast = await openCast(gitlab, visibility);
  await seed(gitlab, cast, "v0.1", "v0.2");
  const link = { name: "pack", url: "https://example.com/p.tgz", direct_asset_path: "/bin/p.tgz" };
  await create(cast, {
    tag_name: "v0.1",
    released_at: "2026-01-01T00:00:00Z",
    assets: { links: [link] },
  });
  await create(cast, { tag_name: "v0.2", released_at: "2026-02-01T00:00:00Z" });
  return cast;
}

describe("lists", () => {
  test("D1 releases come by their date, newest first, and in every other order asked for", async () => {
    const cast = await openReleased();
    const tags = async (query: string) =>
      fields((await send(cast, cast.pat("reporter"), query)).body, "tag_name");
    expect(await tags("")).toEqual(["v0.2", "v0.1"]);
    expect(await tags("?sort=asc")).toEqual(["v0.1", "v0.2"]);
    expect(await tags("?order_by=released_at&sort=desc")).toEqual(["v0.2", "v0.1"]);
    expect((await send(cast, cast.pat("reporter"), "?order_by=name")).status).toBe(400);
  });

  test("D1 a job reads them, by header and by parameter; the HTML of a description only comes when asked for", async () => {
    const cast = await openReleased();
    const job = await cast.job("developer");
    expect((await send(cast, job)).status).toBe(200);
    const byParameter = await send(cast, nobody, `?job_token=${String(job["job-token"])}`);
    expect(byParameter.status).toBe(200);
    expect(fields(byParameter.body, "description_html")).toEqual([undefined, undefined]);
    const html = await send(cast, job, "?include_html_description=true");
    expect(fields(html.body, "description_html")).not.toContain(undefined);
    expect(field(html.body, 0, "commit_path")).toMatch(`/${cast.project.path}/-/commit/`);
    expect(field(html.body, 0, "tag_path")).toBe(`/${cast.project.path}/-/tags/v0.2`);
  });

  test("D2 a release in the future is upcoming", async () => {
    const cast = await openReleased();
    await create(cast, { tag_name: "v0.3", ref: "main", released_at: "2030-01-01T00:00:00Z" });
    const { body } = await send(cast, cast.pat("reporter"));
    expect(fields(body, "upcoming_release")).toEqual([true, false, false]);
    const before = await send(cast, cast.pat("reporter"), "?updated_before=2026-01-01T00:00:00Z");
    expect(before.body).toEqual([]);
  });

  test("D3 a release whose tag is gone is still listed, and a slash in a tag is %2F in its path", async () => {
    const cast = await openReleased();
    await create(cast, { tag_name: "debian/2.4.0-1", ref: "main" });
    const path = `/projects/${cast.project.id}/repository/tags/debian%2F2.4.0-1`;
    await call(gitlab, path, { method: "DELETE", headers: cast.pat("maintainer") });
    const { body } = await send(cast, cast.pat("reporter"));
    expect(field(body, 0, "tag_path")).toBe(`/${cast.project.path}/-/tags/debian%2F2.4.0-1`);
    expect(field(body, 0, "commit")).toBeUndefined();
  });

  test("D4 a guest of a private project sees no code in them", async () => {
    const cast = await openReleased();
    const { status, body } = await send(cast, cast.pat("guest"));
    expect(status).toBe(200);
    const one = field(body, 1);
    for (const hidden of ["tag_name", "commit", "commit_path", "tag_path", "evidences"]) {
      expect(field(one, hidden)).toBeUndefined();
    }
    expect(field(one, "assets", "sources")).toBeUndefined();
    expect(field(one, "assets", "count")).toBe(1);
  });

  test.each([
    { visibility: "public", role: "guest", status: 200 },
    { visibility: "public", role: undefined, status: 200 },
    { visibility: "private", role: "none", status: 404 },
    { visibility: "private", role: undefined, status: 404 },
  ] as const)("D4 $role of a $visibility project gets $status", async (row) => {
    const cast = await openReleased(row.visibility);
    const actor = row.role === undefined ? nobody : cast.pat(row.role);
    const { status, body } = await send(cast, actor);
    expect(status).toBe(row.status);
    if (status === 200) expect(fields(body, "tag_name")).toEqual(["v0.2", "v0.1"]);
  });
});

describe("one release", () => {
  test("D5 it has its fields, four sources and its links", async () => {
    const cast = await openReleased();
    const { body } = await send(cast, cast.pat("reporter"), "/v0.1");
    const web = `${gitlab.url}/${cast.project.path}`;
    const name = cast.project.path.split("/")[1];
    expect(body).toMatchObject({
      name: "v0.1",
      tag_name: "v0.1",
      description: null,
      released_at: "2026-01-01T00:00:00.000Z",
      upcoming_release: false,
      assets: {
        count: 5,
        sources: [
          { format: "zip", url: `${web}/-/archive/v0.1/${name}-v0.1.zip` },
          { format: "tar.gz", url: `${web}/-/archive/v0.1/${name}-v0.1.tar.gz` },
          { format: "tar.bz2" },
          { format: "tar" },
        ],
        links: [
          {
            name: "pack",
            url: "https://example.com/p.tgz",
            direct_asset_url: `${web}/-/releases/v0.1/downloads/bin/p.tgz`,
            link_type: "other",
          },
        ],
      },
      _links: { self: `${web}/-/releases/v0.1` },
    });
    expect(field(body, "milestones")).toBeUndefined();
  });

  test.each([
    { role: "maintainer", status: 404, message: "404 Not Found" },
    { role: undefined, status: 404, message: "404 Project Not Found" },
    { role: "guest", status: 403, message: "403 Forbidden" },
  ] as const)(
    "D6 D7 an unknown tag: $role gets $status $message",
    async ({ role, ...expected }) => {
      const cast = await openReleased();
      const actor = role === undefined ? nobody : cast.pat(role);
      for (const path of ["/v9", "/v9/downloads/bin/p.tgz"]) {
        const { status, body } = await send(cast, actor, path);
        expect({ status, message: field(body, "message") }).toEqual(expected);
      }
    },
  );

  test("D6 a guest of a private project may not ask for one by its tag", async () => {
    const cast = await openReleased();
    expect((await send(cast, cast.pat("guest"), "/v0.1")).status).toBe(403);
  });

  test("D7 a download sends to where the link points, for a person and for a job", async () => {
    const cast = await openReleased();
    for (const actor of [cast.pat("reporter"), await cast.job("developer")]) {
      const { status, headers } = await send(cast, actor, "/v0.1/downloads/bin/p.tgz");
      expect([status, headers.location]).toEqual([302, "https://example.com/p.tgz"]);
    }
    const unknown = await send(cast, cast.pat("reporter"), "/v0.1/downloads/bin/other.tgz");
    expect([unknown.status, unknown.body]).toEqual([404, { message: "404 Not found" }]);
    expect((await send(cast, cast.pat("reporter"), "/v0.1/downloads")).status).toBe(404);
  });

  test("D8 the permalink sends to the latest, keeping the rest of the address", async () => {
    const cast = await openReleased();
    const base = `/api/v4/projects/${cast.project.id}/releases/v0.2`;
    const location = async (rest: string) =>
      (await send(cast, cast.pat("reporter"), `/permalink/latest${rest}`)).headers.location;
    expect(await location("")).toBe(base);
    expect(await location("?include_html_description=true&order_by=created_at")).toBe(
      `${base}?include_html_description=true`,
    );
    expect(await location("/downloads/bin/p.tgz")).toBe(`${base}/downloads/bin/p.tgz`);
    const traversal = await send(cast, cast.pat("reporter"), "/permalink/latest/%2e%2e%2f%2e%2e");
    expect([traversal.status, traversal.body]).toEqual([
      400,
      { error: "suffix_path should be a valid file path" },
    ]);
    const empty = await openCast(gitlab);
    expect((await send(empty, empty.pat("reporter"), "/permalink/latest")).status).toBe(404);
  });

  test("D7 D8 the web pages send there, too", async () => {
    const cast = await openReleased("public");
    const web = `/-/releases`;
    const { hostname, port } = new URL(gitlab.url);
    const page = (path: string) =>
      fetch(`http://${hostname}:${port}/${cast.project.path}${web}${path}`, { redirect: "manual" });
    const asset = await page("/v0.1/downloads/bin/p.tgz");
    expect([asset.status, asset.headers.get("location")]).toEqual([
      302,
      "https://example.com/p.tgz",
    ]);
    const latest = await page("/permalink/latest");
    expect(latest.headers.get("location")).toBe(
      `${gitlab.url}/${cast.project.path}/-/releases/v0.2`,
    );
  });
});

describe("making one", () => {
  test.each([
    { given: undefined, released: "2026-06-15T12:00:00.000Z" },
    { given: "2019-03-20T10:00:00", released: "2019-03-20T10:00:00.000Z" },
    { given: "2019-03-20T10:00:00Z", released: "2019-03-20T10:00:00.000Z" },
    { given: "2019-03-20T10:00:00+09:00", released: "2019-03-20T01:00:00.000Z" },
  ])("D9 released_at $given is $released", async ({ given, released }) => {
    const cast = await openCast(gitlab);
    await seed(gitlab, cast, "v1");
    const { status, body } = await create(cast, { tag_name: "v1", released_at: given });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "v1", description: null, released_at: released });
    expect(fields(field(body, "evidences"), "sha")).toHaveLength(given === undefined ? 1 : 0);
  });

  test.each([
    { level: 30, role: "developer", visibility: "private", status: 201 },
    { level: 40, role: "developer", visibility: "private", status: 403 },
    { level: 30, role: "reporter", visibility: "private", status: 403 },
    { level: 30, role: "none", visibility: "private", status: 404 },
    { level: 30, role: "none", visibility: "public", status: 403 },
  ] as const)("D10 tags protected for $level, $visibility: a $role gets $status", async (row) => {
    const cast = await openCast(gitlab, row.visibility);
    await seed(gitlab, cast, "v1");
    gitlab.admin.protectTag(cast.project.id, "*", { createLevel: row.level });
    const { status, body } = await create(cast, { tag_name: "v1" }, cast.pat(row.role));
    expect(status).toBe(row.status);
    if (row.level === 40) {
      const message = "You are not allowed to create this tag as it is protected.";
      expect(body).toEqual({ message });
    }
  });

  test("D11 links come with it; two of the same name refuse the whole", async () => {
    const cast = await openCast(gitlab);
    await seed(gitlab, cast, "v1");
    const link = (name: string, url: string) => ({ name, url });
    const links = [link("a", "https://x.example/1"), link("a", "https://x.example/2")];
    const refused = await create(cast, { tag_name: "v1", assets: { links } });
    expect(refused.status).toBe(400);
    expect((await send(cast, cast.pat("reporter"), "/v1")).status).toBe(404);
    const good = [link("a", "https://x.example/1"), link("b", "https://x.example/2")];
    const made = await create(cast, { tag_name: "v1", assets: { links: good } });
    expect(fields(field(made.body, "assets", "links"), "name")).toEqual(["b", "a"]);
  });

  test("D12 a job may, as long as it runs", async () => {
    const cast = await openCast(gitlab);
    await seed(gitlab, cast, "v1");
    const { id, token } = await gitlab.admin.startJob({
      project: cast.project.id,
      role: "developer",
    });
    const running = { "job-token": token };
    expect((await create(cast, { tag_name: "v1" }, nobody)).status).toBe(404);
    expect((await create(cast, { tag_name: "v1" }, invalidJob)).status).toBe(401);
    expect((await create(cast, { tag_name: "v1" }, running)).status).toBe(201);
    gitlab.admin.endJob(id);
    expect((await create(cast, { tag_name: "v2", ref: "main" }, running)).status).toBe(401);
  });

  test("D13 with a ref it makes the tag, annotated where a message is given", async () => {
    const cast = await openCast(gitlab);
    const commit = await seed(gitlab, cast);
    const json = { tag_name: "v2", ref: commit, tag_message: "Second" };
    expect((await create(cast, json)).status).toBe(201);
    const tagPath = `/projects/${cast.project.id}/repository/tags/v2`;
    const { body } = await call(gitlab, tagPath, { headers: cast.pat("reporter") });
    expect(body).toMatchObject({ message: "Second", commit: { id: commit } });
    expect(field(body, "target")).not.toBe(commit);
  });

  test.each([
    { json: { tag_name: "HEAD", ref: "main" }, status: 400, message: "Tag name invalid" },
    { json: { tag_name: "", ref: "main" }, status: 400, message: "Tag name invalid" },
    { json: { tag_name: "v9" }, status: 422, message: "Ref is not specified" },
    { json: { tag_name: "v9", ref: "nothing" }, status: 400, message: "Target nothing is invalid" },
    { json: { tag_name: "v1" }, status: 409, message: "Release already exists" },
    {
      json: { tag_name: "v9", ref: "main", milestones: ["1.0", "2.0", "3.0"] },
      status: 400,
      message: "Milestone(s) not found: 2.0, 3.0",
    },
    {
      json: { tag_name: "v9", ref: "main", milestone_ids: [0, 99] },
      status: 400,
      message: "Milestone id(s) not found: 0, 99",
    },
  ])("D13-D15 D22 $json is refused with $status $message", async ({ json, status, message }) => {
    const cast = await openCast(gitlab);
    await seed(gitlab, cast, "v1");
    gitlab.admin.createMilestone(cast.project.id, "1.0");
    await create(cast, { tag_name: "v1" });
    const answer = await create(cast, json);
    expect([answer.status, answer.body]).toEqual([status, { message }]);
    expect(fields((await send(cast, cast.pat("reporter"))).body, "tag_name")).toEqual(["v1"]);
  });

  test("D15 milestones are named by title or by id", async () => {
    const cast = await openCast(gitlab);
    await seed(gitlab, cast, "v1", "v2");
    const ids = ["1.0", "2.0"].map((title) => gitlab.admin.createMilestone(cast.project.id, title));
    const titles = async (json: Readonly<Record<string, unknown>>) =>
      fields(field((await create(cast, json)).body, "milestones"), "title");
    expect(await titles({ tag_name: "v1", milestones: ["1.0", "2.0"] })).toEqual(["1.0", "2.0"]);
    expect(await titles({ tag_name: "v2", milestone_ids: [ids[1]] })).toEqual(["2.0"]);
  });
});

describe("changing and removing one", () => {
  test("D17 what is given changes, the rest stays", async () => {
    const cast = await openReleased();
    const put = (json: unknown) => send(cast, cast.pat("developer"), "/v0.1", "PUT", json);
    const { status, body } = await put({ name: "First", description: "Well" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: "First",
      description: "Well",
      released_at: "2026-01-01T00:00:00.000Z",
    });
    for (const json of [{}, { sha: "abc" }]) {
      const answer = await put(json);
      expect([answer.status, answer.body]).toEqual([
        400,
        { message: "400 Bad request - params is empty" },
      ]);
    }
  });

  test("D18 milestones are replaced, cleared by an empty list, kept where absent", async () => {
    const cast = await openReleased();
    gitlab.admin.createMilestone(cast.project.id, "1.0");
    const put = async (json: unknown) =>
      fields(
        field((await send(cast, cast.pat("developer"), "/v0.1", "PUT", json)).body, "milestones"),
        "title",
      );
    expect(await put({ milestones: ["1.0"] })).toEqual(["1.0"]);
    expect(await put({ name: "x" })).toEqual(["1.0"]);
    expect(await put({ milestones: [] })).toEqual([]);
  });

  test("D19 removing answers with the release and leaves the tag", async () => {
    const cast = await openReleased();
    const { status, body } = await send(cast, cast.pat("developer"), "/v0.1", "DELETE");
    expect([status, field(body, "tag_name")]).toEqual([200, "v0.1"]);
    expect((await send(cast, cast.pat("reporter"), "/v0.1")).status).toBe(404);
    const tag = await call(gitlab, `/projects/${cast.project.id}/repository/tags/v0.1`, {
      headers: cast.pat("reporter"),
    });
    expect(tag.status).toBe(200);
  });

  const refusals: readonly { role: RoleName; visibility: "private" | "public"; status: number }[] =
    [
      { role: "reporter", visibility: "private", status: 403 },
      { role: "none", visibility: "private", status: 404 },
      { role: "none", visibility: "public", status: 403 },
    ];
  test.each(refusals)("D17 D19 a $role of a $visibility project gets $status", async (row) => {
    const cast = await openReleased(row.visibility);
    for (const method of ["PUT", "DELETE"]) {
      const answer = await send(cast, cast.pat(row.role), "/v0.1", method, { name: "x" });
      expect(answer.status).toBe(row.status);
    }
  });

  test("D17 D19 a missing release is forbidden, and so is one whose tag is protected", async () => {
    const cast = await openReleased();
    for (const method of ["PUT", "DELETE"]) {
      const answer = await send(cast, cast.pat("developer"), "/v9", method, { name: "x" });
      expect(answer.status).toBe(403);
    }
    gitlab.admin.protectTag(cast.project.id, "v*", { createLevel: 40 });
    for (const [role, status] of [
      ["developer", 403],
      ["maintainer", 200],
    ] as const) {
      const answer = await send(cast, cast.pat(role), "/v0.1", "PUT", { name: "x" });
      expect(answer.status).toBe(status);
      // Who may edit it is shown the page for that, and nobody else.
      const { body } = await send(cast, cast.pat(role), "/v0.1");
      const { edit_url: page } = Object(field(body, "_links"));
      expect(page !== undefined).toBe(status === 200);
    }
  });
});

test("D21 the releases of a group are those whose code one may read", async () => {
  const server = await startEmbeddedGitlab();
  const cast = await openCast(server, "public");
  await seed(server, cast, "v1");
  await call(server, `/projects/${cast.project.id}/releases`, {
    method: "POST",
    headers: cast.pat("developer"),
    json: { tag_name: "v1" },
  });
  const list = await call(server, "/groups/cast/releases?simple=true");
  expect(fields(list.body, "tag_name")).toEqual(["v1"]);
  expect(fields(list.body, "assets")).toEqual([undefined]);
  expect((await call(server, "/groups/other/releases")).status).toBe(404);
  await server.close();
});

test("D16 only who asks for it publishes to the catalog", async () => {
  const cast = await openCast(gitlab);
  await seed(gitlab, cast, "1.0.0", "1.1.0", "1.2.0");
  const legacy = { legacy_catalog_publish: true };
  expect((await create(cast, { tag_name: "1.0.0", ...legacy })).status).toBe(422);
  await gitlab.admin.setProject(cast.project.id, { catalog: true });
  await create(cast, { tag_name: "1.0.0" });
  expect(gitlab.admin.catalogVersions(cast.project.id)).toEqual([]);
  await create(cast, { tag_name: "1.1.0", ...legacy });
  const publish = (version: string) =>
    call(gitlab, `/projects/${cast.project.id}/catalog/publish`, {
      method: "POST",
      headers: cast.pat("developer"),
      json: { version, metadata: { components: [] } },
    });
  const { status, body } = await publish("1.0.0");
  const url = `${gitlab.url}/explore/catalog/${cast.project.path}`;
  expect([status, body]).toEqual([201, { catalog_url: url }]);
  expect((await publish("9.9.9")).status).toBe(404);
  expect(gitlab.admin.catalogVersions(cast.project.id)).toEqual(["1.1.0", "1.0.0"]);
});

test("D12 a job token among the body's parameters is read", async () => {
  const cast = await openCast(gitlab);
  await seed(gitlab, cast, "v1");
  const { token } = await gitlab.admin.startJob({ project: cast.project.id, role: "developer" });
  expect((await create(cast, { tag_name: "v1", job_token: token }, nobody)).status).toBe(201);
});
