import { roleIn } from "../access/caller.ts";
import type { Caller } from "../access/caller.ts";
import { matchesWildcard } from "../access/protection.ts";
import type { NamespaceSettings, Package, PackageFile, Project } from "../world/model.ts";
import type { World } from "../world/world.ts";
import type { ReceivedFile } from "./receive-file.ts";

export interface StoredName {
  readonly packageName: string;
  readonly version: string;
  /** With its path, `/` as `%2F`. */
  readonly fileName: string;
}

/** The package that a file of this name and version goes into: one that is not being removed. */
export function findPackage(project: Project, name: string, version: string): Package | undefined {
  return project.packages.find(
    (one) => one.name === name && one.version === version && one.status !== "pending_destruction",
  );
}

/** The newest file of a name that can be downloaded. */
export function findNewestFile(
  project: Project,
  name: StoredName,
): [Package, PackageFile] | undefined {
  const found = findPackage(project, name.packageName, name.version);
  if (found === undefined || !["default", "hidden", "deprecated"].includes(found.status))
    return undefined;
  const file = found.files.findLast(
    (one) => one.name === name.fileName && one.status === "default",
  );
  return file === undefined ? undefined : [found, file];
}

/** Whether GitLab refuses another file of the same name: `allowed XOR the exception matches` lets it in. */
export function isDuplicateRefused(
  settings: NamespaceSettings,
  project: Project,
  { packageName, version, fileName }: StoredName,
): boolean {
  const existing = findPackage(project, packageName, version);
  if (existing === undefined || !existing.files.some((file) => file.name === fileName))
    return false;
  const pattern = settings.genericDuplicateExceptionRegex;
  const anchored = new RegExp(`^(?:${pattern})$`);
  const isException = pattern !== "" && (anchored.test(packageName) || anchored.test(version));
  return settings.genericDuplicatesAllowed === isException;
}

/** Whether a protection rule asks for a higher role than the caller's. A deploy token has none. */
export function isPackageProtected(
  caller: Caller,
  project: Project,
  packageName: string,
  action: "push" | "delete",
): boolean {
  return project.packageRules.some((rule) => {
    const minimum = action === "push" ? rule.minimumPush : rule.minimumDelete;
    if (minimum === undefined || rule.packageType !== "generic") return false;
    if (!matchesWildcard(rule.namePattern, packageName)) return false;
    return caller.user === undefined || roleIn(caller, project) < minimum;
  });
}

/** Takes a received file into the registry; only a job links it to its pipeline. */
export function storeFile(
  world: World,
  project: Project,
  caller: Caller,
  name: StoredName,
  received: ReceivedFile,
  status: "default" | "hidden" | undefined,
): [Package, PackageFile] {
  const pipeline = caller.job?.pipeline;
  const found = findPackage(project, name.packageName, name.version);
  const target = found ?? createPackage(world, project, caller, name);
  if (status !== undefined) target.status = status;
  if (pipeline !== undefined && !target.pipelines.includes(pipeline))
    target.pipelines.push(pipeline);
  const file: PackageFile = {
    ...received,
    id: world.nextId("package file"),
    name: name.fileName,
    createdAt: world.now(),
    pipeline,
    status: "default",
  };
  target.files.push(file);
  return [target, file];
}

function createPackage(
  world: World,
  project: Project,
  caller: Caller,
  { packageName, version }: StoredName,
): Package {
  const created: Package = {
    id: world.nextId("package"),
    name: packageName,
    version,
    type: "generic",
    creator: caller.user,
    createdAt: world.now(),
    status: "default",
    lastDownloadedAt: undefined,
    files: [],
    pipelines: [],
  };
  project.packages.push(created);
  return created;
}
