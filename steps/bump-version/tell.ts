import { changedLines, normalizePep440, type BumpPlan } from "../../src/version/index.ts";
import type { AutoDecision } from "../shared/auto-version.ts";
import type { BumpContext } from "./inputs.ts";

/** Says what the commits decided. @returns whether there is anything to release. */
export function tellDecision(
  { log, report, output }: BumpContext,
  decision: AutoDecision | undefined,
): boolean {
  if (decision === undefined) return true;
  output("VERSION_BUMP_DECIDED", decision.level);
  report({ kind: "paragraph", text: decision.reason });
  if (decision.operation !== undefined) return true;
  log.info(`Nothing to release. ${decision.reason}`);
  return false;
}

/** Says what a plan does: the versions, every line that changes, what was guessed. */
export function tellPlan({ log, report, fact, output, inputs }: BumpContext, plan: BumpPlan): void {
  const { currentVersion, newVersion, edits, reason, suggestion } = plan;
  for (const warning of plan.warnings) log.warn(warning);
  output("BUMPED_VERSION", newVersion);
  output("BUMPED_FROM", currentVersion);
  fact("versions", { from: currentVersion, to: newVersion });
  fact(
    "files",
    edits.map(({ path }) => path),
  );
  if (plan.kind !== "edit") {
    const said = reason ?? `The next version is ${newVersion}; it lives in tags, no file holds it.`;
    log.info(`Nothing to change: ${said}`);
    report({ kind: "paragraph", text: `Nothing to change: ${said}` });
    return;
  }
  log.info(`Version ${currentVersion} → ${newVersion}`);
  const lines = edits.flatMap(changedLines);
  for (const { path, line, text } of lines) log.info(`${path}:${line}: ${text}`);
  report(
    { kind: "paragraph", text: `Version ${currentVersion} → ${newVersion}` },
    {
      kind: "table",
      columns: ["File", "Line", "New text"],
      rows: lines.map(({ path, line, text }) => [path, String(line), text]),
    },
  );
  const normal = normalizePep440(newVersion);
  if (normal !== undefined && normal !== newVersion)
    log.info(
      `Python's tools write ${newVersion} as ${normal}; tags and packages keep ${newVersion}.`,
    );
  if (suggestion?.kind === "config")
    log.info(
      `There is no bump configuration. A .bumpversion.cfg that does the same:\n${suggestion.text}`,
    );
  if (suggestion?.kind === "none")
    log.info(
      `There is no bump configuration, and none is offered that does the same: ${suggestion.reason}.`,
    );
  tellHooks(plan, inputs.VERSION_RUN_HOOKS, log);
}

function tellHooks({ texts }: BumpPlan, runs: boolean, log: BumpContext["log"]): void {
  const { setup, preCommit, postCommit } = texts.hooks;
  const commands = [...setup, ...preCommit, ...postCommit];
  if (!runs && commands.length > 0)
    log.warn(
      `The hooks of the bump configuration do not run without VERSION_RUN_HOOKS=true: ${commands.join("; ")}`,
    );
}
