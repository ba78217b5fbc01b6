import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSteps } from "../../scripts/docs/load.ts";

const root = join(import.meta.dirname, "../..");

/** The built command, from another folder, with nothing but PATH and HOME. */
function slipway(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(join(root, "dist/bin/slipway"), args, {
    encoding: "utf8",
    cwd: "/",
    env: { PATH: process.env["PATH"], HOME: "/nonexistent" },
  });
  return { status, stdout, stderr };
}

test("alone it lists every step with its sentence", async () => {
  const { status, stdout, stderr } = slipway();
  expect([status, stderr]).toEqual([0, ""]);
  for (const { name, summary } of await loadSteps(root))
    expect(stdout).toMatch(new RegExp(`^  ${name} +${RegExp.escape(summary)}\\.$`, "m"));
});

test("explain prints cause and cure of an error code", () => {
  const { status, stdout, stderr } = slipway("explain", "E_GATE");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^E_GATE: exit code 1, the gate said no .*\nCause: .*\nCure: .*/);
  expect(stdout).toContain("Steps: junit-report-check");
});

test("an unknown code ends with 2 and tells what was perhaps meant; so does a wrong use", () => {
  expect(slipway("explain", "E_GTE")).toEqual({
    status: 2,
    stdout: "",
    stderr: "There is no error code E_GTE. Did you mean E_GATE?\n",
  });
  expect(slipway("explain", "E_XYZ").stderr).toBe(
    "There is no error code E_XYZ. docs/errors.md lists all codes.\n",
  );
  expect(slipway("explain")).toMatchObject({ status: 2, stdout: "" });
  expect(slipway("explain", "E_GATE", "E_DISK").status).toBe(2);
  expect(slipway("release")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("slipway takes --help, --version or explain CODE."),
  });
});
