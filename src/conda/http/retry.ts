import type { Clock } from "../../step/clock.ts";

/** A failure that another try may cure. */
export class Transient extends Error {
  readonly afterMs: number | undefined;

  /** @param afterMs when the server asked to come back */
  constructor(message: string, more: { cause?: unknown; afterMs?: number | undefined } = {}) {
    super(message, { cause: more.cause });
    this.name = "Transient";
    this.afterMs = more.afterMs;
  }
}

/** Tries, and how long it waits after the first one; each further wait is twice as long. */
export interface Patience {
  readonly tries: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

export const usualPatience: Patience = { tries: 6, firstWaitMs: 500, longestWaitMs: 30_000 };

/**
 * Runs the work until it ends with anything but `Transient`.
 *
 * @throws the last `Transient` when all tries are used up
 */
export async function withPatience<Result>(
  work: (attempt: number) => Promise<Result>,
  { patience, clock, signal }: { patience: Patience; clock: Clock; signal: AbortSignal },
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Transient) || attempt >= patience.tries) throw error;
      const usual = patience.firstWaitMs * 2 ** (attempt - 1);
      await clock.sleep(Math.min(error.afterMs ?? usual, patience.longestWaitMs), signal);
    }
  }
}

const networkFailures = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  "UND_ERR_ABORTED",
]);

const certificateFailures =
  /^(CERT_|UNABLE_TO_(VERIFY|GET)_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|ERR_TLS_CERT_ALTNAME)/;

/** @returns why the network failed, in words; `undefined` where it is something else. */
export function networkFailure(error: unknown): string | undefined {
  return failureOf(error, (code) => networkFailures.has(code));
}

/** @returns what is wrong with the server's certificate; `undefined` where it is something else. No try cures it. */
export function certificateFailure(error: unknown): string | undefined {
  // Node's own advice, behind a semicolon, is not for those who run a step.
  return failureOf(error, (code) => certificateFailures.test(code))?.split(";")[0];
}

function failureOf(error: unknown, isWanted: (code: string) => boolean): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
    if (isWanted(code)) return cause.message === "" ? code : cause.message;
  }
  return undefined;
}
