import {
  connectProject,
  findProject,
  type GitLab,
  listPackageVersions,
  type PackageFile,
  type PackageId,
  readPackage,
  servedCopy,
  type StoredPackage,
} from "../../src/gitlab/index.ts";
import { StepError } from "../../src/step/index.ts";
import type { ProposeContext } from "./inputs.ts";

/** The registry of a project, read with whatever token there is; what cannot be read is said once and not needed. */
export interface Registry {
  readonly gitlab: GitLab;
  /** Numbers and paths that name the project. */
  readonly names: ReadonlySet<string>;
  /** `undefined` where the token may not read it. */
  read(id: PackageId): Promise<StoredPackage | undefined>;
  find(id: PackageId, file: string): Promise<PackageFile | undefined>;
  /** Of a package, newest first; none where the token may not read them. */
  versions(name: string): Promise<readonly string[]>;
}

/** @param project number or full path, as an address or GITLAB_PROJECT has it. */
export async function openRegistry(context: ProposeContext, project: string): Promise<Registry> {
  const { inputs, log, variable } = context;
  const connection = connectProject(context, project, [
    { variable: "CI_JOB_TOKEN", secret: inputs.CI_JOB_TOKEN },
    { variable: "GITLAB_TOKEN", secret: inputs.GITLAB_TOKEN },
    { variable: "CI_PROJECT_PASSWORD", secret: inputs.CI_PROJECT_PASSWORD },
    { variable: "DEPLOY_TOKEN", secret: inputs.DEPLOY_TOKEN },
  ]);
  const found = await readable(() => findProject(connection));
  // A job token does not see its own project's page; the job knows both names.
  const own = [variable("CI_PROJECT_ID"), variable("CI_PROJECT_PATH")];
  const names = new Set(
    [project, found?.id.toString(), found?.path, ...(own.includes(project) ? own : [])].filter(
      (name) => name !== undefined,
    ),
  );
  // Addresses with the number survive a rename of the project.
  const number = found?.id ?? (own.includes(project) ? own[0] : undefined) ?? project;
  const gitlab = { ...connection, project: String(number) };
  const kept = new Map<string, StoredPackage | undefined>();
  const registry: Registry = {
    gitlab,
    names,
    async read(id) {
      const key = JSON.stringify(id);
      if (!kept.has(key)) {
        const stored = await readable(() => readPackage(gitlab, id));
        if (stored === undefined)
          log.warn(
            `The package ${id.name} ${id.version} of ${project} cannot be read with the token in ${gitlab.token.variable}: nothing of it is compared.`,
          );
        kept.set(key, stored);
      }
      return kept.get(key);
    },
    async find(id, file) {
      const stored = await registry.read(id);
      return stored === undefined ? undefined : servedCopy(stored, file);
    },
    versions: async (name) => (await readable(() => listPackageVersions(gitlab, name))) ?? [],
  };
  return registry;
}

const rights = new Set(["E_FORBIDDEN", "E_NOT_FOUND", "E_TOKEN_SCOPE", "E_PACKAGE_REGISTRY"]);

async function readable<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StepError && rights.has(error.code)) return undefined;
    throw error;
  }
}
