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
  return {
    async write(entry) {
      const line = redactor.redactData({ at: clock.now().toISOString(), step, ...entry });
      const file = await open(path, "a", 0o644);
      try {
        await file.write(`${JSON.stringify(line)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}
