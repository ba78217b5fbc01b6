import type { Logger } from "pino";
import type { Facts } from "../log.ts";
import { causesOf } from "./explain.ts";
import type { LogOptions, StepLog } from "./human.ts";
import { lineProgress } from "./progress.ts";
import { withoutControls } from "./terminal.ts";

/** The log for machines: one JSON object a line, by pino, on standard output. */
export async function jsonLog(options: LogOptions): Promise<StepLog> {
  const { step, out, redactor, level, clock } = options;
  const { pino } = await import("pino");
  const logger: Logger = pino(
    {
      level,
      base: { step },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line: string) => out.write(`${redactor.redact(withoutControls(line.trimEnd()))}\n`),
    },
  );
  const always = logger.child({}, { level: "info" });
  const say =
    (at: "debug" | "info" | "warn") =>
    (message: string, facts: Facts = {}) =>
      logger[at](facts, message);
  return {
    debug: say("debug"),
    info: say("info"),
    tell: (message) => always.info(message),
    warn: say("warn"),
    error: (error) => {
      const { code, exit, hint, cause, message } = error;
      const stack = code === "E_DEFECT" && cause instanceof Error ? { stack: cause.stack } : {};
      const causes = causesOf(error);
      const because = causes.length === 0 ? {} : { cause: causes.join(": ") };
      logger.error({ code, exitCode: exit, hint, ...because, ...stack }, message);
    },
    section: async (title, work) => {
      logger.info({ section: "start" }, title);
      try {
        return await work();
      } finally {
        logger.info({ section: "end" }, title);
      }
    },
    leaveSections: () => {},
    progress: (title, total, unit) =>
      lineProgress({ title, total, unit, clock }, (_standing, amount) =>
        logger.info({ amount, total, unit }, title),
      ),
  };
}
