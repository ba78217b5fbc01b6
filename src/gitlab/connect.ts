import type { StepContext, Values } from "../step/index.ts";
import { createGitLab, type GitLab } from "./client.ts";
import { openHttp } from "./http.ts";
import type { gitlabInputs } from "./inputs.ts";
import { readProxies } from "./proxies.ts";
import { chooseToken, noToken, type Token, type TokenOffer, type TokenVariable } from "./tokens.ts";

/** What of a step's context a connection is made of. */
export type Connection = Pick<
  StepContext,
  "variable" | "environment" | "clock" | "log" | "signal" | "version" | "defer"
> & { readonly inputs: Values<typeof gitlabInputs> };

/**
 * Makes the client of a step. It says which variable the token came from, asks GitLab nothing yet, and is closed when
 * the step ends.
 *
 * @param order the first of these that is set is the token.
 * @throws {StepError} E_TOKEN_MISSING
 */
export function connectGitLab(context: Connection, order: readonly TokenVariable[]): GitLab {
  const { inputs } = context;
  const offers = order.map((variable) => ({ variable, secret: inputs[variable] }));
  return connectProject(context, inputs.GITLAB_PROJECT, offers);
}

/** The same for a step that only reads: where none of them is set, it asks as a stranger. */
export function connectReader(context: Connection, order: readonly TokenVariable[]): GitLab {
  const { inputs, log } = context;
  if (order.some((variable) => inputs[variable] !== undefined))
    return connectGitLab(context, order);
  log.info(`None of ${order.join(", ")} is set: only what is public can be read.`);
  return connect(context, inputs.GITLAB_PROJECT, noToken);
}

/** The same for another project, with tokens of its own; the first that is set is taken. */
export function connectProject(
  context: Connection,
  project: string,
  offers: readonly TokenOffer[],
): GitLab {
  const token = chooseToken(offers);
  const gitlab = connect(context, project, token);
  context.log.info(
    `GitLab ${gitlab.host}, project ${gitlab.project}, with the token in ${token.variable}.`,
  );
  return gitlab;
}

function connect(context: Connection, project: string, token: Token): GitLab {
  const { inputs, log, clock, defer } = context;
  const ending = new AbortController();
  const signal = AbortSignal.any([context.signal, ending.signal]);
  const http = openHttp({
    userAgent: `slipway/${context.version}`,
    proxies: readProxies(context.environment),
    authorityFiles: authorityFiles(inputs),
    signal,
  });
  defer(() => {
    // A question that nobody waits for any more is not asked again, either.
    ending.abort();
    return http.close();
  });
  return createGitLab({
    api: inputs.GITLAB_API,
    project,
    token,
    http,
    log,
    clock,
    deadlineMs: jobDeadlineMs(context),
    signal,
  });
}

/** The files of authorities that are given, for git and curl as well. */
export function authorityFiles(
  inputs: Pick<Values<typeof gitlabInputs>, "CI_SERVER_TLS_CA_FILE" | "EXTRA_CA_FILE">,
) {
  return (["CI_SERVER_TLS_CA_FILE", "EXTRA_CA_FILE"] as const).flatMap((variable) => {
    const file = inputs[variable];
    return file === undefined ? [] : [{ variable, path: file }];
  });
}

/** A minute is kept for the report before GitLab ends the job. */
const reserveMs = 60_000;

/** When waiting must end, on the monotonic clock. @see https://docs.gitlab.com/ci/variables/predefined_variables/ */
function jobDeadlineMs({ variable, clock }: Connection): number {
  const startedMs = Date.parse(variable("CI_JOB_STARTED_AT") ?? "");
  const timeoutSeconds = Number(variable("CI_JOB_TIMEOUT") ?? "");
  if (Number.isNaN(startedMs) || !(timeoutSeconds > 0)) return Infinity;
  const leftMs = startedMs + timeoutSeconds * 1000 - reserveMs - clock.now().getTime();
  return clock.monotonicMs() + leftMs;
}
