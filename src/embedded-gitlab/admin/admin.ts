import { roles } from "../access/roles.ts";
import type { RoleName } from "../access/roles.ts";
import { resolveCommit, findRef } from "../git/refs.ts";
import { gitIn } from "../git/repository.ts";
import type { GitHost } from "../git/run-git.ts";
import type { Faults, FaultRule } from "../http/faults.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { LoggedRequest } from "../http/request-log.ts";
import { createProject, protectBranch, protectTag } from "../world/create-project.ts";
import type { BranchProtection, ProjectInit, TagProtection } from "../world/create-project.ts";
import type {
  Job,
  NamespaceSettings,
  PackageStatus,
  Project,
  TokenKind,
  User,
} from "../world/model.ts";
import { createJob, createPipeline } from "../world/pipelines.ts";
import { createToken } from "../world/tokens.ts";
import { createProjectBot, createUser } from "../world/users.ts";
import type { UserInit } from "../world/users.ts";
import type { World } from "../world/world.ts";
import { nextIid } from "../world/world.ts";
import { importRepository } from "../git/import-repository.ts";

/** What a test or a rehearsal may do to the server that no client may. A project is named by id or path. */
export interface Admin {
  createProject(init: ProjectInit & { readonly importRepository?: string }): Promise<ProjectHandle>;
  /** Changes what GitLab's settings pages change, and moves a project (`path`). */
  setProject(project: ProjectName, settings: ProjectSettings): Promise<void>;
  setInstance(settings: InstanceSettings): void;
  /** Settings of a project's root namespace. */
  setNamespace(project: ProjectName, settings: Partial<NamespaceSettings>): void;
  createUser(init: UserInit): UserHandle;
  /** Makes a user a member, or changes the role; `none` removes. */
  setMember(project: ProjectName, userId: number, role: RoleName): void;
  createToken(init: NewToken): TokenHandle;
  /** Revokes a token by its value. */
  revokeToken(value: string): void;
  /** Makes a token expire on this date (`YYYY-MM-DD`). */
  expireToken(value: string, date: string): void;
  protectBranch(project: ProjectName, name: string, protection?: BranchProtection): void;
  unprotectBranch(project: ProjectName, name: string): void;
  protectTag(project: ProjectName, name: string, protection?: TagProtection): void;
  createMilestone(project: ProjectName, title: string): number;
  /** Versions that the project has in the CI/CD catalog. */
  catalogVersions(project: ProjectName): readonly string[];
  setPackageStatus(project: ProjectName, packageId: number, status: PackageStatus): void;
  /** A running job, in a pipeline of its own unless one is named, started by a user. */
  startJob(init: NewJob): Promise<JobHandle>;
  /** Ends a job; its token is worthless from then on. */
  endJob(jobId: number, status?: "success" | "failed" | "canceled"): void;
  addFault(rule: FaultRule): number;
  removeFault(id: number): void;
  clearFaults(): void;
  /** How often each fault has hit. */
  faultHits(id: number): number;
  /** All requests since the start, oldest first. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
}

export type ProjectName = number | string;

export interface ProjectHandle {
  readonly id: number;
  readonly path: string;
  readonly httpUrl: string;
}

export interface ProjectSettings {
  readonly path?: string;
  readonly visibility?: Project["visibility"];
  readonly archived?: boolean;
  readonly readOnly?: boolean;
  readonly jobTokenPush?: boolean;
  readonly jobTokenInbound?: boolean;
  readonly registryAccess?: Project["registryAccess"];
  readonly releasesAccess?: Project["releasesAccess"];
  readonly allowlist?: Project["allowlist"];
  /** Makes it a CI/CD catalog project. */
  readonly catalog?: boolean;
  /** Whether git's server side offers atomic pushes (G07). */
  readonly advertiseAtomic?: boolean;
}

export interface InstanceSettings {
  readonly genericFileLimitBytes?: number;
  readonly packagesEnabled?: boolean;
  readonly pushPipelineLimit?: number;
  /** Makes downloads redirect to signed addresses below this origin, which this server answers; `undefined` ends it. */
  readonly objectStorageOrigin?: string | undefined;
  /** Of the API, per identity. */
  readonly rateLimit?: RateLimit;
}

export interface UserHandle {
  readonly id: number;
  readonly username: string;
}

export interface NewToken {
  readonly kind: Exclude<TokenKind, "job">;
  readonly scopes: readonly string[];
  /** The project of a project access token or deploy token; for a personal token, where `role` is given. */
  readonly project?: ProjectName;
  /** The namespace of a group access token: its bot is a member of every project below. */
  readonly group?: string;
  /** Default developer. */
  readonly role?: RoleName;
  /** Of a personal token; a new user where absent. */
  readonly userId?: number;
  readonly name?: string;
  readonly expiresAt?: string;
  readonly revoked?: boolean;
}

export interface TokenHandle {
  readonly id: number;
  readonly value: string;
  /** The user it acts for; of a deploy token the user name for Basic. */
  readonly username: string;
  readonly userId: number | undefined;
}

export interface NewJob {
  readonly project: ProjectName;
  readonly userId?: number;
  /** For a new user. Default maintainer. */
  readonly role?: RoleName;
  readonly pipelineId?: number;
  /** Branch or tag; default: the default branch. */
  readonly ref?: string;
  readonly name?: string;
  readonly stage?: string;
}

export interface JobHandle {
  readonly id: number;
  readonly token: string;
  readonly pipelineId: number;
  readonly userId: number;
}

export interface AdminWorld {
  readonly world: World;
  readonly host: GitHost;
  readonly faults: Faults;
  readonly log: LoggedRequest[];
  readonly origin: () => string;
}

export function createAdmin({ world, host, faults, log, origin }: AdminWorld): Admin {
  const project = (name: ProjectName): Project => {
    const found = world.findProject(String(name));
    if (found === undefined) throw new RangeError(`There is no project ${name}`);
    return found;
  };
  const user = (id: number): User => {
    const found = world.users.get(id);
    if (found === undefined) throw new RangeError(`There is no user ${id}`);
    return found;
  };
  const token = (value: string) => {
    const found = world.tokens.get(value);
    if (found === undefined) throw new RangeError("There is no such token");
    return found;
  };
  return {
    createProject: async (init) => {
      const created = await createProject(world, host, init);
      if (init.importRepository !== undefined) {
        await importRepository(world, created, init.importRepository);
      }
      return handleOf(created, origin());
    },
    setProject: (name, settings) => applySettings(project(name), settings),
    setInstance: (settings) => void Object.assign(world, settings),
    setNamespace: (name, settings) =>
      void Object.assign(world.namespaceSettings(project(name)), settings),
    createUser: (init) => createUser(world, init),
    setMember: (name, userId, role) => void project(name).members.set(user(userId).id, roles[role]),
    createToken: (init) => newToken(world, init, project, user, new URL(origin()).host),
    revokeToken: (value) => {
      token(value).revoked = true;
    },
    expireToken: (value, date) => {
      token(value).expiresAt = date;
    },
    protectBranch: (name, branch, protection = {}) =>
      protectBranch(world, project(name), branch, protection),
    unprotectBranch: (name, branch) => {
      const found = project(name);
      found.protectedBranches = found.protectedBranches.filter((rule) => rule.name !== branch);
    },
    protectTag: (name, tag, protection = {}) => protectTag(world, project(name), tag, protection),
    createMilestone: (name, title) => {
      const found = project(name);
      const id = world.nextId("milestone");
      found.milestones.push({ id, iid: nextIid(found, "milestone"), title });
      return id;
    },
    catalogVersions: (name) => project(name).catalogVersions,
    setPackageStatus: (name, packageId, status) => {
      const found = project(name).packages.find((one) => one.id === packageId);
      if (found === undefined) throw new RangeError(`There is no package ${packageId}`);
      found.status = status;
    },
    startJob: (init) => startJob(world, project(init.project), init, user),
    endJob: (jobId, status = "success") => {
      const job = world.jobs.get(jobId);
      if (job === undefined) throw new RangeError(`There is no job ${jobId}`);
      job.status = status;
      job.finishedAt = world.now();
    },
    addFault: (rule) => faults.add(rule),
    removeFault: (id) => void faults.remove(id),
    clearFaults: () => faults.clear(),
    faultHits: (id) => faults.list().find((fault) => fault.id === id)?.hits ?? 0,
    requests: () => log,
    clearRequests: () => {
      log.length = 0;
    },
  };
}

export function handleOf(project: Project, origin: string): ProjectHandle {
  return { id: project.id, path: project.path, httpUrl: `${origin}/${project.path}.git` };
}

async function applySettings(project: Project, settings: ProjectSettings): Promise<void> {
  const { path, advertiseAtomic, ...plain } = settings;
  if (path !== undefined && path !== project.path) {
    project.previousPaths.push(project.path);
    project.path = path;
  }
  if (advertiseAtomic !== undefined) {
    await gitIn(project.repository, ["config", "receive.advertiseAtomic", String(advertiseAtomic)]);
  }
  Object.assign(project, plain);
}

function newToken(
  world: World,
  init: NewToken,
  projectOf: (name: ProjectName) => Project,
  userOf: (id: number) => User,
  host: string,
): TokenHandle {
  const { kind, scopes, role = "developer", name = `${kind} token`, expiresAt, revoked } = init;
  const project = init.project === undefined ? undefined : projectOf(init.project);
  const owner = (): User | undefined => {
    if (kind === "deploy") return undefined;
    if (init.userId !== undefined) return userOf(init.userId);
    if (kind === "project" && project !== undefined) {
      return createProjectBot(world, project, name, host);
    }
    const prefix = kind === "group" ? "group_bot" : "user";
    return createUser(world, {
      username: `${prefix}_${world.nextId("username")}`,
      bot: kind === "group",
    });
  };
  const user = owner();
  if (user !== undefined) {
    if (project !== undefined) project.members.set(user.id, roles[role]);
    for (const below of world.projects.values()) {
      if (init.group !== undefined && below.path.startsWith(`${init.group}/`)) {
        below.members.set(user.id, roles[role]);
      }
    }
  }
  const token = createToken(world, {
    kind,
    name: kind === "deploy" ? `gitlab+deploy-token-${world.nextId("deploy token")}` : name,
    scopes,
    user,
    projectId: project?.id,
    expiresAt,
    revoked,
  });
  const { id, value } = token;
  return { id, value, username: user?.username ?? token.name, userId: user?.id };
}

async function startJob(
  world: World,
  project: Project,
  init: NewJob,
  userOf: (id: number) => User,
): Promise<JobHandle> {
  const user =
    init.userId === undefined ? newMember(world, project, init.role) : userOf(init.userId);
  const ref = init.ref ?? project.defaultBranch;
  const known = project.pipelines.find((one) => one.id === init.pipelineId);
  const sha = (await resolveCommit(project.repository, ref)) ?? "0".repeat(40);
  const tag = (await findRef(project.repository, `refs/tags/${ref}`)) !== undefined;
  const pipeline =
    known ??
    createPipeline(world, project, { sha, ref, tag, source: "api", user, status: "running" });
  const { name = "release", stage = "deploy" } = init;
  const job: Job = createJob(world, pipeline, user, { name, stage });
  const token = createToken(world, { kind: "job", name, scopes: [], user, job });
  return { id: job.id, token: token.value, pipelineId: pipeline.id, userId: user.id };
}

function newMember(world: World, project: Project, role: RoleName = "maintainer"): User {
  const user = createUser(world, { username: `${role}_${world.nextId("username")}` });
  project.members.set(user.id, roles[role]);
  return user;
}
