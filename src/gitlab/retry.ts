import type { Answer } from "./http.ts";
import type { TransportError } from "./transport-error.ts";

/** Whether the same request may be sent again, and not before when. */
export type Verdict = { retry: false } | { retry: true; afterMs?: number };

export interface RetryPolicy {
  /** Of sending, the first one included. */
  attempts: number;
  baseMs: number;
  /** Of the jitter; what the server asks for may be longer. */
  capMs: number;
  /** The longest wait that a server may ask for. */
  patienceMs: number;
}

export const normalRetry: RetryPolicy = {
  attempts: 5,
  baseMs: 1000,
  capMs: 30_000,
  patienceMs: 600_000,
};

const transientStatuses = new Set([408, 429, 500, 502, 503, 504]);

/** A rate-limited answer that names no time: GitLab's own default. */
const rateLimitMs = 60_000;

/** Sorts an answer: 408, 429 and the 5xx of overload may pass, the rest is final (H02). */
export function judgeAnswer(
  { status, headers }: Pick<Answer, "status" | "headers">,
  now: Date,
): Verdict {
  if (!transientStatuses.has(status)) return { retry: false };
  const afterMs = askedDelayMs(headers, now) ?? (status === 429 ? rateLimitMs : undefined);
  return afterMs === undefined ? { retry: true } : { retry: true, afterMs };
}

/** Sorts a failure without answer: networks recover; names, certificates, proxies and giant answers do not. */
export function judgeTransport({ kind }: Pick<TransportError, "kind">): Verdict {
  return { retry: kind === "connect" || kind === "broken" || kind === "stalled" };
}

/**
 * How long the server asks to be left alone: `Retry-After` in seconds or as a date, else `RateLimit-Reset` (Unix
 * seconds) where nothing remains.
 *
 * @returns milliseconds from now, or `undefined` where it does not ask.
 */
export function askedDelayMs(
  headers: Readonly<Record<string, string>>,
  now: Date,
): number | undefined {
  const after = headers["retry-after"]?.trim() ?? "";
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1000;
  const date = after === "" ? Number.NaN : Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, date - now.getTime());
  const reset = headers["ratelimit-reset"]?.trim() ?? "";
  const remaining = headers["ratelimit-remaining"]?.trim() ?? "0";
  if (/^\d{1,12}$/.test(reset) && remaining === "0")
    return Math.max(0, Number(reset) * 1000 - now.getTime());
  return undefined;
}

/**
 * The wait before a further attempt: full jitter, or what the server asked for where that is longer.
 *
 * @param failed how many attempts have failed, from 1.
 * @param random from 0 to 1.
 */
export function delayMs(
  failed: number,
  { baseMs, capMs }: Pick<RetryPolicy, "baseMs" | "capMs">,
  random: number,
  askedMs = 0,
): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failed - 1, 30));
  return Math.max(Math.round(random * ceiling), askedMs);
}
