import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { escapeValue } from "./escape-xml.ts";

/** Well below GitLab's 30 MiB, and the number of cases that GitLab.com takes. */
const mostBytes = 25 * 1024 * 1024;
const mostCases = 400_000;
const flushAt = 256 * 1024;

const head = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n';
const foot = "</testsuites>\n";

/** Writes a JUnit report of flat suites, in as many files as GitLab needs. */
export class CopyWriter {
  readonly files: string[] = [];
  readonly #nameOf: (part: number) => string;
  #descriptor: number | undefined;
  #pending: string[] = [];
  #pendingLength = 0;
  #bytes = 0;
  #cases = 0;
  #suite: string | undefined;

  /** @param nameOf the path of the first, second, … file */
  constructor(nameOf: (part: number) => string) {
    this.#nameOf = nameOf;
  }

  /** @param xml a whole testcase element, with its line end */
  case(suite: string, xml: string): void {
    if (this.#bytes + xml.length * 2 > mostBytes || this.#cases >= mostCases) this.#finishFile();
    if (this.#descriptor === undefined) this.#startFile();
    if (this.#suite !== suite) {
      if (this.#suite !== undefined) this.#put("  </testsuite>\n");
      this.#put(`  <testsuite name="${escapeValue(suite)}">\n`);
      this.#suite = suite;
    }
    this.#put(xml);
    this.#cases += 1;
  }

  /** Ends the last file. */
  end(): void {
    this.#finishFile();
  }

  #startFile(): void {
    const file = this.#nameOf(this.files.length + 1);
    mkdirSync(dirname(file), { recursive: true });
    this.files.push(file);
    this.#descriptor = openSync(file, "wx", 0o644);
    this.#bytes = 0;
    this.#cases = 0;
    this.#put(head);
  }

  #finishFile(): void {
    if (this.#descriptor === undefined) return;
    if (this.#suite !== undefined) this.#put("  </testsuite>\n");
    this.#suite = undefined;
    this.#put(foot);
    this.#flush();
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #put(text: string): void {
    this.#pending.push(text);
    this.#pendingLength += text.length;
    if (this.#pendingLength >= flushAt) this.#flush();
  }

  #flush(): void {
    if (this.#descriptor === undefined || this.#pending.length === 0) return;
    const bytes = Buffer.from(this.#pending.join(""), "utf8");
    for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    this.#bytes += bytes.length;
    this.#pending = [];
    this.#pendingLength = 0;
  }
}
