import { isRoleName } from "../access/roles.ts";
import type { RoleName } from "../access/roles.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import { readFault } from "./read-fault.ts";
import type { Parameters } from "../http/parameters.ts";
import { featureLevels, packageStatuses, tokenKinds, visibilities } from "../world/model.ts";
import type { Admin, NewToken } from "./admin-types.ts";

type Command = (admin: Admin, parameters: Parameters) => unknown;

/** The admin functions by name, each reading its arguments from a JSON object. */
export const adminCommands: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    "create-project",
    (admin, p) =>
      admin.createProject({
        path: p.requiredText("path"),
        ...defined({
          visibility: p.oneOf("visibility", visibilities),
          defaultBranch: p.text("default_branch"),
          importRepository: p.text("import_repository"),
        }),
      }),
  ],
  [
    "set-project",
    (admin, p) =>
      admin.setProject(
        p.requiredText("project"),
        defined({
          path: p.text("path"),
          visibility: p.oneOf("visibility", visibilities),
          archived: p.boolean("archived"),
          readOnly: p.boolean("read_only"),
          jobTokenPush: p.boolean("job_token_push"),
          jobTokenInbound: p.boolean("job_token_inbound"),
          registryAccess: p.oneOf("registry_access", featureLevels),
          releasesAccess: p.oneOf("releases_access", featureLevels),
          catalog: p.boolean("catalog"),
          advertiseAtomic: p.boolean("advertise_atomic"),
        }),
      ),
  ],
  [
    "set-instance",
    (admin, p) =>
      admin.setInstance(
        defined({
          genericFileLimitBytes: p.integer("generic_file_limit_bytes"),
          packagesEnabled: p.boolean("packages_enabled"),
          pushPipelineLimit: p.integer("push_pipeline_limit"),
          rateLimit: readRateLimit(p),
          objectStorageOrigin: p.text("object_storage_origin"),
        }),
      ),
  ],
  [
    "set-namespace",
    (admin, p) =>
      admin.setNamespace(
        p.requiredText("project"),
        defined({
          genericDuplicatesAllowed: p.boolean("generic_duplicates_allowed"),
          genericDuplicateExceptionRegex: p.text("generic_duplicate_exception_regex"),
        }),
      ),
  ],
  [
    "create-user",
    (admin, p) =>
      admin.createUser({
        username: p.requiredText("username"),
        ...defined({ name: p.text("name"), email: p.text("email") }),
      }),
  ],
  [
    "set-member",
    (admin, p) => {
      const role = readRole(p) ?? "developer";
      return admin.setMember(p.requiredText("project"), p.requiredInteger("user_id"), role);
    },
  ],
  ["create-token", (admin, p) => admin.createToken(readToken(p))],
  ["revoke-token", (admin, p) => admin.revokeToken(p.requiredText("value"))],
  [
    "expire-token",
    (admin, p) => admin.expireToken(p.requiredText("value"), p.requiredText("date")),
  ],
  [
    "protect-branch",
    (admin, p) =>
      admin.protectBranch(
        p.requiredText("project"),
        p.requiredText("name"),
        defined({
          pushLevel: p.integer("push_level"),
          mergeLevel: p.integer("merge_level"),
          allowForcePush: p.boolean("allow_force_push"),
        }),
      ),
  ],
  [
    "unprotect-branch",
    (admin, p) => admin.unprotectBranch(p.requiredText("project"), p.requiredText("name")),
  ],
  [
    "protect-tag",
    (admin, p) =>
      admin.protectTag(
        p.requiredText("project"),
        p.requiredText("name"),
        defined({ createLevel: p.integer("create_level") }),
      ),
  ],
  [
    "set-package-status",
    (admin, p) => {
      const status = p.oneOf("status", packageStatuses) ?? "default";
      const id = p.requiredInteger("package_id");
      return admin.setPackageStatus(p.requiredText("project"), id, status);
    },
  ],
  [
    "start-job",
    (admin, p) =>
      admin.startJob({
        project: p.requiredText("project"),
        ...defined({
          userId: p.integer("user_id"),
          role: readRole(p),
          pipelineId: p.integer("pipeline_id"),
          ref: p.text("ref"),
          name: p.text("name"),
          stage: p.text("stage"),
        }),
      }),
  ],
  [
    "end-job",
    (admin, p) =>
      admin.endJob(
        p.requiredInteger("id"),
        p.oneOf("status", ["success", "failed", "canceled"]) ?? "success",
      ),
  ],
  ["add-fault", (admin, p) => ({ id: admin.addFault(readFault(p)) })],
  ["remove-fault", (admin, p) => admin.removeFault(p.requiredInteger("id"))],
  ["clear-faults", (admin) => admin.clearFaults()],
  ["fault-hits", (admin, p) => ({ hits: admin.faultHits(p.requiredInteger("id")) })],
  ["requests", (admin) => admin.requests()],
  ["clear-requests", (admin) => admin.clearRequests()],
]);

function readToken(p: Parameters): NewToken {
  const kinds = tokenKinds.filter((kind) => kind !== "job");
  return {
    kind: p.oneOf("kind", kinds) ?? "personal",
    scopes: p.texts("scopes") ?? ["api"],
    ...defined({
      project: p.text("project"),
      group: p.text("group"),
      role: readRole(p),
      userId: p.integer("user_id"),
      name: p.text("name"),
      expiresAt: p.text("expires_at"),
      revoked: p.boolean("revoked"),
    }),
  };
}

function readRateLimit(p: Parameters): RateLimit | undefined {
  const requests = p.integer("rate_limit_requests");
  if (requests === undefined) return undefined;
  return { requests, windowSeconds: p.integer("rate_limit_seconds") ?? 60 };
}

function readRole(p: Parameters): RoleName | undefined {
  const role = p.text("role");
  if (role === undefined) return undefined;
  if (!isRoleName(role)) throw new RangeError(`${role} is no role`);
  return role;
}

type Defined<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

/** The same without the keys that have no value. */
function defined<Values extends Record<string, unknown>>(values: Values): Defined<Values> {
  const kept: Defined<Values> = {};
  for (const key in values) {
    const value = values[key];
    if (isPresent(value)) kept[key] = value;
  }
  return kept;
}

function isPresent<Value>(value: Value): value is Exclude<Value, undefined> {
  return value !== undefined;
}
