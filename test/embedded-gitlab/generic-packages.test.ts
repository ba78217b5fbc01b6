import { createHash } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import type { EmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { call, field, fields } from "./call.ts";
import type { CallAnswer } from "./call.ts";
import { invalidBasic, invalidDeploy, invalidJob, invalidPat, nobody, openCast } from "./cast.ts";
import type { Actor, Cast } from "./cast.ts";

let gitlab: EmbeddedGitlab;
beforeAll(async () => {
  gitlab = await startEmbeddedGitlab();
});
afterAll(() => gitlab.close());

const file = "my-package/0.0.1/myfile.tar.gz";
const content = "the bytes of the file";

interface Sent {
  readonly name?: string;
  readonly query?: string;
  readonly body?: string;
}

function put(cast: Cast, actor: Actor, sent: Sent = {}): Promise<CallAnswer> {
  const { name = file, query = "", body = content } = sent;
  const path = `/projects/${cast.project.id}/packages/generic/${name}${query}`;
  return call(gitlab, path, { method: "PUT", bytes: body, headers: actor });
}

function authorize(cast: Cast, actor: Actor, name = file): Promise<CallAnswer> {
  const path = `/projects/${cast.project.id}/packages/generic/${name}/authorize`;
  return call(gitlab, path, { method: "PUT", headers: actor });
}

function get(cast: Cast, actor: Actor, name = file): Promise<CallAnswer> {
  return call(gitlab, `/projects/${cast.project.id}/packages/generic/${name}`, { headers: actor });
}

async function listPackages(cast: Cast): Promise<unknown[]> {
  const path = `/projects/${cast.project.id}/packages?per_page=100`;
  const { body } = await call(gitlab, path, { headers: cast.pat("maintainer") });
  return Array.isArray(body) ? body : [];
}

async function countFiles(cast: Cast): Promise<number> {
  const ids = fields(await listPackages(cast), "id");
  const lists = await Promise.all(ids.map((id) => listFiles(cast, String(id))));
  return lists.flat().length;
}

async function listFiles(cast: Cast, id: string): Promise<unknown[]> {
  const path = `/projects/${cast.project.id}/packages/${id}/package_files`;
  const { body } = await call(gitlab, path, { headers: cast.pat("maintainer") });
  return Array.isArray(body) ? body : [];
}

/** A job of another project, whose user is a developer here, with these permissions on the allowlist. */
async function foreignJob(cast: Cast, permissions: readonly string[] | undefined): Promise<Actor> {
  const source = await openCast(gitlab);
  const { id: userId } = gitlab.admin.createUser({ username: `foreign-${source.project.id}` });
  gitlab.admin.setMember(cast.project.id, userId, "developer");
  gitlab.admin.setMember(source.project.id, userId, "developer");
  await gitlab.admin.setProject(cast.project.id, {
    allowlist: [{ projectId: source.project.id, permissions }],
  });
  const { token } = await gitlab.admin.startJob({ project: source.project.id, userId });
  return { "job-token": token };
}

describe.each([
  { label: "A2 authorize", send: authorize, good: 200 },
  { label: "A6 upload", send: put, good: 201 },
])("$label", ({ send, good }) => {
  const matrix: readonly {
    who: string;
    visibility: "private" | "public";
    actor: (cast: Cast) => Actor | Promise<Actor>;
    status: number | "good";
  }[] = [
    {
      who: "developer's token",
      visibility: "private",
      actor: (c) => c.pat("developer"),
      status: "good",
    },
    {
      who: "developer's Basic",
      visibility: "private",
      actor: (c) => c.basicPat("developer"),
      status: "good",
    },
    {
      who: "developer's job",
      visibility: "private",
      actor: (c) => c.job("developer"),
      status: "good",
    },
    {
      who: "developer's token",
      visibility: "public",
      actor: (c) => c.pat("developer"),
      status: "good",
    },
    { who: "guest", visibility: "private", actor: (c) => c.pat("guest"), status: 403 },
    { who: "guest", visibility: "public", actor: (c) => c.pat("guest"), status: 403 },
    { who: "reporter's job", visibility: "private", actor: (c) => c.job("reporter"), status: 403 },
    { who: "invalid token", visibility: "private", actor: () => invalidPat, status: 401 },
    { who: "invalid Basic", visibility: "public", actor: () => invalidBasic, status: 401 },
    { who: "invalid job token", visibility: "private", actor: () => invalidJob, status: 401 },
    { who: "non-member", visibility: "public", actor: (c) => c.pat("none"), status: 403 },
    { who: "non-member", visibility: "private", actor: (c) => c.pat("none"), status: 404 },
    { who: "non-member's job", visibility: "public", actor: (c) => c.job("none"), status: 403 },
    { who: "non-member's job", visibility: "private", actor: (c) => c.job("none"), status: 404 },
    { who: "nobody", visibility: "private", actor: () => nobody, status: 401 },
    { who: "nobody", visibility: "public", actor: () => nobody, status: 401 },
    {
      who: "deploy token that reads and writes",
      visibility: "private",
      actor: (c) => c.deploy("read_package_registry", "write_package_registry"),
      status: "good",
    },
    {
      who: "deploy token that writes",
      visibility: "private",
      actor: (c) => c.deploy("write_package_registry"),
      status: "good",
    },
    {
      who: "deploy token that reads",
      visibility: "private",
      actor: (c) => c.deploy("read_package_registry"),
      status: 403,
    },
    { who: "invalid deploy token", visibility: "private", actor: () => invalidDeploy, status: 401 },
  ];
  test.each(matrix)("$who on a $visibility project gets $status", async (row) => {
    const cast = await openCast(gitlab, row.visibility);
    const { status } = await send(cast, await row.actor(cast));
    expect(status).toBe(row.status === "good" ? good : row.status);
  });
});

test("A1 a job of another project needs the permission that its allowlist entry grants", async () => {
  const cast = await openCast(gitlab);
  const lacking = await authorize(cast, await foreignJob(cast, ["read_packages"]));
  expect(lacking.status).toBe(403);
  expect(lacking.body).toEqual({
    message: `403 Forbidden - Insufficient permissions to access this resource in project ${cast.project.path}. The following token permission is required: admin_packages.`,
  });
  expect((await authorize(cast, await foreignJob(cast, ["admin_packages"]))).status).toBe(200);
  expect((await authorize(cast, await foreignJob(cast, undefined))).status).toBe(200);
});

test.each([
  { name: "my-package/..//0.0.1/myfile.tar.gz" },
  { name: "my-package%2f%2e%2e%2f/0.0.1/myfile.tar.gz" },
  { name: "my-package/0.0.1/../.ssh%2fauthorized_keys" },
  { name: "my-package/0.0.1/%2e%2e%2f.ssh%2fauthorized_keys" },
])("A4 A23 A31 $name is refused for its traversal", async ({ name }) => {
  const cast = await openCast(gitlab);
  const actor = cast.pat("developer");
  expect((await authorize(cast, actor, name)).status).toBe(400);
  expect((await put(cast, actor, { name })).status).toBe(400);
  expect((await get(cast, actor, name)).status).toBe(400);
  expect(await listPackages(cast)).toEqual([]);
});

test.each([
  { pattern: "my-package", minimum: "maintainer", role: "developer", status: 403 },
  { pattern: "my-*", minimum: "maintainer", role: "developer", status: 403 },
  { pattern: "my-package", minimum: "maintainer", role: "maintainer", status: 201 },
  { pattern: "my-package", minimum: "owner", role: "maintainer", status: 403 },
  { pattern: "my-package", minimum: "owner", role: "owner", status: 201 },
  { pattern: "other", minimum: "owner", role: "developer", status: 201 },
] as const)(
  "A5 A24 a rule for $pattern from $minimum on gives a $role $status",
  async ({ pattern, minimum, role, status }) => {
    const cast = await openCast(gitlab);
    await protect(cast, pattern, minimum);
    const answer = await put(cast, cast.pat(role));
    expect(answer.status).toBe(status);
    if (status === 403) {
      expect(answer.body).toEqual({ message: "403 Forbidden - Package protected." });
    }
    expect((await authorize(cast, cast.pat(role))).status).toBe(status === 201 ? 200 : 403);
  },
);

test("A5 a deploy token is below every minimum role", async () => {
  const cast = await openCast(gitlab);
  await protect(cast, "my-package", "maintainer");
  const answer = await put(cast, cast.deploy("write_package_registry"));
  expect(answer.body).toEqual({ message: "403 Forbidden - Package protected." });
});

test("A8 an upload makes one package and one file; only a job links it to its pipeline", async () => {
  const cast = await openCast(gitlab);
  const answer = await put(cast, cast.pat("developer"));
  expect([answer.status, answer.body]).toEqual([201, { message: "201 Created" }]);
  const [made] = await listPackages(cast);
  expect(made).toMatchObject({ name: "my-package", version: "0.0.1", status: "default" });
  expect(field(made, "pipelines")).toEqual([]);
  expect(await countFiles(cast)).toBe(1);
  await put(cast, await cast.job("developer"), { name: "my-package/0.0.2/myfile.tar.gz" });
  const pipelines = fields(await listPackages(cast), "pipelines");
  expect(pipelines.map((list) => fields(list, "status"))).toEqual([[], ["running"]]);
});

test("A9 B1 select=package_file answers with the record and its digests", async () => {
  const cast = await openCast(gitlab);
  const { status, body } = await put(cast, cast.pat("developer"), {
    query: "?select=package_file",
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    file_name: "myfile.tar.gz",
    size: content.length,
    file_md5: createHash("md5").update(content).digest("hex"),
    file_sha1: createHash("sha1").update(content).digest("hex"),
    file_sha256: createHash("sha256").update(content).digest("hex"),
  });
  const wrong = await put(cast, cast.pat("developer"), { query: "?select=something" });
  expect([wrong.status, wrong.body]).toEqual([
    400,
    { error: "select does not have a valid value" },
  ]);
});

test("A10 B2 status=hidden hides a package, also one that exists; another status is refused", async () => {
  const cast = await openCast(gitlab);
  const actor = cast.pat("developer");
  await put(cast, actor);
  expect((await put(cast, actor, { query: "?status=hidden" })).status).toBe(201);
  expect(await listPackages(cast)).toEqual([]);
  const path = `/projects/${cast.project.id}/packages?status=hidden`;
  expect(fields((await call(gitlab, path, { headers: actor })).body, "name")).toEqual([
    "my-package",
  ]);
  const wrong = await put(cast, actor, { query: "?status=processing" });
  expect([wrong.status, wrong.body]).toEqual([
    400,
    { error: "status does not have a valid value" },
  ]);
});

test.each([
  { version: "1.3.350-20201230123456" },
  { version: "1.2.3" },
  { version: "1.2.3g" },
  { version: "1.2" },
  { version: "1.2.bananas" },
  { version: "v1.2.4-build" },
  { version: "d50d836eb3de6177ce6c7a5482f27f9c2c84b672" },
])("A11 $version is a version", async ({ version }) => {
  const cast = await openCast(gitlab);
  const name = `my-package/${version}/myfile.tar.gz`;
  expect((await put(cast, cast.pat("developer"), { name })).status).toBe(201);
});

test.each([{ version: "..1.2.3" }, { version: "1.2.3-4/../../" }, { version: "%2e%2e%2f1.2.3" }])(
  "A11b $version is none, and nothing is made",
  async ({ version }) => {
    const cast = await openCast(gitlab);
    const name = `my-package/${version}/myfile.tar.gz`;
    expect((await put(cast, cast.pat("developer"), { name })).status).toBe(400);
    expect(await listPackages(cast)).toEqual([]);
  },
);

test("A12 A33 a path becomes part of the file's name, encoded, and is found by plain slashes", async () => {
  const cast = await openCast(gitlab);
  const name = "my-package/1.0/path/to/myfile.tar.gz";
  expect((await put(cast, cast.pat("developer"), { name })).status).toBe(201);
  const [id] = fields(await listPackages(cast), "id");
  expect(fields(await listFiles(cast, String(id)), "file_name")).toEqual([
    "path%2Fto%2Fmyfile.tar.gz",
  ]);
  const answer = await get(cast, cast.pat("developer"), name);
  expect([answer.status, answer.text]).toEqual([200, content]);
});

test.each([
  { name: "my+file.tar.gz", status: 201 },
  { name: "my~file.tar.gz", status: 201 },
  { name: "myfile@1.1.tar.gz", status: 201 },
  { name: "@myfile.tar.gz", status: 400 },
  { name: "myfile.tar.gz@", status: 400 },
  { name: "~myfile.tar.gz", status: 400 },
  { name: "myfile.tar.gz~", status: 400 },
  { name: "my%20file.tar.gz", status: 400 },
  { name: "m%C3%BCfile.tar.gz", status: 400 },
])("A13 A33 the file name $name gets $status", async ({ name, status }) => {
  const cast = await openCast(gitlab);
  const path = `my-package/1.0/${name}`;
  expect((await put(cast, cast.pat("developer"), { name: path })).status).toBe(status);
  if (status === 201) expect((await get(cast, cast.pat("guest"), path)).text).toBe(content);
});

test("A14 B3 the same file again makes a second one, and the newest is served", async () => {
  const cast = await openCast(gitlab);
  const actor = cast.pat("developer");
  await put(cast, actor);
  expect((await put(cast, actor, { body: "newer" })).status).toBe(201);
  expect([(await listPackages(cast)).length, await countFiles(cast)]).toEqual([1, 2]);
  expect((await get(cast, actor)).text).toBe("newer");
});

test.each([
  { row: "A15", allowed: false, regex: "", status: 400 },
  { row: "A15", allowed: false, regex: "my-.*", status: 201 },
  { row: "A15", allowed: false, regex: "0\\.0\\..*", status: 201 },
  { row: "A15", allowed: false, regex: "other", status: 400 },
  { row: "A16", allowed: true, regex: "", status: 201 },
  { row: "A16", allowed: true, regex: "my-.*", status: 400 },
  { row: "A16", allowed: true, regex: "0\\.0\\..*", status: 400 },
  { row: "A16", allowed: true, regex: "other", status: 201 },
  { row: "B5", allowed: false, regex: ".*", status: 201 },
])("$row duplicates $allowed with exception '$regex' give $status", async (row) => {
  const cast = await openCast(gitlab);
  const actor = cast.pat("developer");
  gitlab.admin.setNamespace(cast.project.id, {
    genericDuplicatesAllowed: row.allowed,
    genericDuplicateExceptionRegex: row.regex,
  });
  await put(cast, actor);
  const { status, body } = await put(cast, actor);
  const other = await put(cast, actor, { name: "my-package/0.0.1/other.txt" });
  gitlab.admin.setNamespace(cast.project.id, {
    genericDuplicatesAllowed: true,
    genericDuplicateExceptionRegex: "",
  });
  expect(status).toBe(row.status);
  if (status === 400) {
    expect(body).toEqual({ message: "400 Bad request - Duplicate package is not allowed" });
  }
  expect(other.status).toBe(201);
  expect(await countFiles(cast)).toBe(status === 201 ? 3 : 2);
});

test("A17 a package that is being removed is not used again", async () => {
  const cast = await openCast(gitlab);
  await put(cast, cast.pat("developer"));
  const [id] = fields(await listPackages(cast), "id");
  gitlab.admin.setPackageStatus(cast.project.id, Number(id), "pending_destruction");
  expect((await put(cast, cast.pat("developer"))).status).toBe(201);
  expect(fields(await listPackages(cast), "id")).not.toContain(id);
});

test("A18 an upload without a file is refused", async () => {
  const cast = await openCast(gitlab);
  const { status } = await put(cast, cast.pat("developer"), { body: "" });
  expect(status).toBe(400);
});

test("A21 a file over the limit is refused, and nothing is kept", async () => {
  const cast = await openCast(gitlab);
  gitlab.admin.setInstance({ genericFileLimitBytes: 10 });
  const tooLarge = await put(cast, cast.pat("developer"), { body: "0123456789A" });
  const fitting = await put(cast, cast.pat("developer"), { body: "0123456789" });
  gitlab.admin.setInstance({ genericFileLimitBytes: 5 * 1024 ** 3 });
  expect(tooLarge.status).toBe(400);
  expect(tooLarge.body).toEqual({ message: "400 Bad request - File is too large" });
  expect([fitting.status, await countFiles(cast)]).toEqual([201, 1]);
});

test("A25 a job of another project downloads with read_packages", async () => {
  const cast = await openCast(gitlab);
  await put(cast, cast.pat("developer"));
  expect((await get(cast, await foreignJob(cast, ["read_packages"]))).status).toBe(200);
  expect((await get(cast, await foreignJob(cast, ["read_releases"]))).status).toBe(403);
});

const downloads: readonly {
  who: string;
  visibility: "private" | "public";
  actor: (cast: Cast) => Actor | Promise<Actor>;
  status: number;
}[] = [
  { who: "nobody", visibility: "public", actor: () => nobody, status: 200 },
  { who: "non-member", visibility: "public", actor: (c) => c.pat("none"), status: 200 },
  { who: "invalid Basic", visibility: "public", actor: () => invalidBasic, status: 200 },
  { who: "invalid token", visibility: "public", actor: () => invalidPat, status: 401 },
  { who: "invalid job token", visibility: "public", actor: () => invalidJob, status: 401 },
  { who: "guest", visibility: "private", actor: (c) => c.pat("guest"), status: 200 },
  {
    who: "developer's Basic",
    visibility: "private",
    actor: (c) => c.basicPat("developer"),
    status: 200,
  },
  {
    who: "job by Basic",
    visibility: "private",
    actor: (c) => c.basicJob("developer"),
    status: 200,
  },
  { who: "non-member", visibility: "private", actor: (c) => c.pat("none"), status: 404 },
  { who: "nobody", visibility: "private", actor: () => nobody, status: 401 },
  { who: "invalid token", visibility: "private", actor: () => invalidPat, status: 401 },
  { who: "non-member's job", visibility: "private", actor: (c) => c.job("none"), status: 404 },
  {
    who: "deploy token that reads",
    visibility: "private",
    actor: (c) => c.deploy("read_package_registry"),
    status: 200,
  },
  {
    who: "deploy token that writes",
    visibility: "private",
    actor: (c) => c.deploy("write_package_registry"),
    status: 200,
  },
  { who: "invalid deploy token", visibility: "private", actor: () => invalidDeploy, status: 401 },
];
test.each(downloads)("A26 A27 $who downloads from a $visibility project: $status", async (row) => {
  const cast = await openCast(gitlab, row.visibility);
  await put(cast, cast.pat("developer"));
  expect((await get(cast, await row.actor(cast))).status).toBe(row.status);
});

test("A28 a download is dated", async () => {
  const cast = await openCast(gitlab);
  await put(cast, cast.pat("developer"));
  expect(fields(await listPackages(cast), "last_downloaded_at")).toEqual([null]);
  await get(cast, cast.pat("developer"));
  expect(fields(await listPackages(cast), "last_downloaded_at")).toEqual([expect.any(String)]);
});

test("A25 A29 a registry for everyone serves nobody from a private project", async () => {
  const cast = await openCast(gitlab);
  await put(cast, cast.pat("developer"));
  await gitlab.admin.setProject(cast.project.id, { registryAccess: "public" });
  expect((await get(cast, nobody)).status).toBe(200);
});

test.each([
  { status: "default", answer: 200 },
  { status: "hidden", answer: 200 },
  { status: "error", answer: 404 },
] as const)("A30 a package with the status $status gives $answer", async ({ status, answer }) => {
  const cast = await openCast(gitlab);
  await put(cast, cast.pat("developer"));
  const [id] = fields(await listPackages(cast), "id");
  gitlab.admin.setPackageStatus(cast.project.id, Number(id), status);
  expect((await get(cast, cast.pat("developer"))).status).toBe(answer);
});

test("A32 an unknown package or file is not found", async () => {
  const cast = await openCast(gitlab);
  const actor = cast.pat("developer");
  await put(cast, actor);
  expect((await get(cast, actor, "my-package/0.0.1/other.tar.gz")).status).toBe(404);
  expect((await get(cast, actor, "other/0.0.1/myfile.tar.gz")).status).toBe(404);
});

test("A35 a download carries its name, its digest, and HEAD says the same without the bytes", async () => {
  const cast = await openCast(gitlab);
  await put(cast, cast.pat("developer"));
  const answer = await get(cast, cast.pat("developer"));
  expect(answer.headers).toMatchObject({
    "content-disposition": `attachment; filename="myfile.tar.gz"; filename*=UTF-8''myfile.tar.gz`,
    "content-length": String(content.length),
    "content-transfer-encoding": "binary",
    "x-checksum-sha256": createHash("sha256").update(content).digest("hex"),
  });
  const path = `/projects/${cast.project.id}/packages/generic/${file}`;
  const head = await call(gitlab, path, { method: "HEAD", headers: cast.pat("developer") });
  expect([head.status, head.text]).toEqual([200, ""]);
  expect(head.headers["content-length"]).toBe(String(content.length));
});

test("packages switched off on the instance are not found", async () => {
  const cast = await openCast(gitlab);
  gitlab.admin.setInstance({ packagesEnabled: false });
  const answer = await put(cast, cast.pat("developer"));
  gitlab.admin.setInstance({ packagesEnabled: true });
  expect([answer.status, answer.body]).toEqual([404, { message: "404 Not Found" }]);
});

async function protect(cast: Cast, pattern: string, minimum: string): Promise<void> {
  const path = `/projects/${cast.project.id}/packages/protection/rules`;
  const rule = {
    package_name_pattern: pattern,
    package_type: "generic",
    minimum_access_level_for_push: minimum,
  };
  const { status } = await call(gitlab, path, {
    method: "POST",
    json: rule,
    headers: cast.pat("maintainer"),
  });
  expect(status).toBe(201);
}

test("A34 with an object storage a download is sent to a signed address, which carries no checksum", async () => {
  const cast = await openCast(gitlab);
  await put(cast, cast.pat("developer"));
  gitlab.admin.setInstance({ objectStorageOrigin: gitlab.url });
  const { status, headers } = await get(cast, cast.pat("developer"));
  gitlab.admin.setInstance({ objectStorageOrigin: undefined });
  const location = String(headers.location);
  expect([status, location.includes("response-content-disposition=attachment")]).toEqual([
    302,
    true,
  ]);
  expect(headers["x-checksum-sha256"]).toBeUndefined();
  const stored = await fetch(location);
  expect([stored.status, await stored.text()]).toEqual([200, content]);
  expect(stored.headers.get("x-checksum-sha256")).toBeNull();
  const forged = location.replace(/X-Amz-Signature=../, "X-Amz-Signature=zz");
  expect((await fetch(forged)).status).toBe(403);
});

test.each([
  { title: "that says it is empty", header: "Content-Length: 0\r\n" },
  { title: "that says nothing of a body", header: "" },
])("an upload $title has no file", async ({ header }) => {
  const cast = await openCast(gitlab);
  const { hostname, port, pathname } = new URL(
    `${gitlab.api}/projects/${cast.project.id}/packages/generic/${file}`,
  );
  const [[name, value] = []] = Object.entries(cast.pat("maintainer"));
  const socket = connect(Number(port), hostname);
  // By hand: every client adds a length of its own.
  socket.end(
    `PUT ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n${name}: ${value}\r\n${header}Connection: close\r\n\r\n`,
  );
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [\s\S]*file is missing/);
});
