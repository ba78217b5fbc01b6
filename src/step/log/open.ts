import type { Redactor } from "../redact/redactor.ts";
import type { World } from "../world.ts";
import { humanLog, type Level, type LogOptions, type StepLog } from "./human.ts";

interface Wanted {
  step: string;
  format: "human" | "json";
  level: Level;
  redactor: Redactor;
}

/** The log that was asked for. */
export async function openLog({ env, out, err, clock }: World, wanted: Wanted): Promise<StepLog> {
  const { step, format, level, redactor } = wanted;
  const inJob = env["GITLAB_CI"] === "true";
  const options: LogOptions = {
    step,
    out,
    err,
    redactor,
    level,
    clock,
    inJob,
    colour: ({ isTTY }) => wantsColour(env, isTTY || inJob),
  };
  if (format === "human") return humanLog(options);
  const { jsonLog } = await import("./json.ts");
  return jsonLog(options);
}

/** https://no-color.org and https://force-color.org, else where somebody looks at it: a terminal or a job's page. */
function wantsColour(env: World["env"], otherwise: boolean): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"]) return env["FORCE_COLOR"] !== "0";
  return otherwise && env["TERM"] !== "dumb";
}
