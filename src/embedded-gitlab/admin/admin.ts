import { roles } from "../access/roles.ts";
import { importRepository } from "../git/import-repository.ts";
import { gitIn } from "../git/repository.ts";
import type { GitHost } from "../git/run-git.ts";
import type { Faults } from "../http/faults.ts";
import type { LoggedRequest } from "../http/request-log.ts";
import { createProject, protectBranch, protectTag } from "../world/create-project.ts";
import type { Project, User } from "../world/model.ts";
import { settlePipeline } from "../world/pipelines.ts";
import { createUser } from "../world/users.ts";
import { nextIid } from "../world/world.ts";
import type { World } from "../world/world.ts";
import type { Admin, ProjectHandle, ProjectName, ProjectSettings } from "./admin-types.ts";
import { newToken } from "./new-token.ts";
import { startJob } from "./start-job.ts";

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
      settlePipeline(world, job.pipeline);
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
