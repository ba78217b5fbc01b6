import {
  type Asked,
  ask,
  findFollowingCommit,
  findLatestPipeline,
  findPipelineOf,
  findProject,
  findRelease,
  findTag,
  type FollowingCommit,
  type GitLab,
  listBranchesWith,
  listMergeRequests,
  listPipelineJobs,
  type PackageId,
  type Pipeline,
  type PipelineJob,
  readPackage,
  readProject,
  type Release,
  type StoredPackage,
  type Tag,
} from "../../src/gitlab/index.ts";
import {
  type Attested,
  readBillsOfMaterials,
  readChecksums,
  readProvenances,
  readSignatures,
} from "../../src/provenance/index.ts";

/** All that GitLab shows of a release; what the token may not read is a refusal, and stops nothing. */
export interface Seen {
  readonly tag: Tag;
  readonly next: Asked<NextVersion>;
  readonly pipeline: Asked<PipelineState | undefined>;
  readonly stored: StoredPackage;
  readonly release: Release | undefined;
  readonly attested: Readonly<Record<"checksums" | "provenance" | "sbom" | "signatures", Attested>>;
}

/** What follows the release commit on its branch. */
export type NextVersion =
  | { kind: "there"; branch: string; commit: FollowingCommit }
  /** The branch that holds it is still to be merged. */
  | { kind: "merge request"; branch: string; iid: number; title: string; webUrl: string }
  | { kind: "missing"; branch: string }
  | { kind: "not looked through"; branch: string }
  | { kind: "on no branch" };

export interface PipelineState extends Pipeline {
  /** A job token may not list them. */
  readonly jobs: Asked<readonly PipelineJob[]>;
}

/** Reads it all; changes nothing. @returns `undefined` where there is no such tag. */
export async function lookAtRelease(
  gitlab: GitLab,
  name: string,
  target: PackageId,
): Promise<Seen | undefined> {
  const tag = await findTag(gitlab, name);
  if (tag === undefined) {
    // Without this, a project that the token does not see would look like one without the tag.
    if (gitlab.token.kind === "private") await readProject(gitlab);
    return undefined;
  }
  const commit = tag.commitSha;
  const [next, pipeline, stored, release] = await Promise.all([
    ask(() => findNextVersion(gitlab, commit)),
    findPipeline(gitlab, tag),
    readPackage(gitlab, target),
    findRelease(gitlab, name),
  ]);
  const published = { gitlab, target, stored, commit };
  const [checksums, provenance, sbom] = await Promise.all([
    readChecksums(published),
    readProvenances(published),
    readBillsOfMaterials(published),
  ]);
  const attested = { checksums, provenance, sbom, signatures: readSignatures(published) };
  return { tag, next, pipeline, stored, release, attested };
}

/** The commit that follows on the default branch, if that holds the release, else on another one that does. */
async function findNextVersion(gitlab: GitLab, commit: string): Promise<NextVersion> {
  const branches = await listBranchesWith(gitlab, commit);
  const defaultBranch = (await findProject(gitlab))?.defaultBranch;
  const ordered = [
    ...branches.filter((branch) => branch === defaultBranch),
    ...branches.filter((branch) => branch !== defaultBranch),
  ].slice(0, mostBranches);
  for (const branch of ordered) {
    const found = await findFollowingCommit(gitlab, { commit, branch });
    if (found === "too many") return { kind: "not looked through", branch };
    if (found === undefined) continue;
    const request = await findMergeRequest(gitlab, branch, defaultBranch);
    return request ?? { kind: "there", branch, commit: found };
  }
  const [branch] = ordered;
  return branch === undefined ? { kind: "on no branch" } : { kind: "missing", branch };
}

async function findMergeRequest(
  gitlab: GitLab,
  source: string,
  target: string | undefined,
): Promise<NextVersion | undefined> {
  if (target === undefined || source === target) return undefined;
  const [found] = await listMergeRequests(gitlab, { source, target, state: "opened" });
  if (found === undefined) return undefined;
  const { iid, title, webUrl } = found;
  return { kind: "merge request", branch: target, iid, title, webUrl };
}

/** Every branch of somebody that was made since holds the release, too. */
const mostBranches = 5;

async function findPipeline(gitlab: GitLab, tag: Tag): Promise<Asked<PipelineState | undefined>> {
  const { name: ref, commitSha: sha } = tag;
  if (gitlab.token.kind === "job") {
    const refusal = "a job token may not list pipelines and jobs";
    const last = await findPipelineOf(gitlab, sha, ref);
    return last === undefined ? { refusal } : { value: { ...last, jobs: { refusal } } };
  }
  return ask(async () => {
    const found = await findLatestPipeline(gitlab, { ref, sha });
    if (found === undefined) return undefined;
    return { ...found, jobs: await ask(() => listPipelineJobs(gitlab, found.id)) };
  });
}
