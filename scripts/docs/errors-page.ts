import type { Step } from "../../src/step/index.ts";
import { describeErrors } from "./describe-errors.ts";
import type { ErrorArea } from "./load.ts";
import { generated } from "./markdown.ts";

/** Every error code with what ends the process, what led to it and what to do. */
export function errorsPage(areas: readonly ErrorArea[], steps: readonly Step[]): string {
  return `${[
    "# Errors",
    generated,
    "A step that fails ends with one of these codes, says what happened with the values, and what to do. `slipway explain CODE` prints the same. The codes are stable; [the exit codes](reference/every-step.md#exit-codes) are fit for `retry: exit_codes:` and `allow_failure: exit_codes:`.",
    ...areas.flatMap((area) => [`## ${title(area.name)}`, ...entries(area, steps)]),
  ].join("\n\n")}\n`;
}

const titles: Readonly<Record<string, string>> = {
  step: "Every step",
  conda: "Conda environments and packs",
  "embedded-gitlab": "The embedded GitLab",
  git: "Git",
  gitlab: "GitLab",
  rehearsal: "Rehearsals",
  reports: "Test reports",
  version: "Versions",
  artifacts: "Artifacts and caches",
  provenance: "Provenance",
  shared: "Versions from commits",
};

function title(area: string): string {
  return titles[area] ?? area;
}

function entries(area: ErrorArea, steps: readonly Step[]): readonly string[] {
  return describeErrors([area], steps).map(({ code, exit, cause, cure, steps: users }) => {
    const said =
      typeof users === "string" || users.length === 0 ? "" : ` Steps: ${users.join(", ")}.`;
    return `### ${code}\n\nExit code ${exit}.${said}\n\n- Cause: ${inline(cause)}\n- Cure: ${inline(cure)}`;
  });
}

// What stands outside of code must not become markup.
function inline(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replace(/[<*_[\]]/g, String.raw`\$&`)))
    .join("");
}
