import { XmlDecoder } from "../../src/reports/xml/decode.ts";
import { XmlFault } from "../../src/reports/xml/faults.ts";
import { NameTable } from "../../src/reports/xml/names.ts";
import { XmlScanner } from "../../src/reports/xml/scanner.ts";

export interface Heard {
  /** Elements, texts joined, ends, in order. */
  events: string[];
  notices: string[];
  fault: XmlFault | undefined;
}

/** Scans a document that comes in the given pieces, and tells what was heard. */
export function listen(pieces: readonly Buffer[], names = new NameTable(new Map())): Heard {
  const events: string[] = [];
  const notices: string[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") events.push(`text ${JSON.stringify(text)}`);
    text = "";
  };
  const scanner = new XmlScanner(names, {
    open(name, attributes) {
      flush();
      const values = Array.from(
        { length: attributes.count },
        (_, at) => `${attributes.name(at)?.raw}=${JSON.stringify(attributes.value(at))}`,
      );
      events.push(["open", name.raw, ...values].join(" "));
    },
    text(buffer, start, end) {
      text += buffer.toString("utf8", start, end);
    },
    close(name) {
      flush();
      events.push(`close ${name.raw}`);
    },
    notice(_level, notice) {
      notices.push(notice);
    },
  });
  const decoder = new XmlDecoder(scanner);
  try {
    for (const piece of pieces) decoder.write(piece);
    decoder.end();
  } catch (cause) {
    if (!(cause instanceof XmlFault)) throw cause;
    return { events, notices, fault: cause };
  }
  return { events, notices, fault: undefined };
}

/** Cuts a buffer at these places. */
export function cut(document: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (document.length + 1)), document.length];
  const ordered = sorted.toSorted((one, other) => one - other);
  return ordered.slice(1).map((end, at) => document.subarray(ordered[at], end));
}
