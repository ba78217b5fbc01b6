import type { Problem, StepError } from "../step/index.ts";
import { Secret } from "../step/secret.ts";
import { gitlabError } from "./errors.ts";

/**
 * `job`: `CI_JOB_TOKEN`. `private`: a personal, project or group access token. `deploy`: it reads package files and
 * nothing else. `none`: asked as a stranger.
 */
export type TokenKind = "job" | "private" | "deploy" | "none";

export interface Token {
  /** The variable it came from: it is printed, the value never is. */
  variable: string;
  kind: TokenKind;
  secret: Secret;
}

/** Nobody's: what is public can be read without a token. */
export const noToken: Token = { variable: "no variable", kind: "none", secret: new Secret("") };

export type TokenVariable = "CI_JOB_TOKEN" | "GITLAB_TOKEN" | "CI_PROJECT_PASSWORD";

/** A variable that may hold a token. */
export interface TokenOffer {
  variable: string;
  secret: Secret | undefined;
}

/**
 * Takes the first token that is there; the caller's order is the documented one.
 *
 * A job token is told by its variable, by its value, or by its prefix: sent as `PRIVATE-TOKEN` it would be ignored,
 * and GitLab would answer as to a stranger, with 404.
 *
 * @throws {StepError} E_TOKEN_MISSING
 * @see https://docs.gitlab.com/ci/jobs/ci_job_token/
 */
export function chooseToken(offers: readonly TokenOffer[]): Token {
  const jobToken = offers.find(({ variable }) => variable === "CI_JOB_TOKEN")?.secret?.reveal();
  for (const { variable, secret } of offers) {
    if (secret === undefined) continue;
    const value = secret.reveal();
    const isJob = variable === "CI_JOB_TOKEN" || value === jobToken || value.startsWith("glcbt-");
    return { variable, secret, kind: isJob ? "job" : "private" };
  }
  throw missing(offers.map(({ variable }) => variable));
}

/**
 * A rule across the inputs of a step that cannot do without a token: told together with whatever else is wrong, so that
 * nobody mends the rest first and then hears of the token.
 */
export function requireToken(
  values: Readonly<Partial<Record<TokenVariable, Secret>>>,
  order: readonly TokenVariable[],
): readonly Problem[] {
  if (order.some((variable) => values[variable] !== undefined)) return [];
  const alone = missing(order);
  return [
    {
      name: order.join(" or "),
      got: "nothing",
      expected: "a token in one of them",
      cure: alone.hint ?? alone.message,
      alone,
    },
  ];
}

function missing(variables: readonly string[]): StepError {
  return gitlabError("E_TOKEN_MISSING", `None of ${variables.join(", ")} is set.`);
}

/** Deploy tokens are told by their prefix. */
export function isDeployToken({ secret }: Pick<Token, "secret">): boolean {
  return secret.reveal().startsWith("gldt-");
}

/** The same token, for downloads of package files alone: there a deploy token is as good as any other. */
export function forDownloads(token: Token): Token {
  return isDeployToken(token) ? { ...token, kind: "deploy" } : token;
}

const headerOf = { job: "job-token", private: "private-token", deploy: "deploy-token" } as const;

/** The header that carries the token. @see https://docs.gitlab.com/api/rest/authentication/ */
export function tokenHeaders({ kind, secret }: Token): Readonly<Record<string, string>> {
  if (kind === "none") return {};
  return { [headerOf[kind]]: secret.reveal() };
}
