import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Effect, effect, runStep } from "../../src/step/index.ts";
import { noteEffect, noteError, statesOf, stepWith, temporaryFolder } from "./support/steps.ts";

const plain = { inputs: {}, outputs: {} };

function stepOf(effects: (folder: string) => readonly Effect[]) {
  return stepWith({ ...plain, plan: async ({ cwd }) => effects(cwd) });
}

async function journalOf(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, "slipway-report/journal.ndjson"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { effect: id, state }: { effect: string; state: string } = JSON.parse(line);
      return `${id} ${state}`;
    });
}

const two = stepOf((folder) => [noteEffect(folder, "a"), noteEffect(folder, "b")]);

test("effects run in order, each with its intent in the journal before it is begun", async () => {
  const cwd = await temporaryFolder();
  let seen: readonly string[] = [];
  const looking = stepOf((folder) => {
    const first = noteEffect(folder, "a");
    return [
      {
        ...first,
        apply: async () => {
          seen = await journalOf(folder);
          await first.apply();
        },
      },
      noteEffect(folder, "b"),
    ];
  });
  const { exitCode } = await runStep(looking, { env: {}, cwd });
  expect(exitCode).toBe(0);
  expect(seen).toEqual(["write:a intent"]);
  expect(await journalOf(cwd)).toEqual([
    "write:a intent",
    "write:a applied",
    "write:b intent",
    "write:b applied",
  ]);
});

test("R09 a second run finds everything done, says so, and changes nothing", async () => {
  const cwd = await temporaryFolder();
  await runStep(two, { env: {}, cwd });
  const { exitCode, stdout, record } = await runStep(two, { env: {}, cwd });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("✓ Write a: already done\n✓ Write b: already done");
  expect(statesOf(record)).toEqual({ "write:a": "done", "write:b": "done" });
});

test("a refused effect fails the run; what comes after it is not begun", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "a"), "foreign");
  const { exitCode, stdout, stderr, record } = await runStep(two, { env: {}, cwd });
  expect(exitCode).toBe(3);
  expect(stderr).toContain('ERROR E_NOTE_ELSEWHERE: a holds "foreign".\nWhat to do: Take it away.');
  expect(stdout).toContain("  failed: Write a\n  not begun: Write b");
  expect(statesOf(record)).toEqual({ "write:a": "failed", "write:b": "pending" });
});

const endings: readonly { title: string; error: unknown; exitCode: number; state: string }[] = [
  {
    title: "a refusal while writing is a failure",
    error: noteError("E_NOTE_ELSEWHERE", "no"),
    exitCode: 3,
    state: "failed",
  },
  {
    title: "no answer while writing leaves the outcome unknown",
    error: noteError("E_NOTE_BUSY", "?"),
    exitCode: 4,
    state: "unknown",
  },
  {
    title: "a full disk while writing leaves the outcome unknown",
    error: Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" }),
    exitCode: 5,
    state: "unknown",
  },
  {
    title: "a defect while writing leaves the outcome unknown",
    error: new TypeError("x is not a function"),
    exitCode: 70,
    state: "unknown",
  },
];

test.each(endings)("$title", async ({ error, exitCode, state }) => {
  const cwd = await temporaryFolder();
  const step = stepOf((folder) => [
    {
      ...noteEffect(folder, "a"),
      apply: async () => {
        throw error;
      },
    },
  ]);
  const run = await runStep(step, { env: {}, cwd });
  expect(run.exitCode).toBe(exitCode);
  expect(statesOf(run.record)).toEqual({ "write:a": state });
  expect(await journalOf(cwd)).toEqual(["write:a intent", `write:a ${state}`]);
});

/** Writes a note, and takes it away again where a later effect fails. */
function undoable(folder: string, name: string, undo = () => rm(join(folder, name))): Effect {
  return { ...noteEffect(folder, name), undo };
}

test("what was applied is taken back where a later effect fails, the last first, and the standing says so", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "d"), "foreign");
  const step = stepOf((folder) => [
    undoable(folder, "a"),
    noteEffect(folder, "b"),
    undoable(folder, "c"),
    noteEffect(folder, "d"),
  ]);
  const { record, stdout } = await runStep(step, { env: {}, cwd });
  expect(statesOf(record)).toEqual({
    "write:a": "undone",
    "write:b": "applied",
    "write:c": "undone",
    "write:d": "failed",
  });
  expect((await journalOf(cwd)).slice(-2)).toEqual(["write:c undone", "write:a undone"]);
  expect(stdout).toContain("  taken back: Write a\n  done: Write b");
});

test("what was done by an earlier run stays where a later effect fails", async () => {
  const cwd = await temporaryFolder();
  const step = stepOf((folder) => [undoable(folder, "a"), noteEffect(folder, "b")]);
  await runStep(step, { env: {}, cwd });
  await writeFile(join(cwd, "b"), "foreign");
  const { record } = await runStep(step, { env: {}, cwd });
  expect(statesOf(record)).toEqual({ "write:a": "done", "write:b": "failed" });
});

test("where one cannot be taken back, what it builds on stays too, and the first failure is told", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "c"), "foreign");
  const step = stepOf((folder) => [
    undoable(folder, "a"),
    undoable(folder, "b", () => Promise.reject(noteError("E_NOTE_BUSY", "It is in use"))),
    noteEffect(folder, "c"),
  ]);
  const { exitCode, record, stderr } = await runStep(step, { env: {}, cwd });
  expect([exitCode, statesOf(record)]).toEqual([
    3,
    { "write:a": "applied", "write:b": "applied", "write:c": "failed" },
  ]);
  expect(stderr).toContain("Not taken back: Write b: It is in use");
});

test("an effect that cannot be proven after it was applied fails the run", async () => {
  const cwd = await temporaryFolder();
  const step = stepOf((folder) => [{ ...noteEffect(folder, "a"), apply: async () => {} }]);
  const { exitCode, stderr } = await runStep(step, { env: {}, cwd });
  expect(exitCode).toBe(4);
  expect(stderr).toContain("ERROR E_NOTE_BUSY: a is not there.");
});

function chained(folder: string): readonly Effect[] {
  const first = effect(noteEffect(folder, "a", "left by a"));
  let content = "";
  const second: Effect<string> = {
    id: "write:b",
    sentence: "Write b",
    isDone: async () => {
      content = first.result();
      return noteEffect(folder, "b", content).isDone();
    },
    apply: () => noteEffect(folder, "b", content).apply(),
    verify: () => noteEffect(folder, "b", content).verify(),
  };
  return [first, second];
}

test("an effect reads what an earlier one proved, whether it was applied now or before", async () => {
  const cwd = await temporaryFolder();
  await runStep(stepOf(chained), { env: {}, cwd });
  expect(await readFile(join(cwd, "b"), "utf8")).toBe("left by a");
  const { record } = await runStep(stepOf(chained), { env: {}, cwd });
  expect(statesOf(record)).toEqual({ "write:a": "done", "write:b": "done" });
});

test("a dry run foresees an effect that builds on one it leaves out", async () => {
  const cwd = await temporaryFolder();
  const { exitCode, stdout, stderr } = await runStep(stepOf(chained), {
    env: { DRY_RUN: "true" },
    cwd,
  });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("would: Write a\nwould: Write b\n");
  expect(stderr).toBe("");
});

test("a dry run ends like the run: a conflict is refused, after all conflicts were found", async () => {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "a"), "foreign");
  await writeFile(join(cwd, "c"), "foreign");
  const step = stepOf((folder) => ["a", "b", "c"].map((name) => noteEffect(folder, name)));
  const { exitCode, stdout, stderr, record } = await runStep(step, { env: { DRY_RUN: "1" }, cwd });
  expect(exitCode).toBe(3);
  expect(stderr).toContain('a holds "foreign".');
  expect(stderr).toContain('c holds "foreign".');
  expect(stdout).toContain("would: Write b");
  expect(stdout.endsWith("DRY RUN: nothing was changed\n")).toBe(true);
  expect(statesOf(record)).toEqual({
    "write:a": "failed",
    "write:b": "planned",
    "write:c": "failed",
  });
});

test("a missing write right is a finding of a dry run and a refusal of the run", async () => {
  const cwd = await temporaryFolder();
  const step = stepWith({
    ...plain,
    plan: async ({ refuse, cwd: folder }) => {
      refuse(noteError("E_NOTE_ELSEWHERE", "The token may not write."));
      return [noteEffect(folder, "a")];
    },
  });
  const dry = await runStep(step, { env: { DRY_RUN: "true" }, cwd });
  expect(dry).toMatchObject({
    exitCode: 0,
    record: { data: { findings: [{ code: "E_NOTE_ELSEWHERE" }] } },
  });
  expect(dry.stdout).toContain("would: Write a");
  expect(dry.stderr).toContain("ERROR E_NOTE_ELSEWHERE: The token may not write.");
  const wet = await runStep(step, { env: {}, cwd });
  expect(wet.exitCode).toBe(3);
  expect(statesOf(wet.record)).toEqual({});
});

test("a signal while an effect is written: its end is awaited, no later effect starts", async () => {
  const cwd = await temporaryFolder();
  const controller = new AbortController();
  const step = stepOf((folder) => {
    const first = noteEffect(folder, "a");
    return [
      {
        ...first,
        apply: async () => {
          controller.abort(noteError("E_NOTE_BUSY", "stop"));
          await first.apply();
        },
      },
      noteEffect(folder, "b"),
    ];
  });
  const { exitCode, stdout, record } = await runStep(step, {
    env: {},
    cwd,
    signal: controller.signal,
  });
  expect(exitCode).toBe(4);
  expect(stdout).toContain("  done: Write a\n  not begun: Write b");
  expect(statesOf(record)).toEqual({ "write:a": "applied", "write:b": "pending" });
});
