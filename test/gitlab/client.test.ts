import { afterEach, beforeEach, expect, test } from "vitest";
import type { Call } from "../../src/gitlab/call.ts";
import { part } from "../../src/gitlab/call.ts";
import { find, get } from "../../src/gitlab/client.ts";
import { write } from "../../src/gitlab/outcome.ts";
import { Secret } from "../../src/step/secret.ts";
import {
  collect,
  type FaultServer,
  redirect,
  startFaultServer,
  status,
  storedThen,
  storedThenCut,
  storedThenReset,
  textual,
} from "../support/fault-server.ts";
import { privateToken, quickClock, testClient } from "../support/gitlab-client.ts";

let server: FaultServer;
let stored: string[];

beforeEach(async () => {
  stored = [];
  server = await startFaultServer(async (request) => {
    const body = (await collect(request)).toString();
    if (request.method === "GET") return { status: 200, body: JSON.stringify({ stored }) };
    stored.push(body);
    return { status: 201, body: '{"message":"201 Created"}' };
  });
});

afterEach(() => server.close());

const reading = {
  path: "/projects/7/thing",
  purpose: "read the thing",
  needs: "the role Reporter",
};
const making: Call = { ...reading, method: "POST", json: { name: "x" }, purpose: "make the thing" };
const make = (gitlab = testClient(server.api)) =>
  write(gitlab, { call: making, isThere: async () => stored.length > 0 });

test("each token travels in its own header", async () => {
  await get(testClient(server.api), reading);
  await get(testClient(server.api, { token: privateToken }), reading);
  expect(server.seen.map(({ headers }) => headers["job-token"])).toEqual([
    "job-secret-1",
    undefined,
  ]);
  expect(server.seen.map(({ headers }) => headers["private-token"])).toEqual([
    undefined,
    "private-secret-1",
  ]);
});

test("parts of a path are encoded, also those that would move up", () => {
  expect(part("group/sub/demo")).toBe("group%2Fsub%2Fdemo");
  expect(part("v1.0")).toBe("v1.0");
  expect(part("..")).toBe("%2E%2E");
});

test.each([408, 429, 500, 502, 503, 504])("H02 reading is tried again after %i", async (code) => {
  server.next(status(code));
  expect(await get(testClient(server.api), reading)).toEqual({ stored: [] });
  expect(server.seen).toHaveLength(2);
});

test("H02 Retry-After is obeyed, in seconds and as a date", async () => {
  const clock = quickClock("2026-02-03T04:05:06Z");
  server.next(status(429, { message: "429 Too Many Requests" }, { "retry-after": "17" }));
  server.next(status(503, {}, { "retry-after": "Tue, 03 Feb 2026 04:06:00 GMT" }));
  await get(testClient(server.api, { clock, random: () => 0 }), reading);
  expect(clock.slept).toEqual([17_000, 37_000]);
});

test("H02 after five attempts it is exit 4, with GitLab's text and the id of the request", async () => {
  server.always(status(503, { message: "503 Service Unavailable" }));
  const asking = get(testClient(server.api), reading);
  await expect(asking).rejects.toMatchObject({
    code: "E_GITLAB_UNAVAILABLE",
    exit: 4,
    message: `Cannot read the thing: ${new URL(server.url).host} answered 503 to GET /projects/7/thing: 503 Service Unavailable. (request request-1)`,
  });
  expect(server.seen).toHaveLength(5);
});

test("H02 a wait beyond the job's end is not begun", async () => {
  const clock = quickClock();
  server.always(status(429, {}, { "retry-after": "300" }));
  const deadlineMs = clock.monotonicMs() + 100_000;
  await expect(get(testClient(server.api, { clock, deadlineMs }), reading)).rejects.toMatchObject({
    exit: 4,
  });
  expect(clock.slept).toEqual([]);
});

test.each([
  { title: "a reset after it was stored", fault: storedThenReset },
  { title: "504 after it was stored", fault: storedThen(504) },
  { title: "an answer cut in its body", fault: storedThenCut },
])("H03 a write whose answer is lost is found and not sent again: $title", async ({ fault }) => {
  server.next(fault, ({ method }) => method === "POST");
  expect(await make()).toBe("there");
  expect(stored).toHaveLength(1);
  expect(server.count("POST")).toBe(1);
});

test("H02 a write that was not done is sent again", async () => {
  server.next(status(502), ({ method }) => method === "POST");
  expect(await make()).toMatchObject({ status: 201 });
  expect(stored).toEqual(['{"name":"x"}']);
});

test("an outcome that cannot be read is exit 4 and says so", async () => {
  server.next(storedThenReset, ({ method }) => method === "POST");
  const broken = async (): Promise<boolean> => {
    throw new RangeError("no list");
  };
  await expect(
    write(testClient(server.api), { call: making, isThere: broken }),
  ).rejects.toMatchObject({ code: "E_GITLAB_OUTCOME_UNKNOWN", exit: 4 });
});

test.each([400, 401, 403, 404, 405, 409, 413, 422])(
  "a write is not repeated after %i",
  async (code) => {
    server.always(status(code, { message: "no" }));
    await expect(make()).rejects.toMatchObject({
      exit: [400, 405, 413, 422].includes(code) ? 2 : 3,
    });
    expect(server.count("POST")).toBe(1);
  },
);

test("what is absent is undefined, and a page of HTML is not an absence", async () => {
  server.next(status(404, { message: "404 Tag Not Found" }));
  expect(await find(testClient(server.api), reading)).toBeUndefined();
  server.next(textual(404, "text/html", "<html><title>Not here</title>"));
  await expect(find(testClient(server.api), reading)).rejects.toMatchObject({
    code: "E_GITLAB_NOT_JSON",
    exit: 2,
  });
});

test.each([200, 302, 404])("H21 a server that answers HTML with %i is exit 2", async (code) => {
  server.next(textual(code, "text/html", "<!doctype html><title>Sign in</title>"));
  await expect(get(testClient(server.api), reading)).rejects.toMatchObject({ exit: 2 });
});

test("H21 a server that answers HTML with 502 is exit 4", async () => {
  server.always(textual(502, "text/html", "<html><title>GitLab is not responding</title>"));
  await expect(get(testClient(server.api), reading)).rejects.toMatchObject({
    exit: 4,
    message: expect.stringContaining("GitLab is not responding"),
  });
});

test("H20 an expired token is told with its variable and the cure", async () => {
  server.next(
    status(401, {
      error: "invalid_token",
      error_description: "Token is expired. You can either do re-authorization or token refresh.",
    }),
  );
  await expect(get(testClient(server.api, { token: privateToken }), reading)).rejects.toMatchObject(
    {
      code: "E_TOKEN_REFUSED",
      exit: 3,
      message: expect.stringContaining("Token is expired."),
      hint: "The token in GITLAB_TOKEN is expired: tokens end at midnight UTC of their last day. Make a new one (Settings, Access tokens).",
    },
  );
});

test("a deploy token where an access token is needed is told as what it is", async () => {
  server.next(status(401, { message: "401 Unauthorized" }));
  const token = { ...privateToken, variable: "DEPLOY_TOKEN", secret: new Secret("gldt-secret-1") };
  await expect(get(testClient(server.api, { token }), reading)).rejects.toMatchObject({
    code: "E_TOKEN_REFUSED",
    hint: expect.stringMatching(
      /^DEPLOY_TOKEN holds a deploy token .* Make a project access token/,
    ),
  });
});

test("H20 a scope that is too small is told with the scope that is needed", async () => {
  server.next(
    status(403, {
      error: "insufficient_scope",
      error_description:
        "The request requires higher privileges than provided by the access token.",
      scope: "api",
    }),
  );
  await expect(get(testClient(server.api, { token: privateToken }), reading)).rejects.toMatchObject(
    {
      code: "E_TOKEN_SCOPE",
      exit: 3,
      hint: "The token in GITLAB_TOKEN lacks a scope (api). It needs the role Reporter.",
    },
  );
});

test("H12 a 404 names the rights that would explain it, and the allowlist for a job token", async () => {
  server.next(status(404, { message: "404 Project Not Found" }));
  await expect(get(testClient(server.api), reading)).rejects.toMatchObject({
    code: "E_NOT_FOUND",
    exit: 3,
    hint: expect.stringMatching(/It needs the role Reporter\. The job token .* allowlist/),
  });
});

test("H13 reading follows a moved project on the same server, with the token", async () => {
  server.next(redirect(301, "/api/v4/projects/9/thing"));
  expect(await get(testClient(server.api), reading)).toEqual({ stored: [] });
  expect(server.seen.map(({ path }) => path)).toEqual([
    "/api/v4/projects/7/thing",
    "/api/v4/projects/9/thing",
  ]);
  expect(server.seen[1]?.headers["job-token"]).toBe("job-secret-1");
});

test("H13 a write follows a moved project on the same server as the same write", async () => {
  server.next(redirect(301, "/api/v4/projects/9/thing"));
  expect(await make()).toMatchObject({ status: 201 });
  expect(server.seen.map(({ method }) => method)).toEqual(["POST", "POST"]);
  expect(stored).toEqual(['{"name":"x"}']);
});

test("H13 reading at another server goes without any token", async () => {
  const other = await startFaultServer(() => ({ status: 200, body: '{"by":"other"}' }));
  server.next(redirect(302, `${other.url}/storage/file?X-Amz-Signature=abc`));
  expect(await get(testClient(server.api), reading)).toEqual({ by: "other" });
  const { headers } = other.seen[0] ?? {};
  expect(headers).not.toHaveProperty("job-token");
  expect(headers).not.toHaveProperty("private-token");
  expect(headers).not.toHaveProperty("authorization");
  await other.close();
});

test("H13 a token that left its server is not given back on the way home", async () => {
  const other = await startFaultServer(() => ({ status: 200, body: "{}" }));
  other.next(redirect(302, `${server.api}/projects/7/thing`));
  server.next(redirect(302, `${other.url}/x`));
  await get(testClient(server.api), reading);
  expect(server.seen[1]?.headers).not.toHaveProperty("job-token");
  await other.close();
});

test.each([
  { title: "a write to another server", location: "http://127.0.0.1:9/x?token=signed" },
  { title: "a loop", location: "/api/v4/projects/7/thing" },
])("H13 $title is refused, without its query", async ({ location }) => {
  server.always(redirect(307, location));
  await expect(make()).rejects.toMatchObject({
    code: "E_GITLAB_REDIRECT",
    exit: 2,
    message: expect.not.stringContaining("signed"),
  });
});

test.each([
  {
    location: "ftp://elsewhere/x",
    said: /to ftp:\/\/elsewhere\/x: that is no address of http or https\.$/,
  },
  { location: "http://", said: /thing: where to is no address\.$/ },
])("H13 a redirect to $location is told with what the server sent", async ({ location, said }) => {
  server.next(redirect(302, location));
  await expect(get(testClient(server.api), reading)).rejects.toMatchObject({
    code: "E_GITLAB_REDIRECT",
    message: expect.stringMatching(said),
  });
});

test("H13 a redirect that names no place is told as that", async () => {
  server.next(status(302, {}));
  await expect(get(testClient(server.api), reading)).rejects.toMatchObject({
    code: "E_GITLAB_REDIRECT",
    message: expect.stringContaining("it does not say where to"),
  });
});

test("H13 a file is not sent to another place, be it on the same server", async () => {
  server.next(redirect(307, "/elsewhere"));
  const body = {
    type: "application/octet-stream",
    size: 1,
    async *open() {
      yield Buffer.from("x");
    },
  };
  const { json: _json, ...call } = making;
  await expect(
    write(testClient(server.api), { call: { ...call, body }, isThere: async () => false }),
  ).rejects.toMatchObject({ code: "E_GITLAB_REDIRECT" });
  expect(server.seen).toHaveLength(1);
});

test("no network: the address and the reason are told after five attempts", async () => {
  const { api } = server;
  await server.close();
  const asking = get(testClient(api), reading);
  await expect(asking).rejects.toMatchObject({
    code: "E_GITLAB_UNREACHABLE",
    exit: 4,
    message: expect.stringMatching(/ECONNREFUSED .*\(5 attempts\)\.$/),
  });
  server = await startFaultServer(() => ({ status: 200 }));
});

test("I2 no secret is in any message of a refusal", async () => {
  server.always(status(403, { message: "403 Forbidden" }));
  const error: unknown = await make(testClient(server.api)).catch((thrown: unknown) => thrown);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("job-secret-1");
});
