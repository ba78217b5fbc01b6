import { json } from "./answer.ts";
import type { Answer, AnswerHeaders } from "./answer.ts";

export interface RateLimit {
  /** Requests an identity may make in a window. */
  readonly requests: number;
  readonly windowSeconds: number;
}

/** Counts requests as GitLab's throttle does, in windows of the clock. */
export class RateLimiter {
  readonly #seen = new Map<string, number>();
  #window = 0;

  /** Headers for an answer; and the refusal of a request beyond the limit. */
  count(
    limit: RateLimit,
    identity: string,
    now: Date,
  ): { headers: AnswerHeaders; refusal?: Answer } {
    const seconds = Math.floor(now.getTime() / 1000);
    const window = Math.floor(seconds / limit.windowSeconds);
    if (window !== this.#window) this.#seen.clear();
    this.#window = window;
    const observed = (this.#seen.get(identity) ?? 0) + 1;
    this.#seen.set(identity, observed);
    const reset = (window + 1) * limit.windowSeconds;
    const headers = {
      "ratelimit-name": "throttle_authenticated_api",
      "ratelimit-limit": String(limit.requests),
      "ratelimit-observed": String(observed),
      "ratelimit-remaining": String(Math.max(0, limit.requests - observed)),
      "ratelimit-reset": String(reset),
    };
    if (observed <= limit.requests) return { headers };
    const refused = {
      ...headers,
      "retry-after": String(reset - seconds),
      "ratelimit-resettime": new Date(reset * 1000).toUTCString(),
    };
    return { headers: {}, refusal: json({ message: "429 Too Many Requests" }, 429, refused) };
  }
}
