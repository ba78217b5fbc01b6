import type { Clock } from "../clock.ts";
import type { Progress } from "../log.ts";
import type { Terminal } from "./terminal.ts";

interface Work {
  title: string;
  total: number | undefined;
  unit: "bytes" | "files" | "steps";
  clock: Clock;
}

/** Takes a bar away again. */
export const wipeLine = "\r\u001B[K";

const lineEveryMs = 10_000;
const drawEveryMs = 100;
const barWidth = 24;

/** For a job's log: a line per 10 % or per 10 s, whichever comes later than the last line by enough to be news. */
export function lineProgress(
  { total, unit, clock }: Work,
  tell: (standing: string, amount: number) => void,
): Progress {
  const start = clock.monotonicMs();
  let amount = 0;
  let toldTenth = 0;
  let toldAt = start;
  return {
    advance(more) {
      amount += more;
      const tenth = total === undefined || total === 0 ? 0 : Math.floor((amount * 10) / total);
      const now = clock.monotonicMs();
      if (tenth === toldTenth && now - toldAt < lineEveryMs) return;
      // What is over within a moment is no news tenth by tenth.
      if (now - start < 1000 || tenth >= 10) return;
      toldTenth = tenth;
      toldAt = now;
      tell(standing(amount, total, unit), amount);
    },
    end() {},
  };
}

/** For a terminal: one bar that is drawn anew, and wiped at the end. */
export function barProgress({ title, total, unit, clock }: Work, terminal: Terminal): Progress {
  let amount = 0;
  let drawnAt = -Infinity;
  return {
    advance(more) {
      amount += more;
      const now = clock.monotonicMs();
      if (now - drawnAt < drawEveryMs) return;
      drawnAt = now;
      const filled =
        total === undefined || total === 0 ? 0 : Math.round((barWidth * amount) / total);
      const bar = "█".repeat(Math.min(filled, barWidth)).padEnd(barWidth, "░");
      const line = `${title} ${bar} ${standing(amount, total, unit)}`;
      terminal.write(`${wipeLine}${line.slice(0, Math.max(20, terminal.columns - 1))}`);
    },
    end() {
      terminal.write(wipeLine);
    },
  };
}

function standing(amount: number, total: number | undefined, unit: Work["unit"]): string {
  const percent =
    total === undefined || total === 0 ? "" : `${Math.floor((amount * 100) / total)} %, `;
  return unit === "bytes"
    ? `${percent}${humanSize(amount)}${total === undefined ? "" : ` of ${humanSize(total)}`}`
    : `${percent}${amount}${total === undefined ? "" : ` of ${total}`} ${unit}`;
}

/** @returns the size with a decimal unit, as GitLab's registry shows it: `12.3 MB`. */
export function humanSize(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ""}`;
}
