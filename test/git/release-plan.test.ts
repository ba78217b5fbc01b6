import { describe, expect, test } from "vitest";
import type { ReleaseState } from "../../src/git/release/observe.ts";
import { planRelease, type ReleasePlan, updatesOf } from "../../src/git/release/plan.ts";
import { toSha } from "../../src/git/sha.ts";

const sha = (digit: string) => toSha(digit.repeat(40));
const [base, ours, twin, next, theirs] = ["1", "2", "3", "4", "5"].map(sha);
const object = sha("6");
if (!base || !ours || !twin || !next || !theirs) throw new Error("ids");

const signature = { name: "A", email: "a@b", seconds: 1, zone: "+0000" };
const goal = {
  branch: "main",
  isDefaultBranch: true,
  tag: "v1.0",
  version: "1.0",
  nextVersion: "1.1.dev",
  pushesBranch: true,
  nextBranch: undefined,
  base,
  release: {
    id: ours,
    tree: sha("7"),
    parents: [base],
    author: signature,
    committer: signature,
    message: "Release version 1.0",
  },
  marksDevelopment: true,
};

const nothing: ReleaseState = {
  branchHead: base,
  nextHead: undefined,
  tag: undefined,
  release: undefined,
  postRelease: undefined,
  since: [],
  isContinued: true,
  isTagBehind: false,
  rivals: [],
};
const tagOn = (commit: typeof base) => ({ name: "v1.0", object, commit });
const line = { id: theirs, parents: [base], tree: sha("8"), author: "Ada", subject: "Work" };

const cases: readonly {
  title: string;
  state: Partial<ReleaseState>;
  plan: Partial<ReleasePlan>;
}[] = [
  {
    title: "nothing is there: both are pushed",
    state: {},
    plan: { kind: "push", branchFrom: base },
  },
  {
    title: "the release commit was pushed without tag: the rest is pushed on top of it",
    state: { branchHead: ours, release: ours },
    plan: { kind: "push", release: ours, branchFrom: ours },
  },
  {
    title: "G02 tag and post-release commit are there: done",
    state: { branchHead: next, tag: tagOn(ours), release: ours, postRelease: "1.1.dev" },
    plan: { kind: "done", release: ours, nextVersion: "1.1.dev" },
  },
  {
    title: "another pipeline of the same commit released: done, with its commit",
    state: { branchHead: next, tag: tagOn(twin), release: twin, postRelease: "1.1.dev" },
    plan: { kind: "done", release: twin },
  },
  {
    title: "G04 only the tag is there: the bump is pushed",
    state: { tag: tagOn(ours), release: ours },
    plan: { kind: "push-missing-bump", release: ours, branchFrom: base },
  },
  {
    title: "G04 the tag is there and the branch is on the release commit: the bump is pushed",
    state: { branchHead: ours, tag: tagOn(ours), release: ours },
    plan: { kind: "push-missing-bump", branchFrom: ours },
  },
  {
    title: "only the branch is there: the tag is pushed",
    state: { branchHead: next, release: ours, postRelease: "1.1.dev" },
    plan: { kind: "push-missing-tag", release: ours },
  },
];

test.each(cases)("$title", ({ state, plan }) => {
  expect(planRelease(goal, { ...nothing, ...state })).toMatchObject(plan);
});

const conflicts: readonly {
  title: string;
  state: Partial<ReleaseState>;
  code: string;
  exit: number;
}[] = [
  {
    title: "G01 the branch moved on",
    state: { branchHead: theirs, since: [line] },
    code: "E_BRANCH_MOVED",
    exit: 3,
  },
  {
    title: "the branch was rewritten",
    state: { branchHead: theirs, isContinued: false },
    code: "E_BRANCH_MOVED",
    exit: 3,
  },
  {
    title: "G03 the tag is elsewhere",
    state: { tag: tagOn(theirs) },
    code: "E_TAG_ELSEWHERE",
    exit: 3,
  },
  {
    title: "G04 the tag is there and the branch moved on",
    state: { branchHead: theirs, tag: tagOn(ours), release: ours, since: [line] },
    code: "E_HALF_RELEASED",
    exit: 3,
  },
  {
    title: "G26 a newer version is tagged elsewhere",
    state: { rivals: [{ name: "v2.0", object, commit: theirs }] },
    code: "E_VERSION_NOT_GREATER",
    exit: 3,
  },
];

test.each(conflicts)("$title: a conflict", ({ state, code, exit }) => {
  expect(planRelease(goal, { ...nothing, ...state })).toMatchObject({
    kind: "conflict",
    error: { code, exit },
  });
});

describe("messages", () => {
  const messageOf = (state: Partial<ReleaseState>, facts = goal) => {
    const plan = planRelease(facts, { ...nothing, ...state });
    return plan.kind === "conflict" ? plan.error.message : "";
  };

  test("commits in between are named with author and title, the first twenty of them", () => {
    expect(messageOf({ branchHead: theirs, since: [line] })).toBe(
      "main moved from 11111111 to 55555555. Nothing was pushed. 1 commit came in between:\n  55555555 Ada: Work",
    );
    const many = messageOf({ branchHead: theirs, since: Array.from({ length: 23 }, () => line) });
    expect(many.split("\n")).toHaveLength(22);
    expect(many).toMatch(/23 commits came in between:[^]*\n {2}and 3 more$/);
  });

  test("without a development marker an earlier tag asks for a bump", () => {
    const state = { tag: tagOn(theirs), isTagBehind: true };
    const plan = planRelease({ ...goal, marksDevelopment: false }, { ...nothing, ...state });
    expect(plan).toMatchObject({ error: { code: "E_VERSION_RELEASED", exit: 2 } });
  });
});

describe("where nobody pushes to the branch", () => {
  const apart = { ...goal, pushesBranch: false, nextBranch: "slipway/next-1.1.dev" };
  const alone = { ...goal, pushesBranch: false, nextVersion: undefined };
  const cases: readonly {
    title: string;
    facts: typeof alone | typeof apart;
    state: Partial<ReleaseState>;
    plan: Partial<ReleasePlan>;
  }[] = [
    {
      title: "nothing is there: the tag and the merge request's branch are pushed",
      facts: apart,
      state: {},
      plan: { kind: "push-tag", release: ours, withNext: true },
    },
    {
      title: "the branch went on: so it may",
      facts: apart,
      state: { branchHead: theirs, since: [line] },
      plan: { kind: "push-tag", release: ours, withNext: true },
    },
    {
      title: "the tag is there alone: the merge request's branch is pushed",
      facts: apart,
      state: { tag: tagOn(twin), release: twin },
      plan: { kind: "push-next", release: twin },
    },
    {
      title: "tag and branch are there: done",
      facts: apart,
      state: { tag: tagOn(ours), release: ours, nextHead: next },
      plan: { kind: "done", nextVersion: "1.1.dev" },
    },
    {
      title: "the merge request is merged: done, whatever became of its branch",
      facts: apart,
      state: { tag: tagOn(ours), release: ours, branchHead: theirs, postRelease: "1.1.dev" },
      plan: { kind: "done", nextVersion: "1.1.dev" },
    },
    {
      title: "without a next version the tag alone is pushed",
      facts: alone,
      state: { branchHead: theirs, since: [line] },
      plan: { kind: "push-tag", withNext: false },
    },
    {
      title: "without a next version the tag alone is all there is to be done",
      facts: alone,
      state: { tag: tagOn(ours), release: ours },
      plan: { kind: "done", nextVersion: undefined },
    },
    {
      title: "a branch that was rewritten is a conflict",
      facts: apart,
      state: { branchHead: theirs, isContinued: false },
      plan: { kind: "conflict" },
    },
    {
      title: "a tag elsewhere is a conflict",
      facts: apart,
      state: { tag: tagOn(theirs) },
      plan: { kind: "conflict" },
    },
  ];

  test.each(cases)("$title", ({ facts, state, plan }) => {
    expect(planRelease(facts, { ...nothing, ...state })).toMatchObject(plan);
  });

  test("branch and tag must not be there before", () => {
    const ids = { next, tagObject: object };
    const tag = { ref: "refs/tags/v1.0", id: object, expected: undefined };
    const head = { ref: "refs/heads/slipway/next-1.1.dev", id: next, expected: undefined };
    const both = { kind: "push-tag", release: ours, withNext: true } as const;
    expect(updatesOf(apart, both, ids)).toEqual([head, tag]);
    expect(updatesOf(alone, { ...both, withNext: false }, ids)).toEqual([tag]);
    expect(updatesOf(apart, { kind: "push-next", release: ours }, ids)).toEqual([head]);
  });
});

test("every reference is guarded by what it was built on", () => {
  const ids = { next, tagObject: object };
  const plan: ReleasePlan = { kind: "push", release: ours, branchFrom: base };
  expect(updatesOf(goal, plan, ids)).toEqual([
    { ref: "refs/heads/main", id: next, expected: base },
    { ref: "refs/tags/v1.0", id: object, expected: undefined },
  ]);
  expect(updatesOf(goal, { kind: "done", release: ours, nextVersion: "x" }, ids)).toEqual([]);
});
