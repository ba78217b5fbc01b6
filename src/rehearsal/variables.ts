/** The project on the server that a rehearsal runs against. */
export interface RehearsedProject {
  /** `http://127.0.0.1:1234`, without a slash at its end. */
  readonly serverUrl: string;
  readonly serverVersion: string;
  readonly id: number;
  readonly path: string;
  readonly defaultBranch: string;
}

/** One pipeline, on a branch or on a tag. */
export interface Pipeline {
  readonly id: number;
  readonly source: "push" | "web";
  readonly createdAt: string;
  readonly sha: string;
  readonly ref: {
    readonly kind: "branch" | "tag";
    readonly name: string;
    readonly protected: boolean;
  };
  readonly commit: CommitFacts;
  readonly tagMessage?: string;
}

export interface CommitFacts {
  readonly message: string;
  /** `Name <mail>` */
  readonly author: string;
  /** ISO 8601 */
  readonly timestamp: string;
}

export interface JobFacts {
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  readonly token: string;
  readonly startedAt: string;
  readonly projectDir: string;
  readonly buildsDir: string;
}

/**
 * The predefined variables of a job.
 *
 * @see https://docs.gitlab.com/ci/variables/predefined_variables/
 */
export function jobVariables(
  project: RehearsedProject,
  pipeline: Pipeline,
  job: JobFacts,
): Readonly<Record<string, string>> {
  const { ref, commit } = pipeline;
  const [title = "", ...description] = commit.message.split("\n");
  return {
    ...serverVariables(project),
    ...projectVariables(project),
    CI: "true",
    GITLAB_CI: "true",
    CI_PIPELINE_SOURCE: pipeline.source,
    CI_PIPELINE_CREATED_AT: pipeline.createdAt,
    CI_PIPELINE_ID: String(pipeline.id),
    CI_PIPELINE_IID: String(pipeline.id),
    CI_PIPELINE_URL: `${project.serverUrl}/${project.path}/-/pipelines/${pipeline.id}`,
    CI_COMMIT_SHA: pipeline.sha,
    CI_COMMIT_SHORT_SHA: pipeline.sha.slice(0, 8),
    CI_COMMIT_BEFORE_SHA: "0".repeat(40),
    CI_COMMIT_REF_NAME: ref.name,
    CI_COMMIT_REF_SLUG: slug(ref.name),
    CI_COMMIT_REF_PROTECTED: String(ref.protected),
    CI_COMMIT_MESSAGE: commit.message,
    CI_COMMIT_TITLE: title,
    CI_COMMIT_DESCRIPTION: description.join("\n").trim(),
    CI_COMMIT_AUTHOR: commit.author,
    CI_COMMIT_TIMESTAMP: commit.timestamp,
    ...(ref.kind === "branch"
      ? { CI_COMMIT_BRANCH: ref.name }
      : { CI_COMMIT_TAG: ref.name, CI_COMMIT_TAG_MESSAGE: pipeline.tagMessage ?? "" }),
    ...jobFacts(project, job),
  };
}

function serverVariables({
  serverUrl,
  serverVersion,
}: RehearsedProject): Readonly<Record<string, string>> {
  const { hostname, port, protocol, host } = new URL(serverUrl);
  const [major = "", minor = "", patch = ""] = serverVersion.split(/[.-]/);
  return {
    CI_SERVER: "yes",
    CI_SERVER_URL: serverUrl,
    CI_SERVER_HOST: hostname,
    CI_SERVER_PORT: port,
    CI_SERVER_PROTOCOL: protocol.replace(":", ""),
    CI_SERVER_FQDN: host,
    CI_SERVER_NAME: "GitLab",
    CI_SERVER_VERSION: serverVersion,
    CI_SERVER_VERSION_MAJOR: major,
    CI_SERVER_VERSION_MINOR: minor,
    CI_SERVER_VERSION_PATCH: patch,
    CI_API_V4_URL: `${serverUrl}/api/v4`,
  };
}

function projectVariables({
  serverUrl,
  id,
  path,
  defaultBranch,
}: RehearsedProject): Readonly<Record<string, string>> {
  const slash = path.lastIndexOf("/");
  return {
    CI_PROJECT_ID: String(id),
    CI_PROJECT_PATH: path,
    CI_PROJECT_NAME: path.slice(slash + 1),
    CI_PROJECT_TITLE: path.slice(slash + 1),
    CI_PROJECT_NAMESPACE: path.slice(0, slash),
    CI_PROJECT_ROOT_NAMESPACE: path.split("/")[0] ?? "",
    CI_PROJECT_URL: `${serverUrl}/${path}`,
    CI_PROJECT_VISIBILITY: "private",
    CI_DEFAULT_BRANCH: defaultBranch,
  };
}

function jobFacts(
  { serverUrl, path }: RehearsedProject,
  job: JobFacts,
): Readonly<Record<string, string>> {
  const { host, protocol } = new URL(serverUrl);
  return {
    CI_JOB_ID: String(job.id),
    CI_JOB_NAME: job.name,
    CI_JOB_NAME_SLUG: slug(job.name),
    CI_JOB_STAGE: job.stage,
    CI_JOB_TOKEN: job.token,
    CI_JOB_STARTED_AT: job.startedAt,
    CI_JOB_URL: `${serverUrl}/${path}/-/jobs/${job.id}`,
    CI_PROJECT_DIR: job.projectDir,
    CI_BUILDS_DIR: job.buildsDir,
    CI_REPOSITORY_URL: `${protocol}//gitlab-ci-token:${job.token}@${host}/${path}.git`,
    GITLAB_USER_LOGIN: "rehearsal",
    GITLAB_USER_NAME: "Rehearsal",
    GITLAB_USER_EMAIL: "rehearsal@noreply.invalid",
  };
}

/** GitLab's rule of `CI_COMMIT_REF_SLUG`: lower case, 63 characters, `-` for all else, none at the edges. */
function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
}
