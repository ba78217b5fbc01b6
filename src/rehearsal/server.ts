import { type EmbeddedGitlab, startEmbeddedGitlab } from "../embedded-gitlab/index.ts";
import { get, type GitLab, json } from "../gitlab/client.ts";
import { write } from "../gitlab/outcome.ts";
import { createGitLab, openHttp, readProxies } from "../gitlab/index.ts";
import { fieldsOf } from "../gitlab/fields.ts";
import { listAll } from "../gitlab/pages.ts";
import { projectPath } from "../gitlab/project.ts";
import { Secret } from "../step/secret.ts";
import type { StepContext } from "../step/define.ts";
import type { CommitFacts, Pipeline, RehearsedProject } from "./variables.ts";

/** The server that a rehearsal runs against, as far as a runner and a Maintainer know it. */
export interface Server {
  readonly project: RehearsedProject;
  /** The API, as the Maintainer sees it. */
  readonly gitlab: GitLab;
  /** May push to the protected branch. */
  readonly pushToken: string;
  /** The server's own controls. */
  readonly admin: EmbeddedGitlab["admin"];
  /** Starts a pipeline on the default branch by hand. */
  startPipeline(): Promise<Pipeline>;
  /** The pipeline that the push of a tag has started; `undefined` where there is none. */
  tagPipeline(tag: string): Promise<Pipeline | undefined>;
  /** Starts a job of a pipeline, as a runner that picks it up. */
  startJob(pipelineId: number, name: string): Promise<RunningJob>;
}

export interface RunningJob {
  readonly id: number;
  readonly token: string;
  end(status: "success" | "failed"): void;
}

type Context = Pick<
  StepContext,
  "log" | "clock" | "signal" | "version" | "defer" | "redactor" | "environment"
>;

/** Starts an embedded GitLab that ends with the step, with one project made of the repository. */
export async function startServer(
  { repository, project }: { repository: string; project: string },
  { log, clock, signal, version, defer, redactor, environment }: Context,
): Promise<Server> {
  const { PATH: path } = environment;
  const embedded = await startEmbeddedGitlab({
    project,
    importRepository: repository,
    ...(path === undefined ? {} : { path }),
  });
  defer(() => embedded.close());
  redactor.add(...Object.values(embedded.tokens));
  const http = openHttp({
    userAgent: `slipway/${version}`,
    proxies: readProxies({}),
    authorityFiles: [],
    signal,
  });
  defer(() => http.close());
  const token = {
    variable: "the rehearsal",
    kind: "private",
    secret: new Secret(embedded.tokens.maintainer),
  } as const;
  const gitlab = createGitLab({
    api: embedded.api,
    project: String(embedded.project.id),
    token,
    http,
    log,
    clock,
    signal,
  });
  return serverOver(embedded, gitlab, redactor);
}

async function serverOver(
  embedded: EmbeddedGitlab,
  gitlab: GitLab,
  redactor: Context["redactor"],
): Promise<Server> {
  const project = await readProject(embedded, gitlab);
  return {
    project,
    gitlab,
    pushToken: embedded.tokens.maintainer,
    admin: embedded.admin,
    startPipeline: async () => {
      const answered = await write(gitlab, {
        call: {
          method: "POST",
          path: `${projectPath(gitlab)}/pipeline`,
          json: { ref: project.defaultBranch },
          purpose: "start a pipeline",
          needs: "the role Maintainer",
        },
        isThere: async () => false,
      });
      const created = answered === "there" ? undefined : json(gitlab, answered);
      return readPipeline(gitlab, created, {
        kind: "branch",
        name: project.defaultBranch,
        protected: true,
      });
    },
    tagPipeline: async (tag) => {
      const call = { path: `${projectPath(gitlab)}/pipelines`, query: { ref: tag }, ...asReader };
      const [newest] = await listAll(gitlab, call, "pipelines");
      if (newest === undefined) return undefined;
      const ref = { kind: "tag", name: tag, protected: false } as const;
      const path = `${projectPath(gitlab)}/pipelines/${newest.integer("id")}`;
      return readPipeline(gitlab, await get(gitlab, { path, ...asReader }), ref);
    },
    startJob: async (pipelineId, name) => {
      const { id, token } = await embedded.admin.startJob({
        project: embedded.project.id,
        role: "maintainer",
        pipelineId,
        name,
      });
      redactor.add(token);
      return { id, token, end: (status) => embedded.admin.endJob(id, status) };
    },
  };
}

const asReader = { purpose: "see what the rehearsal has made", needs: "the role Reporter" };

async function readProject(
  { url, project }: EmbeddedGitlab,
  gitlab: GitLab,
): Promise<RehearsedProject> {
  const fields = fieldsOf(
    await get(gitlab, { path: projectPath(gitlab), ...asReader }),
    "the project",
  );
  const version = fieldsOf(await get(gitlab, { path: "/version", ...asReader }), "the version");
  return {
    serverUrl: url,
    serverVersion: version.text("version"),
    id: project.id,
    path: project.path,
    defaultBranch: fields.text("default_branch"),
  };
}

async function readPipeline(
  gitlab: GitLab,
  entity: unknown,
  ref: Pipeline["ref"],
): Promise<Pipeline> {
  const fields = fieldsOf(entity, "a pipeline");
  const sha = fields.text("sha");
  return {
    id: fields.integer("id"),
    source: ref.kind === "tag" ? "push" : "web",
    createdAt: fields.text("created_at"),
    sha,
    ref,
    commit: await readCommit(gitlab, sha),
  };
}

async function readCommit(gitlab: GitLab, sha: string): Promise<CommitFacts> {
  const path = `${projectPath(gitlab)}/repository/commits/${sha}`;
  const fields = fieldsOf(await get(gitlab, { path, ...asReader }), `the commit ${sha}`);
  return {
    message: fields.text("message"),
    author: `${fields.text("author_name")} <${fields.text("author_email")}>`,
    timestamp: fields.text("committed_date"),
  };
}
