import { afterAll, beforeAll, expect, test } from "vitest";
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

async function openReleased(visibility: "private" | "public" = "private"): Promise<Cast> {
  const cast = await openCast(gitlab, visibility);
  await seed(gitlab, cast, "v1");
  await call(gitlab, `/projects/${cast.project.id}/releases`, {
    method: "POST",
    headers: cast.pat("developer"),
    json: { tag_name: "v1" },
  });
  return cast;
}

function send(cast: Cast, actor: Actor, rest = "", method = "GET", json?: unknown, tag = "v1") {
  const path = `/projects/${cast.project.id}/releases/${tag}/assets/links${rest}`;
  return call(gitlab, path, { method, headers: actor, ...(json === undefined ? {} : { json }) });
}

const link = { name: "awesome-app.dmg", url: "https://example.com/awesome-app.dmg" };

async function add(cast: Cast, json: unknown = link): Promise<string> {
  return String(field((await send(cast, cast.pat("developer"), "", "POST", json)).body, "id"));
}

test("E1 links come newest first, for a job, too", async () => {
  const cast = await openReleased();
  await add(cast);
  await add(cast, { name: "b", url: "https://example.com/b" });
  for (const actor of [cast.pat("reporter"), await cast.job("developer")]) {
    expect(fields((await send(cast, actor)).body, "name")).toEqual(["b", "awesome-app.dmg"]);
  }
});

test("E1 E2 E5 E6 a release or link that is missing is a record not found", async () => {
  const cast = await openReleased();
  const missing = [404, { message: "404 Not found" }];
  const list = await send(cast, cast.pat("developer"), "", "GET", undefined, "v9");
  expect([list.status, list.body]).toEqual(missing);
  for (const method of ["GET", "PUT", "DELETE"]) {
    const one = await send(cast, cast.pat("developer"), "/999", method, link);
    expect([one.status, one.body]).toEqual(missing);
  }
});

test.each([
  { visibility: "private", role: "none", read: 404, write: 404 },
  { visibility: "public", role: "none", read: 200, write: 403 },
  { visibility: "private", role: "reporter", read: 200, write: 403 },
] as const)("E1-E6 $role of a $visibility project reads $read, writes $write", async (row) => {
  const cast = await openReleased(row.visibility);
  const id = await add(cast);
  const actor = cast.pat(row.role);
  expect((await send(cast, actor)).status).toBe(row.read);
  expect((await send(cast, actor, `/${id}`)).status).toBe(row.read);
  expect(
    (await send(cast, actor, "", "POST", { name: "c", url: "https://c.example" })).status,
  ).toBe(row.write);
  expect((await send(cast, actor, `/${id}`, "PUT", { name: "c" })).status).toBe(row.write);
  expect((await send(cast, actor, `/${id}`, "DELETE")).status).toBe(row.write);
});

test("E1 releases that are private are forbidden to who is no member", async () => {
  const cast = await openReleased("public");
  await gitlab.admin.setProject(cast.project.id, { releasesAccess: "private" });
  expect((await send(cast, cast.pat("none"))).status).toBe(403);
  expect((await send(cast, cast.pat("reporter"))).status).toBe(200);
});

test("E3 E4 a link with a path has an address of its own, under both names of the path", async () => {
  const cast = await openReleased();
  const base = `${gitlab.url}/${cast.project.path}/-/releases/v1/downloads`;
  for (const [index, key] of ["filepath", "direct_asset_path"].entries()) {
    const json = { name: key, url: `https://example.com/${index}`, [key]: `/bin/app${index}.dmg` };
    const { status, body } = await send(cast, cast.pat("developer"), "", "POST", json);
    expect([status, field(body, "direct_asset_url")]).toEqual([201, `${base}/bin/app${index}.dmg`]);
  }
  const plain = await send(cast, cast.pat("developer"), `/${await add(cast)}`);
  expect(field(plain.body, "direct_asset_url")).toBe(link.url);
});

test("E4 a job adds a link; a protected tag lets only who may create it", async () => {
  const cast = await openReleased();
  expect((await send(cast, await cast.job("developer"), "", "POST", link)).status).toBe(201);
  gitlab.admin.protectTag(cast.project.id, "v*", { createLevel: 40 });
  const other = { name: "other", url: "https://example.com/other" };
  expect((await send(cast, cast.pat("developer"), "", "POST", other)).status).toBe(403);
  expect((await send(cast, cast.pat("maintainer"), "", "POST", other)).status).toBe(201);
});

test.each([
  { title: "the same link again", json: link, field: "url", text: "has already been taken" },
  {
    title: "a name that is taken",
    json: { name: link.name, url: "https://example.com/2" },
    field: "name",
    text: "has already been taken",
  },
  { title: "no url at all", json: { name: "a", url: "" }, field: "url", text: "can't be blank" },
  {
    title: "an empty name",
    json: { name: "", url: "https://a.example" },
    field: "name",
    text: "can't be blank",
  },
  {
    title: "a path that is too long",
    json: { name: "a", url: "https://a.example", filepath: `/${"a".repeat(130)}` },
    field: "filepath",
    text: "is too long (maximum is 128 characters)",
  },
  {
    title: "a path without a slash",
    json: { name: "a", url: "https://a.example", filepath: "bin/a" },
    field: "filepath",
    text: "is in an invalid format",
  },
  {
    title: "a path with two slashes",
    json: { name: "a", url: "https://a.example", filepath: "/bin//a" },
    field: "filepath",
    text: "is in an invalid format",
  },
])("E4 E7 $title is refused", async ({ json, field: name, text }) => {
  const cast = await openReleased();
  await add(cast);
  const { status, body } = await send(cast, cast.pat("developer"), "", "POST", json);
  expect(status).toBe(400);
  expect(field(body, "message", name)).toContain(text);
  expect(await send(cast, cast.pat("developer"))).toMatchObject({ body: [{ name: link.name }] });
});

test.each([
  { url: "hoge", status: 400 },
  { url: "torrent://example.com/a", status: 400 },
  { url: "http://example.com/a", status: 201 },
  { url: "https://example.com/a", status: 201 },
  { url: "ftp://example.com/a", status: 201 },
])("E7 the address $url gets $status", async ({ url, status }) => {
  const cast = await openReleased();
  const answer = await send(cast, cast.pat("developer"), "", "POST", { name: "a", url });
  expect(answer.status).toBe(status);
});

test("E5 a change is answered with the link; a path changes its address; nothing to change is refused", async () => {
  const cast = await openReleased();
  const id = await add(cast);
  const put = (json: unknown) => send(cast, cast.pat("developer"), `/${id}`, "PUT", json);
  expect((await put({ name: "new" })).body).toMatchObject({ name: "new", url: link.url });
  const moved = await put({ url: "https://example.com/new", filepath: "/bin/new" });
  expect(field(moved.body, "direct_asset_url")).toContain("/-/releases/v1/downloads/bin/new");
  expect((await put({ link_type: "package" })).status).toBe(400);
  expect((await put({ name: "new", link_type: "package" })).body).toMatchObject({
    link_type: "package",
  });
});

test("E6 a removed link is answered with the link", async () => {
  const cast = await openReleased();
  const id = await add(cast);
  const { status, body } = await send(cast, cast.pat("developer"), `/${id}`, "DELETE");
  expect([status, field(body, "name")]).toEqual([200, link.name]);
  expect((await send(cast, cast.pat("developer"))).body).toEqual([]);
});
