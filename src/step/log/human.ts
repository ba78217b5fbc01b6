import { styleText } from "node:util";
import type { Clock } from "../clock.ts";
import type { StepError } from "../errors.ts";
import type { Facts, Log, Progress } from "../log.ts";
import type { Redactor } from "../redact/redactor.ts";
import { explain } from "./explain.ts";
import { barProgress, lineProgress } from "./progress.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

export const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** A log that also says how a step ended. */
export interface StepLog extends Log {
  error(error: StepError): void;
}

export interface LogOptions {
  out: Terminal;
  err: Terminal;
  redactor: Redactor;
  level: Level;
  clock: Clock;
  colour: boolean;
  /** In a GitLab job, sections collapse. */
  inJob: boolean;
}

type Style = Parameters<typeof styleText>[0];

/** The log for people: plain sentences, sections that collapse in GitLab, warnings and errors on standard error. */
export function humanLog({ out, err, redactor, level, clock, colour, inJob }: LogOptions): StepLog {
  const least = levels.indexOf(level);
  const shown = (at: Level) => levels.indexOf(at) >= least;
  const paint = (style: Style, text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const clean = (text: string) => redactor.redact(withoutControls(text));
  const line = (terminal: Terminal, text: string) => terminal.write(`${text}\n`);
  let sections = 0;

  return {
    debug(message, facts) {
      if (shown("debug")) line(out, paint("dim", clean(message + factsInWords(facts))));
    },
    info(message) {
      if (shown("info")) line(out, clean(message));
    },
    warn(message) {
      if (shown("warn")) line(err, `${paint("yellow", "WARNING:")} ${clean(message)}`);
    },
    error(error) {
      const [first = "", ...more] = explain(error, level === "debug");
      line(err, `${paint(["red", "bold"], `ERROR ${error.code}:`)} ${clean(first)}`);
      for (const text of more) line(err, clean(text));
    },
    async section(title, work) {
      if (!inJob) {
        line(out, paint("bold", clean(title)));
        return work();
      }
      const name = sectionName(title, (sections += 1));
      const seconds = () => Math.floor(clock.now().getTime() / 1000);
      line(
        out,
        `\u001B[0Ksection_start:${seconds()}:${name}[collapsed=true]\r\u001B[0K${clean(title)}`,
      );
      try {
        return await work();
      } finally {
        line(out, `\u001B[0Ksection_end:${seconds()}:${name}\r\u001B[0K`);
      }
    },
    progress(title, total, unit): Progress {
      const options = { title: clean(title), total, unit, clock, terminal: out };
      if (!shown("info")) return { advance() {}, end() {} };
      return out.isTTY && !inJob ? barProgress(options) : lineProgress(options);
    },
  };
}

function sectionName(title: string, count: number): string {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
  return `slipway_${count}_${slug.slice(0, 40)}`;
}

function factsInWords(facts: Facts | undefined): string {
  if (facts === undefined) return "";
  const words = Object.entries(facts).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}
