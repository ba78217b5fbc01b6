import type { Clock } from "../../../src/step/index.ts";
import type { Terminal } from "../../../src/step/log/terminal.ts";

/** A terminal that remembers what was written to it. */
export function recording(isTTY = false, columns = 80): Terminal & { text(): string } {
  let written = "";
  return {
    write: (text) => {
      written += text;
    },
    text: () => written,
    isTTY,
    columns,
  };
}

/** A clock that stands until it is moved. */
export function standingClock(): Clock & { move(ms: number): void } {
  let ms = 1_700_000_000_000;
  return {
    now: () => new Date(ms),
    monotonicMs: () => ms,
    sleep: async (more) => {
      ms += more;
    },
    move: (more) => {
      ms += more;
    },
  };
}
