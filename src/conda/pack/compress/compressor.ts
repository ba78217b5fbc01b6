/** How one archive is compressed. A group's compressed bytes depend on the group's bytes alone. */
export interface Compressor {
  /** For the log: `builtin deflate, level 4`. */
  readonly title: string;
  /** Equal for two compressors only where they make the same bytes: part of the cache's key. */
  readonly id: string;
  /** Before the first group. */
  readonly head: Uint8Array;
  /** After the last group. */
  tail(whole: { crc: number; sizeBytes: number }): Uint8Array;
  takeBuffer(): Buffer;
  startGroup(): GroupCompression;
  /** Stops everything that still runs. */
  close(reason?: unknown): Promise<void>;
}

export interface GroupCompression {
  /** Takes the group's next block, when there is room for it. */
  write(block: Buffer): Promise<void>;
  end(): void;
  /** The group stays unfinished: whoever reads the chunks gets the reason. */
  abort(reason: unknown): void;
  /** The compressed bytes, in order. Must be read while blocks are written: room is freed by reading. */
  readonly chunks: AsyncIterable<Uint8Array>;
}
