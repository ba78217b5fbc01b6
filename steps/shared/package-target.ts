import { resolve } from "node:path";
import {
  gitlabError,
  givenVersion,
  nameProblem,
  type PackageId,
  packageTarget,
} from "../../src/gitlab/index.ts";
import {
  path,
  type Place,
  type StepContext,
  StepError,
  text,
  type Values,
} from "../../src/step/index.ts";
import {
  checkTagFormat,
  findConfig,
  folderSource,
  openProject,
  readVersionFromTag,
} from "../../src/version/index.ts";

/** Under which name and version a release's files are kept: the same for whoever stores and whoever looks for them. */
export const targetInputs = {
  PACKAGE_NAME: text({
    chain: ["PACKED_NAME"],
    from: ["CI_PROJECT_NAME"],
    about: "Name of the package in the generic package registry.",
    example: "job-project",
  }),
  PACKAGE_VERSION: text({
    optional: true,
    about:
      "Version of the package. By default the version in the tag, else that of the pack, else that of the checkout.",
    example: "0.15.0",
  }),
  PACKED_VERSION: text({
    optional: true,
    chain: ["PACKED_VERSION"],
    about: "Version of what an earlier step packed; used where there is no tag.",
    example: "0.16.0.dev",
  }),
  TAG_FORMAT: text({
    optional: true,
    about:
      "How tags spell versions, with {new_version} or {version} in it. By default as the bump configuration says, else v{new_version}.",
    example: "v{new_version}",
  }),
  PROJECT_DIR: path({
    default: ".",
    about: "Folder of the project whose bump configuration is read.",
    example: "packages/jobs",
  }),
};

export const tagOptions = {
  chain: ["RELEASE_TAG"],
  from: ["CI_COMMIT_TAG"],
  about: "Tag of the release. In the pipeline of a tag it is that tag.",
  example: "v0.15.0",
} as const;

/** Rules: what the inputs say of the package is something that the registry takes. */
export const targetRules = [checkName, checkVersion] as const;

type TargetInputs = Values<typeof targetInputs>;

function checkName({ PACKAGE_NAME }: Pick<TargetInputs, "PACKAGE_NAME">): readonly StepError[] {
  return nameError("name", PACKAGE_NAME, "PACKAGE_NAME (else PACKED_NAME or CI_PROJECT_NAME)");
}

/** Only what the checkout says is left to the plan. */
async function checkVersion(
  inputs: Omit<TargetInputs, "PACKAGE_NAME"> & { readonly RELEASE_TAG: string | undefined },
  { cwd }: Pick<Place, "cwd">,
): Promise<readonly StepError[]> {
  const wrong = checkFormat(inputs);
  if (wrong.length > 0 && inputs.PACKAGE_VERSION === undefined) return wrong;
  try {
    const given = await givenVersion(
      {
        version: inputs.PACKAGE_VERSION,
        tag:
          inputs.RELEASE_TAG === undefined
            ? undefined
            : { name: inputs.RELEASE_TAG, origin: "RELEASE_TAG" },
        tagFormat: () => tagFormatOf({ inputs, cwd }),
        packedVersion: inputs.PACKED_VERSION,
        readTag: readVersionFromTag,
      },
      { warn: () => {} },
    );
    if (given === undefined) return wrong;
    return [...wrong, ...nameError("version", given.version, given.origin)];
  } catch (error) {
    if (error instanceof StepError) return [...wrong, error];
    throw error;
  }
}

function nameError(kind: "name" | "version", name: string, origin: string): readonly StepError[] {
  const problem = nameProblem(kind, name);
  if (problem === undefined) return [];
  const hint = `It comes from ${origin}; set PACKAGE_${kind.toUpperCase()} to what the registry takes.`;
  return [gitlabError("E_PACKAGE_NAME", problem, { hint })];
}

/** A rule: TAG_FORMAT tells the version of a tag. */
export function checkFormat({
  TAG_FORMAT,
}: Pick<TargetInputs, "TAG_FORMAT">): readonly StepError[] {
  if (TAG_FORMAT === undefined) return [];
  try {
    checkTagFormat(TAG_FORMAT, "TAG_FORMAT");
    return [];
  } catch (error) {
    if (error instanceof StepError) return [error];
    throw error;
  }
}

export type TargetContext = Pick<
  StepContext,
  "log" | "cwd" | "environment" | "clock" | "origins"
> & {
  readonly inputs: Values<typeof targetInputs>;
};

/** How tags spell versions, and who says so. */
export async function tagFormatOf({
  inputs,
  cwd,
}: Pick<TargetContext, "cwd"> & {
  readonly inputs: Pick<Values<typeof targetInputs>, "TAG_FORMAT" | "PROJECT_DIR">;
}): Promise<{ text: string; origin: string }> {
  if (inputs.TAG_FORMAT !== undefined) return { text: inputs.TAG_FORMAT, origin: "TAG_FORMAT" };
  const config = await findConfig(folderSource(resolve(cwd, inputs.PROJECT_DIR)));
  return config === undefined
    ? { text: "v{new_version}", origin: "the default" }
    : { text: config.tagName, origin: config.path };
}

/**
 * Decides on the package, composed of what the tag, the pack and the checkout say.
 *
 * @throws {StepError} E_PACKAGE_NAME, or what is wrong with the version files where those decide.
 */
export async function readTarget(
  context: TargetContext,
  tag: string | undefined,
): Promise<PackageId> {
  const { inputs, log, cwd, environment, clock, origins } = context;
  const source = folderSource(resolve(cwd, inputs.PROJECT_DIR));
  return packageTarget(
    {
      name: inputs.PACKAGE_NAME,
      nameOrigin: originOf(origins, "PACKAGE_NAME"),
      version: inputs.PACKAGE_VERSION,
      tag: tag === undefined ? undefined : { name: tag, origin: originOf(origins, "RELEASE_TAG") },
      tagFormat: () => tagFormatOf(context),
      packedVersion: inputs.PACKED_VERSION,
      readTag: readVersionFromTag,
      async readCheckout() {
        const project = await openProject(source, { env: environment, now: clock.now() });
        switch (project.kind) {
          case "configured":
            return { version: project.current.text, origin: project.config.path };
          case "guessed":
            return { version: project.leading.version, origin: project.leading.path };
          case "tagged":
            return { version: project.version, origin: project.tag };
        }
      },
    },
    log,
  );
}

function originOf(origins: Readonly<Record<string, string | undefined>>, name: string): string {
  return origins[name] ?? name;
}
