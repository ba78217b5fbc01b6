import { randomBytes } from "node:crypto";
import type { Job, Token, TokenKind, User } from "./model.ts";
import type { World } from "./world.ts";

export interface TokenInit {
  readonly kind: TokenKind;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly user?: User | undefined;
  readonly projectId?: number | undefined;
  readonly job?: Job | undefined;
  readonly expiresAt?: string | undefined;
  readonly revoked?: boolean | undefined;
}

/** Makes a token with a random value of GitLab's shape for its kind. */
export function createToken(world: World, init: TokenInit): Token {
  const token: Token = {
    id: world.nextId("token"),
    kind: init.kind,
    value: randomValue(init.kind),
    name: init.name,
    scopes: [...init.scopes],
    createdAt: world.now(),
    expiresAt: init.expiresAt,
    revoked: init.revoked ?? false,
    lastUsedAt: undefined,
    user: init.user,
    projectId: init.projectId,
    job: init.job,
  };
  world.tokens.set(token.value, token);
  return token;
}

function randomValue(kind: TokenKind): string {
  switch (kind) {
    case "deploy":
      return `gldt-${randomText(15)}`;
    case "job":
      // From GitLab 19.0 on a job's token is a JWT: long, with dots.
      return [{ typ: "JWT", alg: "RS256" }, { jti: randomText(24) }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .concat(randomBytes(192).toString("base64url"))
        .join(".");
    default:
      return `glpat-${randomText(15)}`;
  }
}

function randomText(bytes: number): string {
  return randomBytes(bytes).toString("base64url").replaceAll("_", "x").replaceAll("-", "y");
}
