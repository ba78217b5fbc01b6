import { type GitLab, get } from "./client.ts";
import { fieldsOf } from "./fields.ts";

/** What a personal, project or group access token says of itself. */
export interface TokenSelf {
  name: string;
  userId: number | undefined;
  scopes: readonly string[];
  active: boolean;
  revoked: boolean;
  /** The day on which it ends, at midnight UTC, as `2026-01-31`; `undefined` for never. */
  expiresAt: string | undefined;
}

/**
 * Reads the token that asks; any scope suffices.
 *
 * @throws {StepError} E_TOKEN_REFUSED for one that is expired, revoked or unknown; E_GITLAB_REJECTED for a job token.
 * @see https://docs.gitlab.com/api/personal_access_tokens/#get-details-on-a-personal-access-token
 */
export async function readTokenSelf(gitlab: GitLab): Promise<TokenSelf> {
  const value = await get(gitlab, {
    path: "/personal_access_tokens/self",
    purpose: `read what the token in ${gitlab.token.variable} may do`,
    needs: "a personal, project or group access token of any scope",
  });
  const fields = fieldsOf(value, "an access token");
  return {
    name: fields.text("name"),
    userId: fields.optionalInteger("user_id"),
    scopes: fields.texts("scopes"),
    active: fields.flag("active") ?? true,
    revoked: fields.flag("revoked") ?? false,
    expiresAt: fields.optionalText("expires_at"),
  };
}
