import { Readable } from "node:stream";

/** The body of an answer that has none. */
export function answerEmpty(): Readable {
  return Readable.from([]);
}
