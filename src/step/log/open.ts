import type { Redactor } from "../redact/redactor.ts";
import type { World } from "../world.ts";
import { humanLog, type Level, type LogOptions, type StepLog } from "./human.ts";

/** The log that was asked for. */
export async function openLog(
  { env, out, err, clock }: World,
  {
    step,
    format,
    level,
    redactor,
  }: { step: string; format: "human" | "json"; level: Level; redactor: Redactor },
): Promise<StepLog> {
  const inJob = env["GITLAB_CI"] === "true";
  const options: LogOptions = {
    out,
    err,
    redactor,
    level,
    clock,
    inJob,
    colour: wantsColour(env, out.isTTY || inJob),
  };
  if (format === "human") return humanLog(options);
  const { jsonLog } = await import("./json.ts");
  return jsonLog(options, step);
}

/** https://no-color.org and https://force-color.org, else where somebody looks at it: a terminal or a job's page. */
function wantsColour(env: World["env"], otherwise: boolean): boolean {
  if (env["NO_COLOR"]) return false;
  return env["FORCE_COLOR"] ? env["FORCE_COLOR"] !== "0" : otherwise;
}
