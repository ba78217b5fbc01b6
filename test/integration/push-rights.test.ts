import { afterEach, beforeEach, expect, test } from "vitest";
import { readPushRights } from "../../src/gitlab/index.ts";
import type { Token } from "../../src/gitlab/index.ts";
import { Secret } from "../../src/step/index.ts";
import { quickClock, testClient } from "../support/gitlab-client.ts";
import { startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;

beforeEach(async () => {
  project = await startTaggedProject();
});

afterEach(() => project.close());

async function ask(token: Pick<Token, "variable" | "kind"> & { value: string }, tag = "v1.3.0") {
  const gitlab = testClient(project.gitlab.api, {
    project: String(project.gitlab.project.id),
    clock: quickClock(new Date().toISOString()),
    token: { variable: token.variable, kind: token.kind, secret: new Secret(token.value) },
  });
  const rights = await readPushRights(gitlab, { branch: "main", tag });
  await gitlab.close();
  return rights;
}

const personal = (value: string) => ({
  variable: "CI_PROJECT_PASSWORD",
  kind: "private" as const,
  value,
});

test("a maintainer's project token may push the protected branch and make the tag", async () => {
  expect(await ask(personal(project.gitlab.tokens.maintainer))).toEqual({
    refused: [],
    wrong: [],
    notProvable: [],
  });
});

test("a developer may not push the protected branch", async () => {
  const { refused } = await ask(personal(project.gitlab.tokens.developer));
  expect(refused).toEqual([expect.stringMatching(/The branch main is protected/)]);
});

test("a protected tag that only maintainers may make is no hindrance to one", async () => {
  project.gitlab.admin.protectTag(project.gitlab.project.id, "v*");
  expect((await ask(personal(project.gitlab.tokens.maintainer))).refused).toEqual([]);
});

test("a job token may push only where the project lets it", async () => {
  const job = { variable: "CI_JOB_TOKEN", kind: "job" as const, value: project.gitlab.tokens.job };
  const before = await ask(job);
  expect(before.wrong.length + before.notProvable.length).toBeGreaterThan(0);
  expect(before.refused).toEqual([]);
  await project.gitlab.admin.setProject(project.gitlab.project.id, { jobTokenPush: true });
  const after = await ask(job);
  expect([after.refused, after.wrong]).toEqual([[], []]);
});

test.each([
  {
    title: "expired",
    spoil: (value: string) => project.gitlab.admin.expireToken(value, "2020-01-01"),
    text: /expired/,
  },
  {
    title: "revoked",
    spoil: (value: string) => project.gitlab.admin.revokeToken(value),
    text: /revoked/,
  },
])("a token that is $title is one refusal", async ({ spoil, text }) => {
  spoil(project.gitlab.tokens.maintainer);
  const { refused } = await ask(personal(project.gitlab.tokens.maintainer));
  expect(refused).toEqual([expect.stringMatching(text)]);
});

test("a token that may only write the repository leaves everything else unproven", async () => {
  const { value } = project.gitlab.admin.createToken({
    kind: "project",
    project: project.gitlab.project.id,
    role: "maintainer",
    scopes: ["write_repository"],
  });
  const { refused, wrong, notProvable } = await ask(personal(value));
  expect([refused, wrong]).toEqual([[], []]);
  expect(notProvable.length).toBeGreaterThan(0);
});
