import type { SourceFacts } from "../transfer/download.ts";
import type { LocalCopy } from "../transfer/local-copy.ts";

/** One file at its source. */
export interface SourceFile {
  /** Where it is, for messages; without anything secret. */
  readonly title: string;
  /**
   * What the source says of it, without reading it.
   *
   * @throws {StepError} E_SOURCE_MISSING, E_SOURCE_DENIED, E_SOURCE_UNAVAILABLE
   */
  look(): Promise<SourceFacts>;
  /**
   * Brings it onto this machine, proved by what the source says.
   *
   * @param path where it may be put; a file that is on this machine already stays where it is.
   * @param arrived is told of every piece, in bytes.
   */
  fetch(path: string, facts: SourceFacts, arrived: (bytes: number) => void): Promise<LocalCopy>;
}
