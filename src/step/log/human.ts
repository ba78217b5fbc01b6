import { styleText } from "node:util";
import type { Clock } from "../clock.ts";
import type { StepError } from "../errors.ts";
import type { Facts, Log, Progress } from "../log.ts";
import type { Redactor } from "../redact/redactor.ts";
import { explain } from "./explain.ts";
import { barProgress, lineProgress, wipeLine } from "./progress.ts";
import { openSections } from "./sections.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

export const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** A log that also says how a step ended. */
export interface StepLog extends Log {
  error(error: StepError): void;
  /** Says what is needed whatever the level: how far a failed run came, how to see it again. */
  tell(message: string): void;
  /** Ends the sections that an interruption left open, so that nothing of what follows is collapsed. */
  leaveSections(): void;
}

export interface LogOptions {
  /** The name of the step, which sections and JSON lines carry. */
  step: string;
  out: Terminal;
  err: Terminal;
  redactor: Redactor;
  level: Level;
  clock: Clock;
  /** Whether a terminal is to be written to in colours. */
  colour(terminal: Terminal): boolean;
  /** In a GitLab job, sections collapse. */
  inJob: boolean;
}

type Style = Parameters<typeof styleText>[0];

/** The log for people: plain sentences, sections that collapse in GitLab, warnings and errors on standard error. */
export function humanLog(options: LogOptions): StepLog {
  const { step, out, err, redactor, level, clock, colour, inJob } = options;
  const least = levels.indexOf(level);
  const shown = (at: Level) => levels.indexOf(at) >= least;
  const paint = (terminal: Terminal, style: Style, text: string) =>
    colour(terminal) ? styleText(style, text, { validateStream: false }) : text;
  const clean = (text: string) => redactor.redact(withoutControls(text));
  let barIsDrawn = false;
  const line = (terminal: Terminal, text: string) => {
    if (barIsDrawn) out.write(wipeLine);
    barIsDrawn = false;
    terminal.write(`${text}\n`);
  };
  const bar: Terminal = {
    ...out,
    write: (text) => {
      barIsDrawn = text !== wipeLine;
      out.write(text);
    },
  };
  const sections = openSections(step, clock, (text) => line(out, text));

  return {
    debug(message, facts) {
      if (shown("debug")) line(out, paint(out, "dim", clean(message + factsInWords(facts))));
    },
    info(message) {
      if (shown("info")) line(out, clean(message));
    },
    tell(message) {
      line(out, clean(message));
    },
    warn(message) {
      if (shown("warn")) line(err, `${paint(err, "yellow", "WARNING:")} ${clean(message)}`);
    },
    error(error) {
      const [first = "", ...more] = explain(error, level === "debug");
      line(err, `${paint(err, ["red", "bold"], `ERROR ${error.code}:`)} ${clean(first)}`);
      for (const text of more) line(err, clean(text));
    },
    async section(title, work) {
      if (!shown("info")) return work();
      if (inJob) return sections.around(clean(title), work);
      line(out, paint(out, "bold", clean(title)));
      return work();
    },
    leaveSections: sections.leave,
    progress(title, total, unit): Progress {
      if (!shown("info")) return { advance() {}, end() {} };
      const work = { title: clean(title), total, unit, clock };
      return out.isTTY && !inJob
        ? barProgress(work, bar)
        : lineProgress(work, (standing) => line(out, `${work.title}: ${standing}`));
    },
  };
}

function factsInWords(facts: Facts | undefined): string {
  if (facts === undefined) return "";
  const words = Object.entries(facts).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}
