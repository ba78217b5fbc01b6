import type { Token } from "../world/model.ts";
import type { World } from "../world/world.ts";
import { anonymous, callerOf } from "./caller.ts";
import type { Caller } from "./caller.ts";
import type { Credential } from "./credentials.ts";
import { forbidden, insufficientScope, invalidToken, unauthorized } from "../http/refusals.ts";

/** What a route admits besides personal, project and group access tokens with the scope `api`. */
export interface RouteAccess {
  /** The permission a job token needs where the project narrows them; absent: job tokens are ignored here. */
  readonly jobToken?: string;
  /** Basic with a job token (`gitlab-ci-token`) or an access token. */
  readonly basic?: boolean;
  /** A deploy token with one of these scopes. */
  readonly deployToken?: readonly string[];
  /** Scopes that are enough besides `api` (and `read_api` for reads). */
  readonly scopes?: readonly string[];
  /** Any token that is alive. */
  readonly anyScope?: boolean;
  /** A wrong Basic is taken as nobody instead of refused (downloads from public projects). */
  readonly lenientBasic?: boolean;
}

/**
 * Who asks, by the first credential that the route takes.
 *
 * @throws {Refusal} 401 for a token that is unknown, expired or revoked; 403 for a scope too small.
 */
export function authenticate(
  world: World,
  credentials: readonly Credential[],
  access: RouteAccess,
  method: string,
): Caller {
  for (const credential of credentials) {
    const token = world.tokens.get(credential.value);
    if (isIgnored(credential, token, access)) continue;
    if (token === undefined || !fits(credential, token)) {
      if (credential.carrier === "basic" && access.lenientBasic === true) return anonymous;
      throw unauthorized();
    }
    assertAlive(token, world.now());
    assertScope(token, access, method);
    token.lastUsedAt = world.now();
    return callerOf(token);
  }
  return anonymous;
}

/** @throws {Refusal} 401 for a token that is revoked, expired, or of a job that ended. */
export function assertAlive(token: Token, now: Date): void {
  if (token.revoked) {
    throw invalidToken("Token was revoked. You have to re-authorize from the user.");
  }
  if (isExpired(token, now)) {
    throw invalidToken("Token is expired. You can either do re-authorization or token refresh.");
  }
  if (token.job !== undefined && token.job.status !== "running") throw unauthorized();
}

/** A token ends at midnight UTC at the start of its date. */
export function isExpired(token: Token, now: Date): boolean {
  return (
    token.expiresAt !== undefined && now.getTime() >= Date.parse(`${token.expiresAt}T00:00:00Z`)
  );
}

// A job token in a place or on a route that does not take it makes its bearer nobody, not someone refused.
function isIgnored(
  { carrier, value }: Credential,
  token: Token | undefined,
  access: RouteAccess,
): boolean {
  if (carrier === "job-token" || carrier === "job-token parameter") {
    return access.jobToken === undefined;
  }
  if (carrier === "deploy-token") return access.deployToken === undefined;
  if (carrier === "basic") return access.basic !== true;
  if (carrier === "bearer") return token?.kind === "job" && access.jobToken === undefined;
  return value.startsWith("glcbt-") || token?.kind === "job";
}

function fits({ carrier, username }: Credential, token: Token): boolean {
  switch (carrier) {
    case "job-token":
    case "job-token parameter":
      return token.kind === "job";
    case "deploy-token":
      return token.kind === "deploy";
    case "basic":
      if (token.kind === "job") return username === "gitlab-ci-token";
      return token.kind !== "deploy" || username === token.name;
    default:
      return token.kind !== "deploy";
  }
}

function assertScope(token: Token, access: RouteAccess, method: string): void {
  if (token.kind === "job" || access.anyScope === true) return;
  const reads = method === "GET" || method === "HEAD";
  if (token.kind === "deploy") {
    if (access.deployToken?.some((scope) => token.scopes.includes(scope)) !== true)
      throw forbidden();
    return;
  }
  const enough = ["api", ...(reads ? ["read_api"] : []), ...(access.scopes ?? [])];
  if (!enough.some((scope) => token.scopes.includes(scope))) throw insufficientScope(enough);
}
