import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { start } from "../step/support/child.ts";
import { statesOf, temporaryFolder } from "../step/support/steps.ts";

const command = join(import.meta.dirname, "../step/commands/slow-step.ts");
const node = process.execPath;

function slowStep(cwd: string, env: Record<string, string> = {}, args: readonly string[] = []) {
  return start(node, [command, ...args], { cwd, env });
}

async function recordIn(cwd: string): Promise<unknown> {
  return JSON.parse(await readFile(join(cwd, "slipway-report/slow-step.json"), "utf8"));
}

const signals: readonly { signal: NodeJS.Signals; code: number; message: string }[] = [
  {
    signal: "SIGTERM",
    code: 143,
    message: "ERROR E_TERMINATED: slow-step was terminated (SIGTERM).",
  },
  {
    signal: "SIGINT",
    code: 130,
    message: "ERROR E_INTERRUPTED: slow-step was interrupted (SIGINT).",
  },
];

test.each(signals)(
  "R07 $signal ends with $code, tells what was done, and starts nothing more",
  async ({ signal, code, message }) => {
    const cwd = await temporaryFolder();
    const { child, ended, says } = slowStep(cwd);
    await says("writing first");
    child.kill(signal);
    const run = await ended;
    expect(run).toMatchObject({ code, signal: null });
    expect(run.stderr).toContain(message);
    expect(run.stdout).toContain(
      "  begun, outcome not known (the next run finds out): Write first\n  not begun: Write second\n",
    );
    expect(existsSync(join(cwd, "second.begun"))).toBe(false);
    expect(statesOf(await recordIn(cwd))).toEqual({
      "write:first": "unknown",
      "write:second": "pending",
    });
  },
);

test("R07 work that does not heed the signal is left behind after a grace", async () => {
  const cwd = await temporaryFolder();
  const { child, ended, says } = slowStep(cwd, { SLOW_MODE: "deaf" });
  await says("writing first");
  child.kill("SIGTERM");
  const run = await ended;
  expect(run.code).toBe(143);
  expect(run.stdout).toContain("begun, outcome not known");
  expect(existsSync(join(cwd, "second.begun"))).toBe(false);
}, 20_000);

test("R08 behind a shell the step gets the signal that GitLab sends to every process, the shell its code", async () => {
  const cwd = await temporaryFolder();
  const script = '"$0" "$1" & echo "pid=$!"; wait $!; echo "code=$?"';
  const shell = start("sh", ["-c", script, node, command], { cwd });
  await shell.says("writing first");
  process.kill(Number(/pid=(\d+)/.exec(shell.said())?.[1]), "SIGTERM");
  const run = await shell.ended;
  expect(run.stdout).toContain("  not begun: Write second\n");
  expect(run.stdout).toContain("code=143\n");
});

test("a run that was stopped goes on where it was, in the same folder", async () => {
  const cwd = await temporaryFolder();
  const { child, ended, says } = slowStep(cwd);
  await says("writing first");
  child.kill("SIGKILL");
  expect((await ended).signal).toBe("SIGKILL");
  const again = await slowStep(cwd, { SLOW_MODE: "quick" }).ended;
  expect(again.code).toBe(0);
  expect(statesOf(await recordIn(cwd))).toEqual({
    "write:first": "applied",
    "write:second": "applied",
  });
});

const token = "correct-horse-battery";

test.each(["defect", "stray"])(
  "a %s ends with 70, asks for a report and says how, without a secret",
  async (mode) => {
    const cwd = await temporaryFolder();
    const run = await slowStep(cwd, { SLOW_MODE: mode, SLOW_TOKEN: token }).ended;
    expect(run.code).toBe(70);
    expect(run.stderr).toMatch(/^ERROR E_DEFECT: (x is not|stray) \[MASKED\]\n/);
    expect(run.stderr).toContain("Please report it with the report folder of the job");
    expect(run.stderr).toMatch(/at .*slow-step\.ts:\d+/);
    expect(run.stderr).toContain(`slipway 0.1.0, node ${process.version}, linux`);
    expect(run.stdout).toContain("outcome not known (the next run finds out): Write first");
    expect(run.stdout + run.stderr).not.toContain(token);
    expect(JSON.stringify(await recordIn(cwd))).not.toContain(token);
  },
);

test("S05 what Node and libraries write past the log is masked too", async () => {
  const cwd = await temporaryFolder();
  const run = await slowStep(cwd, { SLOW_MODE: "warning", SLOW_TOKEN: token }).ended;
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("Warning: about [MASKED]");
});

const arguments_: readonly { args: readonly string[]; named: string }[] = [
  { args: ["--dry-run"], named: "1 (--dry-run)" },
  { args: ["--token=abc", "-v", "word"], named: "3 (--token -v)" },
  { args: ["--help", "--version"], named: "2 (--help --version)" },
  { args: ["-h"], named: "1 (-h)" },
];

test.each(arguments_)(
  "arguments ($named) are refused with 2, before anything is read",
  async ({ args, named }) => {
    const cwd = await temporaryFolder();
    const run = await slowStep(cwd, {}, args).ended;
    expect(run.code).toBe(2);
    expect(run.stderr).toBe(
      `ERROR E_ARGUMENTS: slow-step takes no arguments, but was given ${named}.\nWhat to do: Set variables instead; \`--help\` lists them.\n`,
    );
    expect(existsSync(join(cwd, "slipway-report"))).toBe(false);
  },
);

test("--version prints the name and the version", async () => {
  const run = await slowStep(await temporaryFolder(), {}, ["--version"]).ended;
  expect(run).toMatchObject({ code: 0, stdout: "slow-step 0.1.0\n", stderr: "" });
});

test("--help prints inputs, exit codes and examples, and reads nothing", async () => {
  const cwd = await temporaryFolder();
  const run = await slowStep(cwd, { SLOW_MODE: "wrong" }, ["--help"]).ended;
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(/^slow-step: Write two notes slowly\.\n\nUsage: slow-step\n/);
  for (const part of [
    "SLOW_MODE\n",
    "SLOW_TOKEN\n",
    "DRY_RUN\n",
    "  130, 143  interrupted",
    "  # Look first\n  DRY_RUN=true slow-step",
  ])
    expect(run.stdout).toContain(part);
  expect(existsSync(join(cwd, "slipway-report"))).toBe(false);
});

test.each(["--help", "run"])("a reader that goes away (| head) is no failure: %s", async (what) => {
  const cwd = await temporaryFolder();
  const args = what === "run" ? [] : [what];
  const script = '{ "$@"; echo "code=$?" >&2; } | true';
  const run = await start("sh", ["-c", script, "sh", node, command, ...args], {
    cwd,
    env: { SLOW_MODE: "quick" },
  }).ended;
  expect(run.stderr).toBe("code=0\n");
});
