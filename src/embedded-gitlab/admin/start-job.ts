import { roles } from "../access/roles.ts";
import type { RoleName } from "../access/roles.ts";
import { findRef, resolveCommit } from "../git/refs.ts";
import type { Job, Project, User } from "../world/model.ts";
import { createJob, createPipeline } from "../world/pipelines.ts";
import { createToken } from "../world/tokens.ts";
import { createUser } from "../world/users.ts";
import type { World } from "../world/world.ts";
import type { JobHandle, NewJob } from "./admin-types.ts";

/** Records a running job and gives it a token. */
export async function startJob(
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
