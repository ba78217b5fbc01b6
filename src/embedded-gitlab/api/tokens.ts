import { isExpired } from "../access/authenticate.ts";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { badRequest, unauthorized } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Token } from "../world/model.ts";
import { showOptionalTime, showTime, showUser } from "./user-entity.ts";
import { assertUser } from "../access/permissions.ts";

/** https://docs.gitlab.com/api/personal_access_tokens/, https://docs.gitlab.com/api/users/ */
export const tokenRoutes = [
  route("GET", "/user", currentUser, { scopes: ["read_user"] }),
  route("GET", "/personal_access_tokens/self", showSelf, { anyScope: true, jobToken: "any" }),
  route("DELETE", "/personal_access_tokens/self", revokeSelf, { anyScope: true, jobToken: "any" }),
];

function currentUser(exchange: Exchange): Answer {
  const user = assertUser(exchange);
  return json({
    ...showUser(exchange, user),
    created_at: showTime(user.createdAt),
    bot: user.bot,
    email: user.email,
    commit_email: user.email,
    is_admin: false,
    two_factor_enabled: false,
  });
}

function showSelf(exchange: Exchange): Answer {
  const token = ownToken(exchange);
  return json({
    id: token.id,
    name: token.name,
    revoked: token.revoked,
    created_at: showTime(token.createdAt),
    description: null,
    scopes: token.scopes,
    user_id: token.user?.id ?? null,
    last_used_at: showOptionalTime(token.lastUsedAt),
    last_used_ips: [],
    active: !token.revoked && !isExpired(token, exchange.world.now()),
    expires_at: token.expiresAt ?? null,
    granular: false,
    granular_scopes: [],
  });
}

function revokeSelf(exchange: Exchange): Answer {
  ownToken(exchange).revoked = true;
  return noContent;
}

function ownToken({ caller }: Exchange): Token {
  if (caller.token === undefined) throw unauthorized();
  if (caller.token.kind === "job" || caller.token.kind === "deploy") {
    throw badRequest("This endpoint requires token type to be a personal access token");
  }
  return caller.token;
}
