import type { FileSource } from "../file-source.ts";

/** The change of one file. */
export interface Edit {
  /** Relative to the project folder, after all links. */
  readonly path: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

/** One line that a plan changes, for people. */
export interface ChangedLine {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** All files of a plan in memory: each is read once, and every section edits the same copy. */
export class WorkingCopy {
  readonly #source: FileSource;
  readonly #files = new Map<string, { before: Buffer; after: Buffer }>();
  readonly #paths = new Map<string, string | undefined>();

  constructor(source: FileSource) {
    this.#source = source;
  }

  /** The file as the source has it, or `undefined`. @throws E_VERSION_FILE for a path that leaves the project. */
  async original(path: string): Promise<Buffer | undefined> {
    const real = await this.#load(path);
    return real === undefined ? undefined : this.#files.get(real)?.before;
  }

  /** The file with the edits so far. */
  async current(path: string): Promise<Buffer | undefined> {
    const real = await this.#load(path);
    return real === undefined ? undefined : this.#files.get(real)?.after;
  }

  async replace(path: string, after: Buffer): Promise<void> {
    const real = await this.#load(path);
    const file = real === undefined ? undefined : this.#files.get(real);
    if (file === undefined) throw new TypeError(`${path} was edited before it was read`);
    file.after = after;
  }

  /** What changed, in the order of the first reading. */
  edits(): Edit[] {
    return [...this.#files]
      .filter(([, { before, after }]) => !before.equals(after))
      .map(([path, { before, after }]) => ({ path, before, after }));
  }

  async #load(path: string): Promise<string | undefined> {
    if (this.#paths.has(path)) return this.#paths.get(path);
    const file = await this.#source.read(path);
    this.#paths.set(path, file?.path);
    if (file !== undefined && !this.#files.has(file.path))
      this.#files.set(file.path, { before: file.bytes, after: file.bytes });
    return file?.path;
  }
}

/** The lines that differ between two texts with the same number of lines; the changed middle part otherwise. */
export function changedLines({ path, before, after }: Edit): ChangedLine[] {
  const [old, fresh] = [before.toString().split("\n"), after.toString().split("\n")];
  if (old.length === fresh.length)
    return fresh.flatMap((text, index) =>
      text === old[index] ? [] : [{ path, line: index + 1, text: text.trimEnd() }],
    );
  const first = fresh.findIndex((text, index) => text !== old[index]);
  return [{ path, line: Math.max(first, 0) + 1, text: (fresh[first] ?? "").trimEnd() }];
}
