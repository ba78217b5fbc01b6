import type { Role } from "../access/roles.ts";
import type { Repository } from "../git/repository.ts";

export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly bot: boolean;
  readonly createdAt: Date;
}

export const tokenKinds = ["personal", "project", "group", "job", "deploy"] as const;
export type TokenKind = (typeof tokenKinds)[number];

export interface Token {
  readonly id: number;
  readonly kind: TokenKind;
  readonly value: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  /** Midnight UTC at the start of this date ends it (`YYYY-MM-DD`). */
  expiresAt: string | undefined;
  revoked: boolean;
  lastUsedAt: Date | undefined;
  /** Whom it acts for; a deploy token acts for nobody. */
  readonly user: User | undefined;
  /** The project of a project access token or deploy token. */
  readonly projectId: number | undefined;
  /** Set on the token of a job. */
  readonly job: Job | undefined;
}

export const visibilities = ["private", "internal", "public"] as const;
export type Visibility = (typeof visibilities)[number];

export interface AccessRule {
  readonly id: number;
  readonly level: number;
  readonly userId: number | undefined;
}

export interface ProtectedBranch {
  readonly id: number;
  readonly name: string;
  pushAccess: AccessRule[];
  mergeAccess: AccessRule[];
  allowForcePush: boolean;
}

export interface ProtectedTag {
  readonly name: string;
  readonly createAccess: AccessRule[];
}

export const packageStatuses = [
  "default",
  "hidden",
  "processing",
  "error",
  "pending_destruction",
  "deprecated",
] as const;
export type PackageStatus = (typeof packageStatuses)[number];

export interface PackageFile {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
  /** Where the bytes are, in the server's temporary folder. */
  readonly path: string;
  readonly createdAt: Date;
  readonly pipeline: Pipeline | undefined;
  status: PackageStatus;
}

export interface Package {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  readonly type: "generic";
  readonly creator: User | undefined;
  readonly createdAt: Date;
  status: PackageStatus;
  lastDownloadedAt: Date | undefined;
  files: PackageFile[];
  pipelines: Pipeline[];
}

export interface PackageProtectionRule {
  readonly id: number;
  namePattern: string;
  packageType: string;
  minimumPush: number | undefined;
  minimumDelete: number | undefined;
}

export const linkTypes = ["other", "runbook", "image", "package"] as const;
export type LinkType = (typeof linkTypes)[number];

export interface ReleaseLink {
  readonly id: number;
  name: string;
  url: string;
  filepath: string | undefined;
  linkType: LinkType;
}

export interface Milestone {
  readonly id: number;
  readonly iid: number;
  readonly title: string;
}

export interface Evidence {
  readonly sha: string;
  readonly id: number;
  readonly collectedAt: Date;
}

export interface Release {
  readonly tag: string;
  /** The commit the tag named when the release was made. */
  readonly sha: string;
  readonly author: User | undefined;
  readonly createdAt: Date;
  name: string;
  description: string | undefined;
  releasedAt: Date;
  milestones: Milestone[];
  /** Oldest first; the answers show the newest first. */
  links: ReleaseLink[];
  evidences: Evidence[];
}

export interface Note {
  readonly id: number;
  readonly author: User;
  readonly createdAt: Date;
  readonly internal: boolean;
  body: string;
  updatedAt: Date;
}

export interface MergeRequest {
  readonly id: number;
  readonly iid: number;
  readonly sourceBranch: string;
  readonly author: User;
  readonly createdAt: Date;
  targetBranch: string;
  title: string;
  description: string | undefined;
  state: "opened" | "closed" | "merged";
  labels: string[];
  assigneeIds: number[];
  reviewerIds: number[];
  removeSourceBranch: boolean;
  squash: boolean;
  updatedAt: Date;
  mergedAt: Date | undefined;
  closedAt: Date | undefined;
  mergeCommitSha: string | undefined;
  /** Set to merge when its pipeline succeeds. Nothing runs here, so that it stays set. */
  autoMerge: boolean;
  notes: Note[];
}

export interface Variable {
  readonly key: string;
  readonly value: string;
}

export const variableTypes = ["env_var", "file"] as const;
export type VariableType = (typeof variableTypes)[number];

/** A CI/CD variable of a project. */
export interface ProjectVariable {
  readonly key: string;
  readonly value: string;
  readonly type: VariableType;
  readonly protected: boolean;
  readonly masked: boolean;
  /** Whether its value is never shown again. */
  readonly hidden: boolean;
  readonly raw: boolean;
  readonly environmentScope: string;
  readonly description: string | undefined;
}

export interface Pipeline {
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  readonly sha: string;
  readonly beforeSha: string;
  readonly ref: string;
  readonly tag: boolean;
  readonly source: "push" | "api" | "trigger" | "pipeline" | "web" | "merge_request_event";
  readonly user: User | undefined;
  readonly variables: readonly Variable[];
  readonly createdAt: Date;
  name: string | undefined;
  status: string;
}

export interface Job {
  readonly id: number;
  readonly name: string;
  readonly stage: string;
  readonly pipeline: Pipeline;
  readonly user: User;
  readonly createdAt: Date;
  status: "running" | "success" | "failed" | "canceled";
  finishedAt: Date | undefined;
}

export interface AllowlistEntry {
  readonly projectId: number;
  /** `undefined`: everything its user may do; else only these fine-grained permissions. */
  readonly permissions: readonly string[] | undefined;
}

export interface Trigger {
  readonly id: number;
  readonly description: string;
  readonly token: string;
  readonly owner: User;
  readonly createdAt: Date;
}

export const featureLevels = ["disabled", "private", "enabled", "public"] as const;
export type FeatureLevel = (typeof featureLevels)[number];

export interface Project {
  readonly id: number;
  readonly repository: Repository;
  readonly createdAt: Date;
  /** With its namespace: `group/job-project`. */
  path: string;
  previousPaths: string[];
  name: string;
  description: string | undefined;
  visibility: Visibility;
  defaultBranch: string;
  archived: boolean;
  readOnly: boolean;
  jobTokenPush: boolean;
  jobTokenInbound: boolean;
  allowlist: AllowlistEntry[];
  registryAccess: FeatureLevel;
  releasesAccess: FeatureLevel;
  /** Whether it is a CI/CD catalog project. */
  catalog: boolean;
  catalogVersions: string[];
  members: Map<number, Role>;
  /** The day on which a membership ends, as `2026-01-31`. */
  memberExpiry: Map<number, string>;
  variables: ProjectVariable[];
  protectedBranches: ProtectedBranch[];
  protectedTags: ProtectedTag[];
  packageRules: PackageProtectionRule[];
  packages: Package[];
  releases: Release[];
  milestones: Milestone[];
  mergeRequests: MergeRequest[];
  pipelines: Pipeline[];
  triggers: Trigger[];
  counters: Map<string, number>;
}

/** GitLab keeps these per namespace; here per first part of the path. */
export interface NamespaceSettings {
  genericDuplicatesAllowed: boolean;
  genericDuplicateExceptionRegex: string;
}
