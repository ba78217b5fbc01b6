import { syncError } from "../sync-errors.ts";
import type { LocalCopy } from "../transfer/local-copy.ts";

/** What a cache holds under a name. */
export interface Stored {
  readonly sizeBytes: number;
  /**
   * The digest of its bytes, as far as the cache itself vouches for it: `undefined` where the file would have to be
   * read back to know.
   */
  readonly sha256: string | undefined;
}

/** One cache. What has a name in it is complete and never changes. */
export interface CacheStore {
  /** For messages: `the cache hdfs (hdfs:///artifacts)`. */
  readonly title: string;
  /**
   * What is there, without reading it; `undefined` where the name is free.
   *
   * @throws {StepError} E_ARTIFACT_DIFFERS where the name is that of a folder.
   */
  find(name: string): Promise<Stored | undefined>;
  /** Reads what is there to its end. */
  readBack(name: string): Promise<Stored & { sha256: string }>;
  /** Keeps a proven digest for the next time, where the cache allows it; nothing fails where it does not. */
  remember(name: string, sha256: string): Promise<void>;
  /**
   * Sends a copy under a name of its own, proves it, then gives it the name, all at once. Never overwrites.
   *
   * @param sent is told of every piece, in bytes.
   * @throws {StepError} E_ARTIFACT_DIFFERS where somebody else published other bytes meanwhile.
   */
  put(name: string, copy: LocalCopy, sent: (bytes: number) => void): Promise<void>;
}

/** Told apart from what others may put beside: whose file it is, and that it is not complete. */
export function temporaryName(name: string): string {
  return `${temporaryStart(name)}${crypto.randomUUID().slice(0, 8)}${temporaryEnd}`;
}

const temporaryEnd = ".slipway-part";

/** A run of this artifact may take so long; what is older was left by one that was killed. */
const longestRunMs = 24 * 60 * 60 * 1000;

/** Whether a file was begun for this artifact by a run that cannot be under way any more. */
export function isLeftOver(
  name: string,
  found: { name: string; changedMs: number },
  nowMs: number,
): boolean {
  return (
    found.name.startsWith(temporaryStart(name)) &&
    found.name.endsWith(temporaryEnd) &&
    nowMs - found.changedMs > longestRunMs
  );
}

function temporaryStart(name: string): string {
  // The longest name that file systems take has 255 bytes.
  const start = Buffer.from(name)
    .subarray(0, 200)
    .toString("utf8")
    .replace(/\uFFFD$/, "");
  return `.${start}.`;
}

/** The refusal to touch what is there, with both files. */
export function differs(
  name: string,
  there: { title: string } & Stored,
  wanted: { title: string; sizeBytes: number | undefined; sha256: string | undefined },
): Error {
  return syncError(
    "E_ARTIFACT_DIFFERS",
    `${name} is there with other bytes:\n- ${line(there)}\n- ${line(wanted)}`,
  );
}

function line(file: {
  title: string;
  sizeBytes: number | undefined;
  sha256: string | undefined;
}): string {
  const size = file.sizeBytes === undefined ? "" : `${file.sizeBytes} bytes, `;
  return `${file.title}: ${size}SHA-256 ${file.sha256 ?? "not known"}`;
}
