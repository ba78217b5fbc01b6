import { describe, expect, test } from "vitest";
import {
  decideLevel,
  groupChanges,
  readChanges,
  type ReadCommit,
} from "../../src/commits/index.ts";

/** A straight history from texts, the newest first. */
function line(...messages: readonly string[]): readonly ReadCommit[] {
  return messages.map((message, index) => ({
    id: idOf(index),
    parents: [idOf(index + 1)],
    message,
  }));
}

function idOf(index: number): string {
  return String(index).padStart(40, "0");
}

function told(commits: readonly ReadCommit[]): readonly string[] {
  return readChanges(commits).map(
    ({ type, description, mergeRequest }) =>
      `${type ?? "-"} ${description}${mergeRequest === undefined ? "" : ` !${mergeRequest}`}`,
  );
}

/** A merge `m` of a branch into main, on `base`. */
function merge(title: string, inside: readonly string[]): readonly ReadCommit[] {
  const ids = inside.map((_, index) => `b${index}`.padEnd(40, "0"));
  return [
    {
      id: "m".padEnd(40, "0"),
      parents: ["base", ids[0] ?? "base"],
      message: `Merge branch 'b' into 'main'\n\n${title}\n\nSee merge request g/p!5`,
    },
    ...inside.map((message, index) => ({
      id: ids[index] ?? "",
      parents: [ids[index + 1] ?? "base"],
      message,
    })),
  ];
}

describe("a merge", () => {
  test("counts by the Conventional Commits in it, each with the merge request", () => {
    expect(told(merge("Some work", ["feat: one", "wip", "fix: two"]))).toEqual([
      "feat one !5",
      "fix two !5",
    ]);
  });

  test("of free texts counts by the title of its merge request", () => {
    expect(told(merge("feat: the whole", ["wip", "more wip"]))).toEqual(["feat the whole !5"]);
  });

  test("of its squashed self counts once", () => {
    expect(told(merge("feat: the whole", ["feat: the whole"]))).toEqual(["feat the whole !5"]);
  });

  test("that says nothing leaves its commits as they are", () => {
    const [top, ...rest] = merge("", ["Do one thing", "Do another"]);
    const silent = { id: "m", parents: top?.parents ?? [], message: "Merge branch 'b'" };
    expect(told([silent, ...rest])).toEqual(["- Do one thing", "- Do another"]);
  });

  test("of main into a branch does not count what main had already", () => {
    const commits: readonly ReadCommit[] = [
      { id: "m2", parents: ["main1", "back"], message: "Merge branch 'b' into 'main'\n\nfix: b" },
      { id: "back", parents: ["b1", "main1"], message: "Merge branch 'main' into 'b'" },
      { id: "b1", parents: ["base"], message: "wip" },
      { id: "main1", parents: ["base"], message: "feat: on main" },
    ];
    expect(told(commits)).toEqual(["fix b", "feat on main"]);
  });
});

test("commits that do not count still say what came in with which merge", () => {
  const commits = merge("Some work", ["feat: in the project", "fix: elsewhere"]);
  const elsewhere = ({ message }: ReadCommit): boolean => !message.includes("elsewhere");
  const [only, ...rest] = readChanges(commits, elsewhere);
  expect(only).toMatchObject({ description: "in the project", mergeRequest: 5 });
  expect(rest).toEqual([]);
});

describe("a revert", () => {
  test("and what it reverts leave nothing", () => {
    const commits = line(
      `Revert "feat: x"\n\nThis reverts commit ${idOf(1)}.`,
      "feat: x",
      "fix: y",
    );
    expect(told(commits)).toEqual(["fix y"]);
  });

  test("that was reverted brings the commit back", () => {
    const commits = line(
      `Reapply "feat: x"\n\nThis reverts commit ${idOf(1)}.`,
      `Revert "feat: x"\n\nThis reverts commit ${idOf(2)}.`,
      "feat: x",
    );
    expect(told(commits)).toEqual(["feat x"]);
  });

  test("of a merge request takes all of its commits with it", () => {
    const reverting = {
      id: "r",
      parents: ["m".padEnd(40, "0")],
      message: `Revert "Merge branch 'b' into 'main'"\n\nThis reverts merge request !5`,
    };
    expect(told([reverting, ...merge("feat: x", ["feat: x", "fix: y"])])).toEqual([]);
  });

  test("of something older is a change", () => {
    const commits = line(`Revert "feat: old"\n\nThis reverts commit ${"f".repeat(40)}.`);
    expect(told(commits)).toEqual(["revert feat: old"]);
    expect(decideLevel(readChanges(commits)).level).toBe("patch");
  });

  test("through a merge request of its own leaves nothing, too", () => {
    const commits: readonly ReadCommit[] = [
      {
        id: "m2",
        parents: ["a".repeat(40), "r1"],
        message: "Merge branch 'r' into 'main'\n\nRevert \"feat: x\"\n\nSee merge request g/p!6",
      },
      {
        id: "r1",
        parents: ["a".repeat(40)],
        message: `Revert "feat: x"\n\nThis reverts commit ${"a".repeat(40)}`,
      },
      { id: "a".repeat(40), parents: ["base"], message: "feat: x" },
    ];
    expect(told(commits)).toEqual([]);
  });
});

describe("the level", () => {
  const cases = [
    [["docs: a", "chore: b", "Free text"], "none", undefined],
    [["fix: a", "docs: b"], "patch", "a"],
    [["perf: a"], "patch", "a"],
    [["fix: a", "feat: b", "feat: c"], "minor", "b"],
    [["feat: a", "fix!: b"], "major", "b"],
    [["chore: a\n\nBREAKING CHANGE: b"], "major", "a"],
  ] as const;
  test.each(cases)("of %j is %s", (messages, level, by) => {
    const decision = decideLevel(readChanges(line(...messages)));
    expect([decision.level, decision.decidedBy?.description]).toEqual([level, by]);
  });

  test("of no commit is none", () => {
    expect(decideLevel(readChanges([]))).toEqual({ level: "none", decidedBy: undefined });
  });
});

test("every change is in one group, what breaks first", () => {
  const changes = readChanges(
    line("ci: a", "fix: b", "feat!: c", "feat: d", "docs: e", "Free text", "perf: f"),
  );
  const groups = groupChanges(changes).map(({ title, changes: inside }) => [
    title,
    ...inside.map(({ description }) => description),
  ]);
  expect(groups).toEqual([
    ["Breaking changes", "c"],
    ["Features", "d"],
    ["Bug fixes", "b"],
    ["Performance", "f"],
    ["Documentation", "e"],
    ["Other changes", "a", "Free text"],
  ]);
});
