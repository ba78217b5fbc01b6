import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pushRightsError, readPushRights } from "../../src/gitlab/push-rights.ts";
import { matchesPattern } from "../../src/gitlab/refs.ts";
import { type FaultServer, startFaultServer, status } from "../support/fault-server.ts";
import { jobToken, privateToken, testClient } from "../support/gitlab-client.ts";

interface World {
  self: Record<string, unknown>;
  project: Record<string, unknown>;
  branch: Record<string, unknown> | undefined;
  rules: readonly Record<string, unknown>[];
  branchRules: readonly Record<string, unknown>[];
  tag: Record<string, unknown> | undefined;
}

const question = { branch: "main", tag: "v0.15.0" };
const role = (level: number) => ({
  permissions: { project_access: { access_level: level }, group_access: null },
});
const rule = (name: string, ...creators: Record<string, unknown>[]) => ({
  name,
  create_access_levels: creators,
});

let world: World;
let server: FaultServer;

beforeEach(async () => {
  world = {
    self: {
      id: 1,
      name: "release",
      user_id: 42,
      scopes: ["read_api", "write_repository"],
      active: true,
      revoked: false,
      expires_at: "2026-12-31",
    },
    project: {
      id: 7,
      path_with_namespace: "group/demo",
      web_url: "https://g/group/demo",
      default_branch: "main",
      ...role(40),
    },
    branch: { name: "main", commit: { id: "a".repeat(40) }, protected: true, can_push: true },
    rules: [],
    branchRules: [],
    tag: undefined,
  };
  server = await startFaultServer((request) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const found = Object.entries({
      "/personal_access_tokens/self": world.self,
      "/projects/7": world.project,
      "/projects/7/repository/branches/main": world.branch,
      "/projects/7/protected_tags": world.rules,
      "/projects/7/protected_branches": world.branchRules,
      "/projects/7/repository/tags/v0.15.0": world.tag,
    }).find(([known]) => path === `/api/v4${known}`)?.[1];
    return found === undefined
      ? { status: 404, body: '{"message":"404 Not Found"}' }
      : { status: 200, body: JSON.stringify(found) };
  });
});

afterEach(() => server.close());

const ask = (token: typeof jobToken | typeof privateToken = privateToken) =>
  readPushRights(testClient(server.api, { token }), question);

test("a maintainer's token with both scopes may push; nothing is found", async () => {
  expect(await ask()).toEqual({ refused: [], wrong: [], notProvable: [] });
});

interface Case {
  title: string;
  change: (now: World) => void;
  refused?: readonly RegExp[];
  wrong?: readonly RegExp[];
  notProvable?: readonly RegExp[];
}

const cases: readonly Case[] = [
  {
    title: "an expired token",
    change: (now) => (now.self = { ...now.self, expires_at: "2026-02-03", active: false }),
    refused: [/GITLAB_TOKEN expired on 2026-02-03/],
  },
  {
    title: "a revoked token",
    change: (now) => (now.self = { ...now.self, revoked: true, active: false }),
    refused: [/was revoked/],
  },
  {
    title: "a token without a scope to push",
    change: (now) => (now.self = { ...now.self, scopes: ["read_api"] }),
    refused: [/has the scopes read_api; a push needs write_repository/],
  },
  {
    title: "a guest",
    change: (now) => (now.project = { ...now.project, ...role(10) }),
    refused: [/is Guest in group\/demo/],
  },
  {
    title: "an archived project",
    change: (now) => (now.project = { ...now.project, archived: true }),
    refused: [/is archived/],
  },
  {
    title: "a protected branch",
    change: (now) => (now.branch = { ...now.branch, can_push: false }),
    refused: [/The branch main is protected/],
  },
  {
    title: "an absent branch",
    change: (now) => (now.branch = undefined),
    wrong: [/There is no branch main/],
  },
  {
    title: "a tag for maintainers, asked by a developer",
    change: (now) => {
      now.project = { ...now.project, ...role(30) };
      now.rules = [rule("v*", { access_level: 40 })];
    },
    refused: [/The tag v0\.15\.0 is protected \(v\*\)/],
  },
  {
    title: "a tag for maintainers, asked by one",
    change: (now) => (now.rules = [rule("v*", { access_level: 40 })]),
  },
  {
    title: "a tag for nobody",
    change: (now) => (now.rules = [rule("v0.*", { access_level: 0 })]),
    refused: [/is protected \(v0\.\*\)/],
  },
  {
    title: "a tag for this user",
    change: (now) => (now.rules = [rule("*", { access_level: 40, user_id: 42 })]),
  },
  {
    title: "a tag for another user",
    change: (now) => (now.rules = [rule("*", { access_level: 40, user_id: 43 })]),
    refused: [/is protected/],
  },
  {
    title: "a tag for a deploy key alone",
    change: (now) => (now.rules = [rule("*", { access_level: 40, deploy_key_id: 1 })]),
    refused: [/is protected/],
  },
  {
    title: "a tag for a group",
    change: (now) => (now.rules = [rule("*", { access_level: 40, group_id: 3 })]),
    notProvable: [/may make it is not shown/],
  },
  {
    title: "a tag that one of two rules allows",
    change: (now) =>
      (now.rules = [rule("v*", { access_level: 0 }), rule("*", { access_level: 30 })]),
  },
  {
    title: "a protected tag that is there already",
    change: (now) => {
      now.rules = [rule("v*", { access_level: 0 })];
      now.tag = { name: "v0.15.0", target: "b".repeat(40), commit: { id: "a".repeat(40) } };
    },
  },
  {
    title: "a rule for other tags",
    change: (now) => (now.rules = [rule("release-*", { access_level: 0 })]),
  },
];

test.each(cases)("$title", async ({ change, refused = [], wrong = [], notProvable = [] }) => {
  change(world);
  const found = await ask();
  expect(found.refused).toEqual(refused.map((text) => expect.stringMatching(text)));
  expect(found.wrong).toEqual(wrong.map((text) => expect.stringMatching(text)));
  expect(found.notProvable).toEqual(notProvable.map((text) => expect.stringMatching(text)));
});

describe("where the next version comes as a merge request", () => {
  const proposing = { proposedBranch: "slipway/next-1.0.dev", tag: "v0.15.0" };
  const askToPropose = (token = privateToken) =>
    readPushRights(testClient(server.api, { token }), proposing);

  test("no right to push to the branch itself is needed, but the scope api", async () => {
    world.branch = { ...world.branch, can_push: false };
    world.project = { ...world.project, ...role(30) };
    expect((await askToPropose()).refused).toEqual([
      expect.stringMatching(/a merge request needs api\.$/),
    ]);
    world.self = { ...world.self, scopes: ["api"] };
    expect(await askToPropose()).toEqual({ refused: [], wrong: [], notProvable: [] });
  });

  test("a rule that protects the new branch, too, is a refusal", async () => {
    world.self = { ...world.self, scopes: ["api"] };
    world.project = { ...world.project, ...role(30) };
    world.branchRules = [{ name: "slip*", push_access_levels: [{ access_level: 40 }] }];
    const found = await askToPropose();
    expect(found.refused).toEqual([
      expect.stringMatching(/slipway\/next-1\.0\.dev would be protected \(slip\*\)/),
    ]);
    expect(pushRightsError(found, proposing)?.message).toMatch(
      /^slipway\/next-1\.0\.dev and v0\.15\.0 cannot be pushed:/,
    );
    world.project = { ...world.project, ...role(40) };
    expect((await askToPropose()).refused).toEqual([]);
  });

  test("a job token is told at once that it may make no merge requests", async () => {
    const { wrong } = await readPushRights(testClient(server.api, { token: jobToken }), proposing);
    expect(wrong).toEqual([expect.stringMatching(/^A job token may make no merge requests/)]);
  });
});

test("where only the tag is pushed, the branch does not matter", async () => {
  world.branch = { ...world.branch, can_push: false };
  const rights = await readPushRights(testClient(server.api, { token: privateToken }), {
    tag: "v0.15.0",
  });
  expect(rights).toEqual({ refused: [], wrong: [], notProvable: [] });
});

test("everything that is missing is told at once, and a refusal decides the exit code", async () => {
  world.self = { ...world.self, scopes: ["read_api"], expires_at: "2026-01-01" };
  world.project = { ...world.project, ...role(20) };
  world.branch = undefined;
  world.rules = [rule("v*", { access_level: 40 })];
  const found = await ask();
  expect([found.refused.length, found.wrong.length]).toEqual([4, 1]);
  const error = pushRightsError(found, question);
  expect(error).toMatchObject({ code: "E_PUSH_REFUSED", exit: 3 });
  expect(error?.message.split("\n- ")).toHaveLength(6);
});

test("what is only set up wrong is exit 2, and nothing found is no error", () => {
  expect(pushRightsError({ refused: [], wrong: ["x"], notProvable: [] }, question)).toMatchObject({
    exit: 2,
  });
  expect(pushRightsError({ refused: [], wrong: [], notProvable: ["x"] }, question)).toBeUndefined();
});

test("a token that GitLab does not know is one finding, whatever else was asked with it", async () => {
  server.next(status(401, { message: "401 Unauthorized" }));
  const { refused } = await ask();
  expect(refused).toEqual([expect.stringMatching(/401 Unauthorized.*GITLAB_TOKEN/)]);
});

test("a token of another project is told as such", async () => {
  server.next(status(404, { message: "404 Project Not Found" }), ({ path }) =>
    path.endsWith("/projects/7"),
  );
  expect((await ask()).refused).toEqual([expect.stringMatching(/does not see the project 7/)]);
});

test("a token that may only write the repository proves nothing and stops nothing", async () => {
  const scope = { error: "insufficient_scope", error_description: "…", scope: "api read_api" };
  server.always(status(403, scope), ({ path }) => path.includes("/projects/"));
  const found = await ask();
  expect([found.refused, found.wrong]).toEqual([[], []]);
  expect(found.notProvable).toHaveLength(3);
});

describe("a job token", () => {
  test("that the project does not let push is a matter of set-up", async () => {
    world.project = { ...world.project, ci_push_repository_for_job_token_allowed: false };
    const found = await ask(jobToken);
    expect(found.wrong).toEqual([expect.stringMatching(/A job token may not push to group\/demo/)]);
    expect(server.count("GET", /self$/)).toBe(0);
  });

  test("that may push is judged by its branch", async () => {
    world.project = { ...world.project, ci_push_repository_for_job_token_allowed: true };
    expect(await ask(jobToken)).toEqual({ refused: [], wrong: [], notProvable: [] });
  });

  test("that does not see the project's settings leaves them unproven", async () => {
    server.next(status(404), ({ path }) => path.endsWith("/projects/7"));
    const found = await ask(jobToken);
    expect(found.notProvable).toEqual([expect.stringMatching(/whether job tokens may push/)]);
  });
});

test.each([
  { pattern: "v*", name: "v1/2", matches: true },
  { pattern: "v*", name: "x-v1", matches: false },
  { pattern: "v1.0", name: "v1x0", matches: false },
  { pattern: "*-rel-*", name: "a-rel-b", matches: true },
  { pattern: "v(1)", name: "v(1)", matches: true },
])("the pattern $pattern means $name: $matches", ({ pattern, name, matches }) => {
  expect(matchesPattern(pattern, name)).toBe(matches);
});
