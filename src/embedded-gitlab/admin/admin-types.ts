import type { RoleName } from "../access/roles.ts";
import type { FaultRule } from "../http/faults.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { LoggedRequest } from "../http/request-log.ts";
import type { BranchProtection, ProjectInit, TagProtection } from "../world/create-project.ts";
import type { NamespaceSettings, PackageStatus, Project, TokenKind } from "../world/model.ts";
import type { UserInit } from "../world/users.ts";

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
