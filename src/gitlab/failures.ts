import type { StepError } from "../step/errors.ts";
import { type Answered, title } from "./call.ts";
import { readErrorText } from "./error-text.ts";
import { gitlabError } from "./errors.ts";
import { isDeployToken, type Token } from "./tokens.ts";
import type { TransportError } from "./transport-error.ts";

/** Who asked which server: for the messages. */
export interface Asker {
  token: Token;
  /** Host and port of the server. */
  host: string;
}

/**
 * The error that an answer other than success means, with GitLab's text, the request, its id and the rights that
 * would explain it.
 */
export function answerFailure(answered: Answered, asker: Asker): StepError {
  const { status, call } = answered;
  const { text, scope, isHtml } = readErrorText(answered);
  const said = `Cannot ${call.purpose}: ${asker.host} answered ${status} to ${title(call)}: ${text}${ending(text)}${requestNote(answered)}`;
  const { token } = asker;
  const by = token.kind === "none" ? "No token was sent." : `The token is ${token.variable}.`;
  const rights = `It needs ${call.needs}.`;
  // A proxy in front of GitLab answers 413 with a page of its own.
  if (status === 413) return gitlabError("E_PACKAGE_TOO_LARGE", said);
  if (status >= 500 || status === 429 || status === 408)
    return gitlabError("E_GITLAB_UNAVAILABLE", said);
  if (isHtml) return gitlabError("E_GITLAB_NOT_JSON", said);
  if (scope !== undefined || /insufficient_scope/.test(text))
    return gitlabError("E_TOKEN_SCOPE", `${said} ${by}`, {
      hint: `The token in ${token.variable} lacks a scope${scope === undefined ? "" : ` (${scope})`}. ${rights}`,
    });
  if (status === 401)
    return gitlabError("E_TOKEN_REFUSED", `${said} ${by}`, {
      hint: refusedHint(token, text),
    });
  if (status === 403)
    return gitlabError("E_FORBIDDEN", `${said} ${by}`, {
      hint: `${rights} ${rightsHint(token)}`,
    });
  if (status === 404)
    return gitlabError("E_NOT_FOUND", `${said} ${by}`, {
      hint: `It is absent, or hidden from this token: GitLab answers 404 where rights are missing, too. ${rights} ${rightsHint(token)}`,
    });
  if (status === 409) return gitlabError("E_CONFLICT", said);
  if (status >= 300 && status < 400) return gitlabError("E_GITLAB_REDIRECT", said);
  return gitlabError("E_GITLAB_REJECTED", said);
}

/** The error that the lack of an answer means. */
export function transportFailure(
  error: TransportError,
  purpose: string,
  { host }: Asker,
  attempts = 1,
): StepError {
  const tries = attempts > 1 ? ` (${attempts} attempts)` : "";
  const said = `Cannot ${purpose}: ${host}: ${error.message}${tries}.`;
  const options = { cause: error };
  switch (error.kind) {
    case "host":
      return gitlabError("E_GITLAB_HOST", said, options);
    case "tls":
      return gitlabError("E_GITLAB_TLS", said, { ...options, ...tlsHint(error) });
    case "proxy":
      return gitlabError("E_GITLAB_PROXY", said, options);
    case "oversized":
      return gitlabError("E_GITLAB_TOO_MUCH", said, options);
    case "connect":
    case "broken":
    case "stalled":
      return gitlabError("E_GITLAB_UNREACHABLE", said, options);
  }
}

function ending(text: string): string {
  return /[.!?…]$/.test(text) ? "" : ".";
}

function requestNote({ requestId }: Answered): string {
  return requestId === undefined ? "" : ` (request ${requestId})`;
}

const strangersHint =
  "Without a token only what is public can be read: set GITLAB_TOKEN to one with the scope read_api.";

function refusedHint(token: Token, text: string): string {
  const { variable, kind } = token;
  if (kind === "none") return strangersHint;
  if (kind === "job")
    return `A job token is valid only while its job runs, and only where the API takes one. Outside of a job set GITLAB_TOKEN instead of ${variable}.`;
  if (isDeployToken(token))
    return `${variable} holds a deploy token (gldt-…), which GitLab takes for downloads alone. Make a project access token (Settings, Access tokens) and store it there instead.`;
  if (/expired/i.test(text))
    return `The token in ${variable} is expired: tokens end at midnight UTC of their last day. Make a new one (Settings, Access tokens).`;
  if (/revoked/i.test(text))
    return `The token in ${variable} was revoked. Make a new one (Settings, Access tokens).`;
  return `GitLab does not know the token in ${variable}: it is mistyped, of another server, expired or deleted. Make a new one (Settings, Access tokens).`;
}

function rightsHint({ variable, kind }: Token): string {
  if (kind === "none") return strangersHint;
  return kind === "job"
    ? `The job token has the role of whoever started the pipeline; in another project it also needs an entry in that project's allowlist (Settings, CI/CD, Job token permissions).`
    : `Check that the user of the token in ${variable} is a member of the project with that role, and the token's own role and scopes.`;
}

function tlsHint(error: TransportError): { hint?: string } {
  return error.message.includes("without TLS")
    ? { hint: "Check the port of the address, or write http:// where the server has no TLS." }
    : clockHint(error);
}

// The certificate is rarely made in the future; the machine's clock is often in the past (H17).
function clockHint({ cause, message }: TransportError): { hint?: string } {
  const text = `${message} ${cause instanceof Error ? cause.message : ""}`;
  return /not[ _]yet[ _]valid/i.test(text)
    ? {
        hint: `The clock of this machine says ${new Date().toISOString()}: set it, or wait until the certificate is valid.`,
      }
    : {};
}
