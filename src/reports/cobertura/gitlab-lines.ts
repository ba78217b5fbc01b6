/**
 * What GitLab would hold of a report when it takes file names as they are.
 *
 * Inside a class the last entry of a line wins; classes of one file are summed; the lines of a class without a file
 * name go to the next class (GC16, GC17).
 */
export class GitlabLines {
  readonly files = new Map<string, Map<number, number>>();
  /** Lines that come again: in one class with another verdict, or in two classes of one file. */
  readonly repeated: { file: string; line: number }[] = [];
  #pending = new Map<number, number>();
  #changed: number[] = [];

  line(number: number, hits: number): void {
    const known = this.#pending.get(number);
    if (known !== undefined && known > 0 !== hits > 0) this.#changed.push(number);
    this.#pending.set(number, hits);
  }

  closeClass(filename: string | undefined): void {
    if (filename === undefined) return;
    for (const line of this.#changed) this.#noteRepeat(filename, line);
    const file = this.files.get(filename);
    if (file === undefined) {
      if (this.#pending.size > 0) this.files.set(filename, this.#pending);
    } else {
      for (const [number, hits] of this.#pending) {
        const known = file.get(number);
        if (known !== undefined) this.#noteRepeat(filename, number);
        file.set(number, (known ?? 0) + hits);
      }
    }
    this.#pending = new Map();
    this.#changed = [];
  }

  get counts(): { files: number; lines: number; covered: number } {
    let lines = 0;
    let covered = 0;
    for (const file of this.files.values()) {
      lines += file.size;
      for (const hits of file.values()) if (hits > 0) covered += 1;
    }
    return { files: this.files.size, lines, covered };
  }

  #noteRepeat(file: string, line: number): void {
    if (this.repeated.length < 1000) this.repeated.push({ file, line });
  }
}
