import { statSync } from "node:fs";
import process from "node:process";
import { StepError } from "../step/errors.ts";
import { slipwayVersion } from "../step/version.ts";
import { embeddedGitlabErrors } from "./errors.ts";
import { startEmbeddedGitlab } from "./server.ts";
import type { EmbeddedGitlab, EmbeddedGitlabOptions } from "./server.ts";

/** The command `embedded-gitlab`: no step, but a server that runs until it is told to end. */
export async function run(): Promise<void> {
  const [argument, ...more] = process.argv.slice(2);
  if (argument === undefined) return serveUntilSignalled().catch(report);
  if (more.length === 0 && argument === "--version") {
    process.stdout.write(`embedded-gitlab ${slipwayVersion}\n`);
  } else if (more.length === 0 && argument === "--help") {
    process.stdout.write(help);
  } else {
    report(embeddedGitlabErrors("E_EMBEDDED_SETTINGS", "embedded-gitlab takes no arguments."));
  }
}

const help = `embedded-gitlab: serve a GitLab with one project, for rehearsals and tests, until it is told to end.

Usage: embedded-gitlab
       embedded-gitlab --help | --version

Prints one line of JSON when it is ready: its addresses, the project, tokens. Set by environment variables:
  PORT                           where it listens; default a free port
  EMBEDDED_GITLAB_PROJECT        path of the project; default group/job-project
  EMBEDDED_GITLAB_REPO           a repository whose branches and tags the project starts with
  EMBEDDED_GITLAB_HOST           the address it listens on; default 127.0.0.1
  EMBEDDED_GITLAB_EXTERNAL_HOST  the host name in the addresses it gives out
  EMBEDDED_GITLAB_ADMIN_SECRET   opens the admin endpoint to whoever sends it

Exit codes: 0 ended by a signal, 2 settings wrong, 5 no git or the port is taken.
`;

async function serveUntilSignalled(): Promise<void> {
  const gitlab = await startEmbeddedGitlab(readOptions(process.env));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // Every time, for a signal comes twice where npm or `timeout` passes on what the whole group was sent.
    process.on(signal, () => void gitlab.close());
  }
  process.stdout.write(`${readyLine(gitlab)}\n`);
}

function report(error: unknown): void {
  if (!(error instanceof StepError)) throw error;
  const hint = error.hint === undefined ? "" : `\n${error.hint}`;
  process.stderr.write(`${error.code}: ${error.message}${hint}\n`);
  process.exitCode = error.exit;
}

function readyLine({ url, api, project, tokens }: EmbeddedGitlab): string {
  return JSON.stringify({ url, api, project, tokens });
}

function readOptions(env: NodeJS.ProcessEnv): EmbeddedGitlabOptions {
  const port = env["PORT"] ?? "";
  const project = env["EMBEDDED_GITLAB_PROJECT"] ?? "";
  const repository = env["EMBEDDED_GITLAB_REPO"] ?? "";
  const problems: string[] = [];
  if (port !== "" && !isPort(port))
    problems.push(`PORT is ${JSON.stringify(port)}, which is no port from 1 to 65535.`);
  if (project !== "" && !isProjectPath(project)) {
    problems.push(
      `EMBEDDED_GITLAB_PROJECT is ${JSON.stringify(project)}, which is not of the form group/name.`,
    );
  }
  if (repository !== "" && !isFolder(repository)) {
    problems.push(
      `EMBEDDED_GITLAB_REPO is ${JSON.stringify(repository)}, where there is no folder.`,
    );
  }
  if (problems.length > 0) throw embeddedGitlabErrors("E_EMBEDDED_SETTINGS", problems.join("\n"));
  return {
    ...(port === "" ? {} : { port: Number(port) }),
    ...(project === "" ? {} : { project }),
    ...(repository === "" ? {} : { importRepository: repository }),
    ...optional("path", env["PATH"]),
    ...optional("host", env["EMBEDDED_GITLAB_HOST"]),
    ...optional("externalHost", env["EMBEDDED_GITLAB_EXTERNAL_HOST"]),
    ...optional("adminSecret", env["EMBEDDED_GITLAB_ADMIN_SECRET"]),
  };
}

function optional<Name extends string>(name: Name, value: string | undefined) {
  return value === undefined || value === "" ? {} : { [name]: value };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

// GitLab's own rule for paths, one group or more before the name.
function isProjectPath(text: string): boolean {
  return (
    /^[A-Za-z0-9_][\w.-]*(?:\/[A-Za-z0-9_][\w.-]*)+$/.test(text) && !/\.(?:git|atom)$/.test(text)
  );
}
