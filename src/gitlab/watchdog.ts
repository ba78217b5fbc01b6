/** Ends an exchange that no longer moves. */
export interface Watchdog {
  /** What must happen within this time from now; it replaces what was expected before. */
  expect(what: string, limitMs: number): void;
  /** The expected thing moves: its time starts anew. */
  moved(): void;
  /** For good. */
  stop(): void;
}

/** @param bark is called once, with a sentence, when what is expected does not happen in time. */
export function startWatchdog(bark: (sentence: string) => void): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  return {
    expect(what, limitMs) {
      clearTimeout(timer);
      // An early answer ends the exchange before the body's source has come to its end: a timer that is set then
      // would keep the process alive for minutes.
      if (stopped) return;
      timer = setTimeout(() => bark(`${what} within ${limitMs / 1000} s`), limitMs);
    },
    moved() {
      timer?.refresh();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
