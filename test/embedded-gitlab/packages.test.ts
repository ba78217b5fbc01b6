import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import type { EmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { call, field, fields } from "./call.ts";
import { nobody, openCast } from "./cast.ts";
import type { Actor, Cast } from "./cast.ts";

let gitlab: EmbeddedGitlab;
beforeAll(async () => {
  gitlab = await startEmbeddedGitlab();
});
afterAll(() => gitlab.close());

/** Uploads and returns the record of the file. */
async function upload(cast: Cast, name: string, actor = cast.pat("developer")): Promise<unknown> {
  const path = `/projects/${cast.project.id}/packages/generic/${name}?select=package_file`;
  return (await call(gitlab, path, { method: "PUT", bytes: name, headers: actor })).body;
}

function send(cast: Cast, actor: Actor, rest: string, method = "GET") {
  return call(gitlab, `/projects/${cast.project.id}/packages${rest}`, { method, headers: actor });
}

test.each([
  { visibility: "public", role: undefined, files: 200, list: 200 },
  { visibility: "public", role: "none", files: 200, list: 200 },
  { visibility: "private", role: undefined, files: 404, list: 404 },
  { visibility: "private", role: "none", files: 404, list: 404 },
  { visibility: "private", role: "guest", files: 200, list: 403 },
  { visibility: "private", role: "reporter", files: 200, list: 200 },
] as const)(
  "C1 C5 $role of a $visibility project gets files $files, packages $list",
  async ({ visibility, role, files, list }) => {
    const cast = await openCast(gitlab, visibility);
    const id = field(await upload(cast, "one/1.0/a.txt"), "package_id");
    const actor = role === undefined ? nobody : cast.pat(role);
    expect((await send(cast, actor, `/${String(id)}/package_files`)).status).toBe(files);
    expect((await send(cast, actor, "")).status).toBe(list);
  },
);

test("C1 C5 a job whose user is no member gets 403 for files and 404 for packages", async () => {
  const cast = await openCast(gitlab);
  const id = field(await upload(cast, "one/1.0/a.txt"), "package_id");
  const job = await cast.job("none");
  expect((await send(cast, job, `/${String(id)}/package_files`)).status).toBe(403);
  expect((await send(cast, job, "")).status).toBe(404);
  expect((await send(cast, cast.pat("developer"), "/999999/package_files")).status).toBe(404);
});

test("C2 files come in pages and in the order asked for", async () => {
  const cast = await openCast(gitlab);
  for (const name of ["b", "c", "a"]) await upload(cast, `one/1.0/${name}.txt`);
  const [id] = fields((await send(cast, cast.pat("developer"), "")).body, "id");
  const list = async (query: string) => {
    const answer = await send(cast, cast.pat("developer"), `/${String(id)}/package_files${query}`);
    return fields(answer.body, "file_name");
  };
  expect(await list("")).toEqual(["b.txt", "c.txt", "a.txt"]);
  expect(await list("?sort=desc")).toEqual(["a.txt", "c.txt", "b.txt"]);
  expect(await list("?order_by=file_name")).toEqual(["a.txt", "b.txt", "c.txt"]);
  expect(await list("?order_by=file_name&sort=desc&per_page=1&page=2")).toEqual(["b.txt"]);
});

test.each([
  { visibility: "public", who: "nobody", status: 403 },
  { visibility: "private", who: "nobody", status: 404 },
  { visibility: "private", who: "developer", status: 403 },
  { visibility: "private", who: "developer's job", status: 403 },
  { visibility: "private", who: "maintainer", status: 204 },
  { visibility: "private", who: "maintainer's job", status: 204 },
] as const)("C3 deleting a file as $who of a $visibility project: $status", async (row) => {
  const cast = await openCast(gitlab, row.visibility);
  const made = await upload(cast, "one/1.0/a.txt");
  const actors = {
    nobody: () => nobody,
    developer: () => cast.pat("developer"),
    "developer's job": () => cast.job("developer"),
    maintainer: () => cast.pat("maintainer"),
    "maintainer's job": () => cast.job("maintainer"),
  };
  const base = `/${String(field(made, "package_id"))}/package_files`;
  const path = `${base}/${String(field(made, "id"))}`;
  const { status } = await send(cast, await actors[row.who](), path, "DELETE");
  expect(status).toBe(row.status);
  const left = fields((await send(cast, cast.pat("maintainer"), base)).body, "file_name");
  expect(left).toEqual(status === 204 ? [] : ["a.txt"]);
  const unknown = await send(cast, cast.pat("maintainer"), `${base}/999999`, "DELETE");
  expect(unknown.status).toBe(404);
});

test.each([
  { role: "maintainer", status: 403 },
  { role: "owner", status: 204 },
] as const)("C4 deletion from owner on: a $role gets $status", async ({ role, status }) => {
  const cast = await openCast(gitlab);
  const made = await upload(cast, "one/1.0/a.txt");
  await call(gitlab, `/projects/${cast.project.id}/packages/protection/rules`, {
    method: "POST",
    headers: cast.pat("maintainer"),
    json: {
      package_name_pattern: "one",
      package_type: "generic",
      minimum_access_level_for_delete: "owner",
    },
  });
  const file = `/${String(field(made, "package_id"))}/package_files/${String(field(made, "id"))}`;
  const answer = await send(cast, cast.pat(role), file, "DELETE");
  expect(answer.status).toBe(status);
  if (status === 403) {
    expect(answer.body).toEqual({ message: "403 Forbidden - Package is deletion protected." });
  }
  const whole = `/${String(field(made, "package_id"))}`;
  expect((await send(cast, cast.pat(role), whole, "DELETE")).status).toBe(status);
});

test("C6 packages are filtered, ordered and paged", async () => {
  const cast = await openCast(gitlab);
  for (const name of ["zeta/1.0", "alpha/2.0", "alphabet/1.0"]) await upload(cast, `${name}/a.txt`);
  const list = async (query: string) => {
    const { body } = await send(cast, cast.pat("reporter"), query);
    return fields(body, "name");
  };
  expect(await list("")).toEqual(["zeta", "alpha", "alphabet"]);
  expect(await list("?sort=desc")).toEqual(["alphabet", "alpha", "zeta"]);
  expect(await list("?order_by=name")).toEqual(["alpha", "alphabet", "zeta"]);
  expect(await list("?order_by=version&sort=desc")).toEqual(["alpha", "alphabet", "zeta"]);
  expect(await list("?package_name=alpha")).toEqual(["alpha", "alphabet"]);
  expect(await list("?package_version=1.0&include_versionless=true")).toEqual(["zeta", "alphabet"]);
  expect(await list("?package_type=npm")).toEqual([]);
  expect(await list("?per_page=1&page=3")).toEqual(["alphabet"]);
  expect((await send(cast, cast.pat("reporter"), "?status=wrong")).status).toBe(400);
});

test("C7 only who may delete is told where", async () => {
  const cast = await openCast(gitlab);
  await upload(cast, "one/1.0/a.txt");
  const linkOf = async (role: "maintainer" | "developer") =>
    fields((await send(cast, cast.pat(role), "")).body, "_links", "delete_api_path");
  expect(await linkOf("maintainer")).toEqual([expect.stringContaining("/api/v4/projects/")]);
  expect(await linkOf("developer")).toEqual([undefined]);
});

test("C8 one package is shown with its pipeline; another project's, a missing and a broken one are not", async () => {
  const cast = await openCast(gitlab);
  const other = await openCast(gitlab);
  const id = String(
    field(await upload(cast, "one/1.0/a.txt", await cast.job("developer")), "package_id"),
  );
  const answer = await send(cast, cast.pat("reporter"), `/${id}`);
  expect(answer.body).toMatchObject({ name: "one", pipeline: { ref: "main" } });
  expect((await send(other, other.pat("maintainer"), `/${id}`)).status).toBe(404);
  expect((await send(cast, cast.pat("reporter"), "/999999")).status).toBe(404);
  gitlab.admin.setPackageStatus(cast.project.id, Number(id), "error");
  expect((await send(cast, cast.pat("reporter"), `/${id}`)).status).toBe(404);
});

test("C9 B6 the pipelines of a package come newest first, each once; a package without any has none", async () => {
  const cast = await openCast(gitlab);
  const jobs = [
    await cast.job("developer"),
    await cast.job("developer"),
    await cast.job("developer"),
  ];
  let id = "";
  for (const job of jobs) {
    for (const name of ["a.txt", "b.txt", "c.txt"]) {
      id = String(field(await upload(cast, `one/1.0/${name}`, job), "package_id"));
    }
  }
  const { body } = await send(cast, cast.pat("reporter"), `/${id}/pipelines`);
  const ids = fields(body, "id").map(Number);
  expect(ids).toHaveLength(3);
  expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  const plain = String(field(await upload(cast, "two/1.0/a.txt"), "package_id"));
  expect((await send(cast, cast.pat("reporter"), `/${plain}/pipelines`)).body).toEqual([]);
  expect((await send(cast, cast.pat("reporter"), "/999999/pipelines")).status).toBe(404);
});

test("H12 a project whose registry is switched off refuses its packages to everyone, with 403", async () => {
  const cast = await openCast(gitlab);
  await upload(cast, "one/1.0/a.txt");
  await gitlab.admin.setProject(cast.project.id, { registryAccess: "disabled" });
  const path = `/projects/${cast.project.id}/packages/generic/one/1.0/b.txt`;
  const headers = cast.pat("maintainer");
  const answer = await call(gitlab, path, { method: "PUT", bytes: "b", headers });
  expect([answer.status, answer.body]).toEqual([403, { message: "403 Forbidden" }]);
  expect((await send(cast, headers, "")).status).toBe(403);
});
