/** Artifacts as DAG repositories declare them: files, sources, caches. */
export { type CacheAccess, openCaches } from "./caches/open-cache.ts";
export { artifactsError } from "./errors.ts";
export { cachedUri } from "./file/cached-uri.ts";
export { Findings } from "./file/findings.ts";
export {
  type Artifact,
  type ArtifactsFile,
  at,
  type Cache,
  type Placed,
  type Position,
  type Source,
} from "./file/model.ts";
export { isUnpacked, nameProblem } from "./file/name.ts";
export { readArtifactsFiles } from "./file/read-all.ts";
export { readArtifactsFile } from "./file/read.ts";
export { compareBoms } from "./propose/compare-boms.ts";
export {
  type ArtifactNews,
  type ArtifactVersion,
  proposalDescription,
  proposalTitle,
} from "./propose/describe.ts";
export type { Entry, SourceFile } from "./propose/entry-pair.ts";
export { type PackageAddress, readPackageAddress } from "./propose/package-address.ts";
export {
  type FileChange,
  type Kinship,
  type PlannedArtifact,
  type PlannedChanges,
  planChanges,
  type Repository,
  type Rules,
  type WantedArtifact,
} from "./propose/plan-changes.ts";
export {
  commitMessage,
  proposalBranch,
  proposalId,
  readCommitMessage,
} from "./propose/proposal.ts";
export { nameStem } from "./propose/stem.ts";
export { type ResolvedArtifact, resolveArtifacts } from "./file/resolve.ts";
export { openSource, type TokenServer } from "./sources/open-source.ts";

export { findClashes, groupArtifacts } from "./sync/group.ts";
export { lookAtAll } from "./sync/look-at-all.ts";
export type { OpenArtifact } from "./sync/observe.ts";
export type { ArtifactReport } from "./sync/report.ts";
export { syncEffect } from "./sync/sync-effect.ts";
export { syncError } from "./sync-errors.ts";
export type { SourceFacts } from "./transfer/download.ts";
export type { Means } from "./transfer/means.ts";
