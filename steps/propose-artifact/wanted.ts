import {
  isUnpacked,
  type Kinship,
  nameProblem,
  nameStem,
  type PackageAddress,
  readPackageAddress,
  type WantedArtifact,
} from "../../src/artifacts/index.ts";
import { fileUrl, type PackageFile, type PackageId } from "../../src/gitlab/index.ts";
import { isAttestation } from "../../src/provenance/index.ts";
import { proposeErrors } from "./errors.ts";
import type { ProposeContext } from "./inputs.ts";
import { openRegistry, type Registry } from "./registry.ts";

/** An artifact that shall be deployed, and what its registry knows of it. */
export interface Wanted extends WantedArtifact {
  /** `undefined` for an address outside of this GitLab. */
  origin: { registry: Registry; package: PackageId; file: PackageFile | undefined } | undefined;
  version: string | undefined;
}

/** Finds out what shall be deployed, and that it is there. @throws {StepError} with all problems of the artifacts at once. */
export async function readWanted(context: ProposeContext): Promise<readonly Wanted[]> {
  const { inputs, log } = context;
  const registries = new Map<string, Promise<Registry>>();
  const registryOf = (project: string): Promise<Registry> => {
    const known = registries.get(project) ?? openRegistry(context, project);
    registries.set(project, known);
    return known;
  };
  const wanted =
    inputs.ARTIFACT_VERSION === undefined
      ? await Promise.all(
          (inputs.ARTIFACT_URL ?? []).map((url, index) =>
            byAddress(context, registryOf, url, inputs.ARTIFACT_NAME?.[index]),
          ),
        )
      : await byVersion(context, await registryOf(inputs.GITLAB_PROJECT), inputs.ARTIFACT_VERSION);
  const problems = wanted.flatMap(({ name }) => {
    const problem = nameProblem(name);
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
  const names = wanted.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) < index)))
    problems.push(`${name} is given twice; every artifact needs a name of its own.`);
  if (problems.length > 0) throw proposeErrors("E_PROPOSE_ARTIFACT", problems.join("\n"));
  for (const { name } of wanted)
    if (!isUnpacked(name))
      log.warn(`Spark unpacks .zip, .jar, .tar, .tar.gz and .tgz; ${name} stays as it is.`);
  return wanted;
}

async function byAddress(
  { inputs, log }: ProposeContext,
  registryOf: (project: string) => Promise<Registry>,
  url: string,
  name: string | undefined,
): Promise<Wanted> {
  const address = readPackageAddress(url);
  if (address === undefined || address.server !== serverOf(inputs.GITLAB_API)) {
    log.warn(`${url} is not of this GitLab's registry: that it is there was not checked.`);
    return {
      name: name ?? lastPart(url),
      id: url,
      origin: undefined,
      version: address?.file?.version,
      kinship: (id) => (id === url ? "same file" : "other"),
    };
  }
  const registry = await registryOf(address.project);
  if (address.file === undefined)
    return byNumber(inputs.PACKAGE_NAME, registry, address, url, name);
  const id = { name: address.file.package, version: address.file.version };
  return ofPackage(registry, id, address.file.name, { name, url });
}

/** An address that people copied from the page of the registry: it says neither version nor name. */
async function byNumber(
  packageName: string | undefined,
  registry: Registry,
  { fileId }: PackageAddress,
  url: string,
  name: string | undefined,
): Promise<Wanted> {
  const found =
    packageName === undefined || fileId === undefined
      ? undefined
      : await findByNumber(registry, packageName, fileId);
  if (found === undefined && name === undefined)
    throw proposeErrors(
      "E_PROPOSE_ARTIFACT",
      `${url} does not say what the file is called, and no package${packageName === undefined ? "" : ` ${packageName}`} holds it.`,
    );
  if (found !== undefined)
    return ofPackage(registry, found.id, found.file, { name, url: undefined });
  return {
    name: name ?? "",
    id: url,
    origin: undefined,
    version: undefined,
    kinship: (id) => (id === url ? "same file" : "other"),
  };
}

async function findByNumber(
  registry: Registry,
  packageName: string,
  fileId: number,
): Promise<{ id: PackageId; file: string } | undefined> {
  for (const version of await registry.versions(packageName)) {
    const id = { name: packageName, version };
    const file = (await registry.read(id))?.files.find((one) => one.id === fileId);
    if (file !== undefined) return { id, file: file.name };
  }
  return undefined;
}

async function byVersion(
  { inputs, log }: ProposeContext,
  registry: Registry,
  version: string,
): Promise<readonly Wanted[]> {
  if (inputs.PACKAGE_NAME === undefined)
    throw proposeErrors("E_PROPOSE_ARTIFACT", "ARTIFACT_VERSION needs PACKAGE_NAME.");
  const id = { name: inputs.PACKAGE_NAME, version };
  const stored = await registry.read(id);
  const files = [...new Set(stored?.files.map(({ name }) => name))].filter(
    (name) => !isAttestation(name),
  );
  if (files.length === 0) {
    const known = await registry.versions(id.name);
    throw proposeErrors(
      "E_PROPOSE_MISSING",
      `The registry of ${inputs.GITLAB_PROJECT} holds no file of ${id.name} ${version}${known.length === 0 ? "" : `; it holds ${known.join(", ")}`}.`,
    );
  }
  const chosen = chooseFiles(files, inputs.ARTIFACT_NAME, inputs.ARTIFACT_URL);
  log.info(`ARTIFACT_VERSION: ${chosen.join(", ")} of ${id.name} ${version}.`);
  return Promise.all(
    chosen.map((file) => ofPackage(registry, id, file, { name: undefined, url: undefined })),
  );
}

/** The files that ARTIFACT_NAME means; else those that are like the ones in ARTIFACT_URL; else the only one that Spark unpacks. */
function chooseFiles(
  files: readonly string[],
  names: readonly string[] | undefined,
  urls: readonly string[] | undefined,
): readonly string[] {
  const wanted = names ?? urls?.map(lastPart);
  if (wanted !== undefined) {
    const stems = new Set(wanted.map(nameStem));
    const like = files.filter((file) => wanted.includes(file) || stems.has(nameStem(file)));
    if (like.length > 0) return like;
  }
  const unpacked = files.filter(isUnpacked);
  const [only, ...more] = files.length === 1 ? files : unpacked;
  if (only !== undefined && more.length === 0) return [only];
  throw proposeErrors(
    "E_PROPOSE_ARTIFACT",
    `Which of these files is meant: ${files.join(", ")}? ARTIFACT_NAME says it.`,
  );
}

async function ofPackage(
  registry: Registry,
  id: PackageId,
  fileName: string,
  given: { name: string | undefined; url: string | undefined },
): Promise<Wanted> {
  const { gitlab, names } = registry;
  const stored = await registry.read(id);
  const file = await registry.find(id, fileName);
  if (stored !== undefined && file === undefined)
    throw proposeErrors(
      "E_PROPOSE_MISSING",
      `The registry of ${gitlab.project} has no file ${fileName} of ${id.name} ${id.version}.`,
    );
  const url = given.url ?? fileUrl(gitlab, id, fileName);
  return {
    name: given.name ?? fileName,
    id: url,
    origin: { registry, package: id, file },
    version: id.version,
    kinship(other): Kinship {
      if (other === url) return "same file";
      const address = readPackageAddress(other);
      if (address === undefined || address.server !== serverOf(gitlab.api)) return "other";
      if (!names.has(address.project)) return "other";
      if (address.fileId !== undefined)
        return address.fileId === file?.id ? "same file" : "same package";
      if (address.file?.package !== id.name) return "other";
      return address.file.version === id.version && address.file.name === fileName
        ? "same file"
        : "same package";
    },
  };
}

function serverOf(api: string): string {
  return api.replace(/\/api\/v4\/?$/, "");
}

function lastPart(url: string): string {
  const path = URL.parse(url)?.pathname ?? url;
  const last = path.slice(path.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    // No valid UTF-8 behind the percent signs: it is the name as it stands.
    return last;
  }
}
