export { startEmbeddedGitlab } from "./server.ts";
export type { EmbeddedGitlab, EmbeddedGitlabOptions } from "./server.ts";
export type {
  Admin,
  InstanceSettings,
  JobHandle,
  NewJob,
  NewToken,
  ProjectHandle,
  ProjectSettings,
  TokenHandle,
} from "./admin/admin-types.ts";
export type { RoleName } from "./access/roles.ts";
export type { FaultAction, FaultRule } from "./http/faults.ts";
export type { LoggedRequest } from "./http/request-log.ts";
