import { constants } from "node:fs";
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdmin, handleOf } from "./admin/admin.ts";
import type { Admin, ProjectHandle } from "./admin/admin-types.ts";
import { embeddedGitlabErrors } from "./errors.ts";
import { importRepository } from "./git/import-repository.ts";
import { runGit } from "./git/run-git.ts";
import type { GitHost } from "./git/run-git.ts";
import { Faults } from "./http/faults.ts";
import type { LoggedRequest } from "./http/request-log.ts";
import { serve } from "./http/serve.ts";
import { createProject } from "./world/create-project.ts";
import type { Project } from "./world/model.ts";
import { World } from "./world/world.ts";

export interface EmbeddedGitlabOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Where it listens; default loopback. */
  readonly host?: string;
  /** The name its addresses carry; default: where it listens. */
  readonly externalHost?: string;
  /** Path of the first project; default `group/job-project`. */
  readonly project?: string;
  /** A repository whose branches and tags the project starts with. */
  readonly importRepository?: string;
  readonly now?: () => Date;
  /** Opens the admin endpoint (`/-/embedded/…`) to whoever sends it; else there is none. */
  readonly adminSecret?: string;
  /** Where git is looked for; default: where systems keep it. */
  readonly path?: string;
  /** Parent of the temporary folder; default: the system's. */
  readonly temporaryFolder?: string;
}

export interface EmbeddedGitlab {
  /** Without trailing slash. */
  readonly url: string;
  readonly api: string;
  readonly project: ProjectHandle;
  readonly tokens: {
    /** A project access token of a Maintainer: `api`, `write_repository`. */
    readonly maintainer: string;
    /** A personal token of a Developer: `api`, `write_repository`. */
    readonly developer: string;
    /** Of a running job that a Maintainer started. */
    readonly job: string;
  };
  readonly admin: Admin;
  /** The temporary folder, gone after `close`. */
  readonly folder: string;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const systemPath = "/usr/local/bin:/usr/bin:/bin";

/**
 * Starts a GitLab with one private project, whose default branch is protected for Maintainers.
 *
 * @throws {StepError} E_IMPORT_REPOSITORY, E_PORT_TAKEN, E_NO_GIT; nothing is left behind then.
 */
export async function startEmbeddedGitlab(
  options: EmbeddedGitlabOptions = {},
): Promise<EmbeddedGitlab> {
  const { temporaryFolder = tmpdir(), now = () => new Date() } = options;
  const folder = await mkdtemp(join(temporaryFolder, "embedded-gitlab-"));
  try {
    const host = await prepareHost(folder, options.path ?? systemPath);
    const world = new World(folder, now);
    const project = await createProject(world, host, { path: options.project ?? defaultProject });
    if (options.importRepository !== undefined) {
      await importRepository(world, project, options.importRepository);
    }
    return await listen(world, host, project, options);
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

export const defaultProject = "group/job-project";

async function prepareHost(folder: string, path: string): Promise<GitHost> {
  const emptyHome = join(folder, "home");
  const configFile = join(folder, "gitconfig");
  await Promise.all(["home", "repositories", "packages"].map((name) => mkdir(join(folder, name))));
  await writeFile(configFile, '[safe]\n\tdirectory = *\n[protocol "file"]\n\tallow = always\n');
  const host = { path, configFile, emptyHome };
  let programs: string;
  try {
    programs = (await runGit(host, ["--exec-path"])).toString().trim();
  } catch (cause) {
    throw embeddedGitlabErrors("E_NO_GIT", "git cannot be started.", { cause });
  }
  const backend = join(programs, "git-http-backend");
  await access(backend, constants.X_OK).catch((cause: unknown) => {
    throw embeddedGitlabErrors("E_NO_GIT", `There is no ${backend}.`, { cause });
  });
  return { ...host, backend };
}

async function listen(
  world: World,
  host: GitHost,
  project: Project,
  options: EmbeddedGitlabOptions,
): Promise<EmbeddedGitlab> {
  const listenHost = options.host ?? "127.0.0.1";
  const faults = new Faults();
  const log: LoggedRequest[] = [];
  let url = "";
  const origin = (): string => url;
  const admin = createAdmin({ world, host, faults, log, origin });
  const serving = { world, faults, log, admin, adminSecret: options.adminSecret, origin };
  // Addresses longer than Node's own limit are to be refused in GitLab's words.
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    // Nobody is left to be told: the client went away while it was answered.
    serve(serving, request, response).catch(() => response.destroy());
  });
  // An upload of many gigabytes takes as long as it takes.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  const port = await listenOn(server, options.port ?? 0, listenHost);
  url = `http://${options.externalHost ?? listenHost}:${port}`;
  const tokens = await createTokens(admin, project);
  const close = closeOnce(server, world.folder);
  return {
    url,
    api: `${url}/api/v4`,
    project: handleOf(project, url),
    tokens,
    admin,
    folder: world.folder,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function createTokens(admin: Admin, project: Project): Promise<EmbeddedGitlab["tokens"]> {
  const scopes = ["api", "write_repository"];
  const maintainer = admin.createToken({
    kind: "project",
    name: "release",
    project: project.id,
    role: "maintainer",
    scopes,
  });
  const { id: developerId } = admin.createUser({ username: "developer", name: "Dana Developer" });
  admin.setMember(project.id, developerId, "developer");
  const developer = admin.createToken({ kind: "personal", userId: developerId, scopes });
  const { id: starterId } = admin.createUser({ username: "maintainer", name: "Max Maintainer" });
  admin.setMember(project.id, starterId, "maintainer");
  const job = await admin.startJob({ project: project.id, userId: starterId });
  return { maintainer: maintainer.value, developer: developer.value, job: job.token };
}

async function listenOn(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === "EADDRINUSE" || cause.code === "EACCES";
      const message = `Nothing can listen on ${host}:${port}: ${cause.code ?? cause.message}.`;
      reject(isTaken ? embeddedGitlabErrors("E_PORT_TAKEN", message, { cause }) : cause);
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("There is no port");
  return address.port;
}

function closeOnce(server: Server, folder: string): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await removeFolder(folder);
  };
  return () => (closing ??= close());
}

// git children that are just ending may still write: a few tries.
function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
