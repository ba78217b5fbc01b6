import { join } from "node:path";
import { roles } from "../access/roles.ts";
import { createRepository } from "../git/repository.ts";
import type { GitHost } from "../git/run-git.ts";
import type { Project, Visibility } from "./model.ts";
import type { World } from "./world.ts";

export interface ProjectInit {
  /** With its namespace: `group/job-project`. */
  readonly path: string;
  readonly visibility?: Visibility;
  readonly defaultBranch?: string;
}

/** Makes a project with an empty repository, whose default branch is protected for Maintainers. */
export async function createProject(
  world: World,
  host: GitHost,
  { path, visibility = "private", defaultBranch = "main" }: ProjectInit,
): Promise<Project> {
  const id = world.nextId("project");
  const folder = join(world.folder, "repositories", `${id}.git`);
  const project: Project = {
    id,
    repository: await createRepository(host, folder, defaultBranch),
    createdAt: world.now(),
    path,
    previousPaths: [],
    name: path.split("/").at(-1) ?? path,
    description: undefined,
    visibility,
    defaultBranch,
    archived: false,
    readOnly: false,
    jobTokenPush: false,
    jobTokenInbound: true,
    allowlist: [],
    registryAccess: "enabled",
    releasesAccess: "enabled",
    catalog: false,
    catalogVersions: [],
    members: new Map(),
    memberExpiry: new Map(),
    variables: [],
    protectedBranches: [],
    protectedTags: [],
    packageRules: [],
    packages: [],
    releases: [],
    milestones: [],
    mergeRequests: [],
    pipelines: [],
    triggers: [],
    counters: new Map(),
  };
  world.projects.set(id, project);
  protectBranch(world, project, defaultBranch, {});
  return project;
}

export interface BranchProtection {
  readonly pushLevel?: number;
  readonly mergeLevel?: number;
  readonly pushUserIds?: readonly number[];
  readonly allowForcePush?: boolean;
}

/** Protects a branch or a pattern of branches, instead of a rule of the same name. */
export function protectBranch(
  world: World,
  project: Project,
  name: string,
  protection: BranchProtection,
): void {
  const { pushLevel, mergeLevel, pushUserIds = [], allowForcePush = false } = protection;
  const rule = (level: number, userId?: number) => ({
    id: world.nextId("access level"),
    level,
    userId,
  });
  const users = pushUserIds.map((userId) => rule(roles.maintainer, userId));
  const levels =
    pushLevel === undefined && users.length > 0 ? [] : [rule(pushLevel ?? roles.maintainer)];
  project.protectedBranches = [
    ...project.protectedBranches.filter((branch) => branch.name !== name),
    {
      id: world.nextId("protected branch"),
      name,
      pushAccess: [...levels, ...users],
      mergeAccess: [rule(mergeLevel ?? roles.maintainer)],
      allowForcePush,
    },
  ];
}

export interface TagProtection {
  readonly createLevel?: number;
  readonly createUserIds?: readonly number[];
}

/** Protects a tag or a pattern of tags, instead of a rule of the same name. */
export function protectTag(
  world: World,
  project: Project,
  name: string,
  { createLevel, createUserIds = [] }: TagProtection,
): void {
  const rule = (level: number, userId?: number) => ({
    id: world.nextId("access level"),
    level,
    userId,
  });
  const users = createUserIds.map((userId) => rule(roles.maintainer, userId));
  const levels =
    createLevel === undefined && users.length > 0 ? [] : [rule(createLevel ?? roles.maintainer)];
  project.protectedTags = [
    ...project.protectedTags.filter((tag) => tag.name !== name),
    { name, createAccess: [...levels, ...users] },
  ];
}
