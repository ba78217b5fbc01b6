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

/** @returns why the network failed, in words; `undefined` where it is something else. */
export function networkFailure(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
    if (networkFailures.has(code)) return cause.message === "" ? code : cause.message;
    if (code.startsWith("CERT_") || code.includes("SELF_SIGNED") || code.includes("CERTIFICATE"))
      return cause.message;
  }
  return undefined;
}
