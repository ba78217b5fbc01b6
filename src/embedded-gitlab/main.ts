import { statSync } from "node:fs";
import process from "node:process";
import { StepError } from "../step/errors.ts";
import { embeddedGitlabErrors } from "./errors.ts";
import { startEmbeddedGitlab } from "./server.ts";
import type { EmbeddedGitlab, EmbeddedGitlabOptions } from "./server.ts";

/** The command `embedded-gitlab`: no step, but a server that runs until it is told to end. */
export function run(): Promise<void> {
  return serveUntilSignalled().catch(report);
}

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
