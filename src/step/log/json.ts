import type { Logger } from "pino";
import type { Facts } from "../log.ts";
import type { LogOptions, StepLog } from "./human.ts";

/** The log for machines: one JSON object a line, by pino, on standard output. */
export async function jsonLog(
  { out, redactor, level }: LogOptions,
  step: string,
): Promise<StepLog> {
  const { pino } = await import("pino");
  const logger: Logger = pino(
    {
      level,
      base: { step },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => out.write(`${redactor.redact(line.trimEnd())}\n`) },
  );
  const say =
    (at: "debug" | "info" | "warn") =>
    (message: string, facts: Facts = {}) =>
      logger[at](facts, message);
  return {
    debug: say("debug"),
    info: say("info"),
    warn: say("warn"),
    error: (error) =>
      logger.error(
        { code: error.code, exitCode: error.exit, hint: error.hint, cause: causeOf(error.cause) },
        error.message,
      ),
    section: async (title, work) => {
      logger.info({ section: "start" }, title);
      try {
        return await work();
      } finally {
        logger.info({ section: "end" }, title);
      }
    },
    progress: (title, total, unit) => {
      let amount = 0;
      return {
        advance: (more) => {
          amount += more;
        },
        end: () => logger.info({ amount, total, unit }, title),
      };
    },
  };
}

function causeOf(cause: unknown): string | undefined {
  return cause instanceof Error ? cause.message : undefined;
}
