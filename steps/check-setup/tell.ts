import type { Check, CheckState } from "./check.ts";
import { setupErrors } from "./errors.ts";
import type { SetupContext } from "./inputs.ts";

const marks: Readonly<Record<CheckState, string>> = {
  ok: "✓",
  warning: "!",
  wrong: "✗",
  "not provable": "?",
};

/** The table for people, the list for machines, and the end of the run. */
export function tellChecks(context: SetupContext, checks: readonly Check[]): void {
  const { log, fact, report, output, fail } = context;
  const of = (state: CheckState) => checks.filter((check) => check.state === state);
  const width = Math.max(...checks.map(({ title }) => title.length));
  for (const { title, state, found, cure } of checks) {
    log.info(`${marks[state]} ${title.padEnd(width)}  ${found}`);
    if (cure !== "") log.info(`  ${" ".repeat(width)}  → ${cure}`);
  }
  fact("checks", checks);
  report({
    kind: "table",
    columns: ["", "Check", "State", "Found", "Expected", "What to do"],
    rows: checks.map(({ title, state, found, expected, cure }) => [
      marks[state],
      title,
      state,
      found,
      expected,
      cure,
    ]),
  });
  const [wrong, warnings, open] = [of("wrong"), of("warning"), of("not provable")];
  output("SETUP_WRONG_COUNT", String(wrong.length));
  output("SETUP_WARNING_COUNT", String(warnings.length));
  const sum = `${checks.length} checks: ${of("ok").length} ok, ${warnings.length} to look at, ${wrong.length} wrong, ${open.length} not provable with this token.`;
  log.info(sum);
  report({ kind: "paragraph", text: sum });
  if (wrong.length === 0) return;
  const lines = wrong.map(({ title, found, cure }) => `- ${title}: ${found}\n  ${cure}`);
  fail(
    setupErrors(
      "E_SETUP_WRONG",
      `${wrong.length} of ${checks.length} checks failed:\n${lines.join("\n")}`,
    ),
  );
}
