import { readFileSync } from "node:fs";
import { join } from "node:path";

import { isObject, listOf, stringOf } from "../pack/guards.ts";

/** One thing to load: a module, or the attribute that a console script calls. */
export interface Check {
  /** For people: `import demo`, `script demo-report`. */
  title: string;
  /** Empty: only python itself. */
  module: string;
  attribute: string;
}

export type CheckResult =
  | { kind: "ok"; prefix: string; python: string; strangers: readonly string[] }
  | { kind: "missing"; module: string; error: string }
  | { kind: "failed"; error: string }
  | { kind: "not-startable"; error: string };

const mark = "slipway-smoke-test:";
const patienceMs = 300_000;

/** Runs one check with the python of the unpacked environment, without anything of this process's environment. */
export async function runCheck(
  root: string,
  { module, attribute }: Check,
  {
    buildPrefix,
    home,
    signal,
  }: { buildPrefix: string; home: string; signal?: AbortSignal | undefined },
): Promise<CheckResult> {
  const { execa } = await import("execa");
  const code = readFileSync(new URL("./check_import.py", import.meta.url), "utf8");
  const run = await execa(
    join(root, "bin/python"),
    ["-I", "-B", "-c", code, module, attribute, buildPrefix],
    {
      cwd: home,
      env: {
        PATH: `${join(root, "bin")}:/usr/bin:/bin`,
        HOME: home,
        TMPDIR: home,
        LANG: "C.UTF-8",
      },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      timeout: patienceMs,
      ...(signal && { cancelSignal: signal }),
    },
  );
  signal?.throwIfAborted();
  if (run.code === "EACCES" || run.code === "ENOEXEC" || run.code === "ENOENT")
    return { kind: "not-startable", error: run.code };
  const line = run.stdout.split("\n").findLast((text) => text.startsWith(mark));
  if (line === undefined) {
    const last = run.stderr.trimEnd().split("\n").slice(-5).join("\n");
    const how = run.timedOut ? "took over 5 minutes" : `ended with ${run.exitCode ?? run.signal}`;
    return { kind: "failed", error: `python ${how}${last === "" ? "" : `: ${last}`}` };
  }
  return parseFacts(line.slice(mark.length));
}

function parseFacts(text: string): CheckResult {
  const facts: unknown = JSON.parse(text);
  if (!isObject(facts)) return { kind: "failed", error: "the check said nothing" };
  const error = stringOf(facts["error"]);
  const missing = stringOf(facts["missing"]);
  if (error !== undefined && missing !== undefined)
    return { kind: "missing", module: missing, error };
  if (error !== undefined) return { kind: "failed", error };
  return {
    kind: "ok",
    prefix: stringOf(facts["prefix"]) ?? "",
    python: stringOf(facts["python"]) ?? "",
    strangers: listOf(facts["strangers"]).flatMap((path) => stringOf(path) ?? []),
  };
}
