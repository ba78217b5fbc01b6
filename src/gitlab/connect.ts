import { path, secret, type StepContext, text, url, type Values } from "../step/index.ts";
import { createGitLab, type GitLab } from "./client.ts";
import { openHttp } from "./http.ts";
import { readProxies } from "./proxies.ts";
import { chooseToken } from "./tokens.ts";

/** Where GitLab is and who asks: the inputs of every step that speaks to it. */
export const gitlabInputs = {
  GITLAB_API: url({
    from: ["CI_API_V4_URL"],
    about: "Address of GitLab's API. In a job it is known.",
    example: "https://gitlab.example.org/api/v4",
  }),
  GITLAB_PROJECT: text({
    from: ["CI_PROJECT_ID", "CI_PROJECT_PATH"],
    about: "Number or full path of the project. In a job it is the job's own.",
    example: "group/project",
  }),
  CI_JOB_TOKEN: secret({
    optional: true,
    about: "Token of the running job; GitLab sets it. It is dead when the job has ended.",
  }),
  GITLAB_TOKEN: secret({
    optional: true,
    about:
      "Personal, project or group access token with the scope api: for runs outside of a job, and where the job token may not do what is needed.",
  }),
  CI_PROJECT_PASSWORD: secret({
    optional: true,
    about:
      "Project access token under the name that many job repositories already use for their pushes.",
  }),
  CI_SERVER_TLS_CA_FILE: path({
    optional: true,
    about: "Certificates of the authority of the GitLab server, as the runner gives them.",
  }),
  EXTRA_CA_FILE: path({
    optional: true,
    about: "File of further certificates (PEM) to trust, besides those of the system.",
    example: "/etc/ssl/company-ca.pem",
  }),
};

export type TokenVariable = "CI_JOB_TOKEN" | "GITLAB_TOKEN" | "CI_PROJECT_PASSWORD";

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
  const { inputs, log, clock, signal, defer } = context;
  const token = chooseToken(order.map((variable) => ({ variable, secret: inputs[variable] })));
  const http = openHttp({
    userAgent: `slipway/${context.version}`,
    proxies: readProxies(context.environment),
    authorityFiles: authorityFiles(inputs),
    signal,
  });
  defer(() => http.close());
  const gitlab = createGitLab({
    api: inputs.GITLAB_API,
    project: inputs.GITLAB_PROJECT,
    token,
    http,
    log,
    clock,
    deadlineMs: jobDeadlineMs(context),
    signal,
  });
  log.info(
    `GitLab ${gitlab.host}, project ${gitlab.project}, with the token in ${token.variable}.`,
  );
  return gitlab;
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
