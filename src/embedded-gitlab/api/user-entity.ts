import type { Exchange } from "../http/exchange.ts";
import type { User } from "../world/model.ts";

/** A user as others see them. */
export function showUser({ origin }: Pick<Exchange, "origin">, user: User) {
  return {
    id: user.id,
    username: user.username,
    public_email: null,
    name: user.name,
    state: "active",
    locked: false,
    avatar_url: null,
    web_url: `${origin}/${user.username}`,
  };
}

/** A time as GitLab writes it. */
export function showTime(date: Date): string {
  return date.toISOString();
}

/** A time that may not have come yet. */
export function showOptionalTime(date: Date | undefined): string | null {
  return date === undefined ? null : date.toISOString();
}
