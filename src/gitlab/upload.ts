import { type Effect, exit, humanSize, StepError } from "../step/index.ts";
import { forEachBounded } from "./bounded.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { digestOf, type LocalFile } from "./local-file.ts";
import {
  copiesOf,
  deletePackageFile,
  fileUrl,
  type PackageFile,
  type PackageId,
  readPackage,
  servedCopy,
  type StoredPackage,
} from "./packages.ts";
import { type PackageStatus, putFile } from "./put-file.ts";

export interface UploadPlan {
  gitlab: GitLab;
  target: PackageId;
  files: readonly LocalFile[];
  status: PackageStatus;
  /** A development version: its files may be replaced. */
  replaceable: boolean;
  /** How many files are sent at a time. */
  parallel: number;
  /** Largest file that the registry is expected to take, in bytes. */
  limit: number;
}

/** A file that the registry is proven to hold, with these bytes. */
export interface UploadedFile {
  name: string;
  url: string;
  size: number;
  sha256: string;
  state: "uploaded" | "replaced" | "already there";
}

export interface UploadResult {
  packageUrl: string | undefined;
  /** In the order of the plan. */
  files: readonly UploadedFile[];
}

/**
 * The upload of all files of a job, as one effect: they travel side by side.
 *
 * A file is there when the registry serves its name with its digest. Under a released version other bytes are a
 * conflict, told for all files before any is sent (H10).
 */
export function uploadFiles(plan: UploadPlan): Effect<UploadResult> {
  const { gitlab, target, files } = plan;
  const states = new Map<string, UploadedFile["state"]>();
  const digests = new Map<string, string>();
  return {
    id: files.length === 1 ? `upload:${files[0]?.name}` : "upload",
    sentence: `Upload ${describe(files)} to the package ${target.name} ${target.version}`,
    async isDone() {
      const stored = await readPackage(gitlab, target);
      await compareAll(plan, stored, digests, states);
      return files.every(({ name }) => states.get(name) === "already there")
        ? result(plan, stored, digests, states)
        : false;
    },
    async apply() {
      const absent = files.filter(({ name }) => states.get(name) !== "already there");
      const bytes = absent.reduce((sum, { size }) => sum + size, 0);
      const progress = gitlab.log.progress(`Uploading ${describe(absent)}`, bytes, "bytes");
      try {
        for (const wave of waves(absent))
          await forEachBounded(wave, plan.parallel, async (file) => {
            const sha256 = await putFile({ ...plan, file, seen: (sent) => progress.advance(sent) });
            digests.set(file.name, sha256);
            gitlab.log.info(`${file.name}: sent, SHA-256 ${sha256}`);
          });
      } finally {
        progress.end();
      }
    },
    async verify() {
      const stored = await readPackage(gitlab, target);
      for (const file of files) prove(plan, stored, file, digests.get(file.name));
      return result(plan, stored, digests, states);
    },
  };
}

/**
 * The removal of older copies of the files of a development version. What the token may not remove is a warning: the
 * newest copy is served all the same.
 */
export function removeOlderCopies({ gitlab, target, files }: UploadPlan): Effect<number> {
  const older = ({ files: stored }: StoredPackage): readonly PackageFile[] =>
    files.flatMap(({ name }) => copiesOf({ files: stored }, name).slice(0, -1));
  return {
    id: "remove-older-copies",
    sentence: `Remove older copies of development files from ${target.name} ${target.version}`,
    async isDone() {
      return older(await readPackage(gitlab, target)).length === 0 ? 0 : false;
    },
    async apply() {
      await removeCopies(gitlab, target, older);
    },
    async verify() {
      return older(await readPackage(gitlab, target)).length;
    },
  };
}

async function removeCopies(
  gitlab: GitLab,
  target: PackageId,
  older: (stored: StoredPackage) => readonly PackageFile[],
): Promise<void> {
  const stored = await readPackage(gitlab, target);
  if (stored.id === undefined) return;
  for (const copy of older(stored)) {
    try {
      await deletePackageFile(gitlab, target, stored.id, copy);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      gitlab.log.warn(
        `An older copy of ${copy.name} (SHA-256 ${copy.sha256 ?? "unknown"}) stays in the registry: removing needs the role Maintainer. ${error.message}`,
      );
    }
  }
}

function isRefusal(error: unknown): error is StepError {
  return error instanceof StepError && error.exit === exit.refused;
}

/** Compares by digest, but reads a local file for it only where the registry knows its name. */
async function compareAll(
  plan: UploadPlan,
  stored: StoredPackage,
  digests: Map<string, string>,
  states: Map<string, UploadedFile["state"]>,
): Promise<void> {
  const conflicts: string[] = [];
  for (const file of plan.files) {
    const served = servedCopy(stored, file.name);
    if (served === undefined) {
      states.set(file.name, "uploaded");
      continue;
    }
    const sha256 = await digestOf(file);
    digests.set(file.name, sha256);
    const isSame = served.sha256 === sha256 && served.size === file.size;
    states.set(file.name, isSame ? "already there" : "replaced");
    if (!isSame && !plan.replaceable) conflicts.push(differs(file, sha256, served));
  }
  if (conflicts.length > 0)
    throw gitlabError(
      "E_PACKAGE_DIFFERS",
      `${plan.target.name} ${plan.target.version} is released with other bytes:\n${conflicts.join("\n")}`,
    );
}

function differs(file: LocalFile, sha256: string, { sha256: theirs, size }: PackageFile): string {
  return `- ${file.name}: the registry holds SHA-256 ${theirs ?? "unknown"} (${size} bytes), the job has ${sha256} (${file.size} bytes)`;
}

/** A 2xx is no proof: what GitLab lists must be what was sent (H09). */
function prove(
  plan: UploadPlan,
  stored: StoredPackage,
  file: LocalFile,
  sha256: string | undefined,
): void {
  const copies = copiesOf(stored, file.name);
  const served = copies.at(-1);
  if (served === undefined)
    throw gitlabError(
      "E_PACKAGE_NOT_PROVEN",
      `${file.name} was sent, but ${plan.target.name} ${plan.target.version} does not list it.`,
    );
  if (sha256 === undefined || served.sha256 !== sha256 || served.size !== file.size)
    throw gitlabError(
      "E_PACKAGE_NOT_PROVEN",
      `What was sent and what GitLab holds differ:\n${differs(file, sha256 ?? "unknown", served)}`,
    );
  const other = copies.find((copy) => copy.sha256 !== sha256);
  if (other !== undefined && !plan.replaceable)
    throw gitlabError(
      "E_PACKAGE_DIFFERS",
      `Another job stored ${file.name} with other bytes at the same time:\n${differs(file, sha256, other)}`,
    );
}

function result(
  { gitlab, target, files }: UploadPlan,
  { webUrl }: StoredPackage,
  digests: ReadonlyMap<string, string>,
  states: ReadonlyMap<string, UploadedFile["state"]>,
): UploadResult {
  return {
    packageUrl: webUrl,
    files: files.map(({ name, size }) => ({
      name,
      url: fileUrl(gitlab, target, name),
      size,
      sha256: digests.get(name) ?? "",
      state: states.get(name) ?? "uploaded",
    })),
  };
}

/** What speaks of another file goes after it: an SBOM, a provenance, a signature, a checksum. */
function waves(files: readonly LocalFile[]): readonly (readonly LocalFile[])[] {
  const names = new Set(files.map(({ name }) => name));
  const speaksOfAnother = ({ name }: LocalFile): boolean =>
    [...names].some((other) => name.startsWith(`${other}.`));
  return [
    files.filter((file) => !speaksOfAnother(file)),
    files.filter((file) => speaksOfAnother(file)),
  ];
}

function describe(files: readonly LocalFile[]): string {
  const size = humanSize(files.reduce((sum, file) => sum + file.size, 0));
  return files.length === 1 ? `${files[0]?.name} (${size})` : `${files.length} files (${size})`;
}
