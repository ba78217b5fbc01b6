import { Secret } from "../step/secret.ts";
import { gitlabError } from "./errors.ts";

/** `job`: `CI_JOB_TOKEN`. `private`: a personal, project or group access token. `none`: asked as a stranger. */
export type TokenKind = "job" | "private" | "none";

export interface Token {
  /** The variable it came from: it is printed, the value never is. */
  variable: string;
  kind: TokenKind;
  secret: Secret;
}

/** Nobody's: what is public can be read without a token. */
export const noToken: Token = { variable: "no variable", kind: "none", secret: new Secret("") };

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
  const names = offers.map(({ variable }) => variable).join(", ");
  throw gitlabError("E_TOKEN_MISSING", `None of ${names} is set.`);
}

/** The header that carries the token. @see https://docs.gitlab.com/api/rest/authentication/ */
export function tokenHeaders({ kind, secret }: Token): Readonly<Record<string, string>> {
  if (kind === "none") return {};
  return { [kind === "job" ? "job-token" : "private-token"]: secret.reveal() };
}
