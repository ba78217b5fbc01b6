import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Clock } from "../clock.ts";
import type { Redactor } from "../redact/redactor.ts";

/** What was begun and what became of it, one JSON object a line, on disk before the next thing happens. For people; no step reads it. */
export interface Journal {
  write(entry: Readonly<Record<string, unknown>>): Promise<void>;
}

export const noJournal: Journal = { write: async () => {} };

/** @param path is appended to: the steps of a job share one journal. */
export function journalAt(path: string, step: string, clock: Clock, redactor: Redactor): Journal {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  return {
    async write(entry) {
      const line = redactor.redactData({ at: clock.now().toISOString(), step, ...entry });
      // A link planted in the checkout must not lead the writing elsewhere (S12).
      const file = await open(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o644);
      try {
        await file.write(`${JSON.stringify(line)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

/** A journal that nobody asked for may fail: once it cannot be written, the effects go on without it. */
export function forgivingJournal(journal: Journal, complain: (error: unknown) => void): Journal {
  let isBroken = false;
  return {
    async write(entry) {
      if (isBroken) return;
      try {
        await journal.write(entry);
      } catch (error) {
        isBroken = true;
        complain(error);
      }
    },
  };
}
