/** GitLab as a release sees it: a client that may fail at any moment and still does nothing twice. */
export { findPipelineOf } from "./commit-pipeline.ts";
export { createGitLab, type GitLab, type GitLabSettings } from "./client.ts";
export {
  authorityFiles,
  connectGitLab,
  connectReader,
  connectProject,
  type Connection,
} from "./connect.ts";
export { gitlabError, statusError } from "./errors.ts";
export { setAutoMerge } from "./auto-merge.ts";
export {
  type BranchCommit,
  commitToBranch,
  type FileWrite,
  findFollowingCommit,
  type FollowingCommit,
  listBranchCommits,
  listBranchesWith,
} from "./branch-commits.ts";
export { listMergeRequests, type MergeRequest, proposes } from "./merge-requests.ts";
export {
  closed as mergeRequestClosed,
  proposeMergeRequest,
  type WantedMergeRequest,
} from "./propose-merge-request.ts";
export { findUserIds } from "./users.ts";
export { publishNote, type MarkedNote } from "./merge-request-notes.ts";
export { gitlabInputs } from "./inputs.ts";
export {
  type Answer,
  type Exchange,
  type Http,
  type HttpSettings,
  openHttp,
  type OutgoingBody,
} from "./http.ts";
export {
  findLatestPipeline,
  listPipelineJobs,
  type Pipeline,
  type PipelineJob,
  triggerPipeline,
} from "./pipelines.ts";
export { type Answer as Asked, ask } from "./push-findings.ts";
export { findProject, type Project, readProject, role, roleName } from "./project.ts";
export { isProxyAddress, type Proxies, readProxies } from "./proxies.ts";
export {
  findMembership,
  type JobTokenScope,
  listPackageProtection,
  listVariables,
  type PackageProtection,
  type ProjectVariable,
  readCurrentUser,
  readGenericFileLimit,
  readJobTokenScope,
  readServer,
} from "./project-settings.ts";
export { type PushFinding } from "./push-findings.ts";
export {
  findPushProblems,
  type PushQuestion,
  askPushRights,
  type PushRights,
  pushRightsError,
  readPushRights,
} from "./push-rights.ts";
export {
  type Branch,
  findBranch,
  findTag,
  matchesPattern,
  listProtectedTags,
  listTagNames,
  type ProtectedTag,
  type Tag,
} from "./refs.ts";
export {
  chooseToken,
  forDownloads,
  requireToken,
  type Token,
  tokenHeaders,
  type TokenKind,
  type TokenVariable,
} from "./tokens.ts";
export { readTokenSelf, type TokenSelf } from "./token-self.ts";
export { type AuthorityFile, readAuthorityEnds, readTrust } from "./trust.ts";
export { forEachBounded } from "./bounded.ts";
export { exchangeFollowing } from "./redirects.ts";
export { askedDelayMs, delayMs, judgeAnswer, normalRetry, type RetryPolicy } from "./retry.ts";
export { asTransportError, TransportError } from "./transport-error.ts";
export { startWatchdog } from "./watchdog.ts";
export { parseLinks } from "./given-links.ts";
export { changelogSection } from "./changelog.ts";
export { findMergeRequests } from "./merged-requests.ts";
export { digestOf, type LocalFile } from "./local-file.ts";
export { checkFiles, type FileSelection, selectFiles } from "./local-files.ts";
export { readPackageFile } from "./package-download.ts";
export { findFileById, type NumberedFile } from "./package-file-by-id.ts";
export { givenVersion, packageTarget, type TargetRequest } from "./package-target.ts";
export { nameProblem } from "./package-names.ts";
export {
  fileUrl,
  listNewestPackages,
  listPackageVersions,
  type PackageFile,
  type PackageId,
  readPackage,
  servedCopy,
  type StoredPackage,
} from "./packages.ts";
export { publishRelease, type Publication } from "./publish-release.ts";
export { type PackageStatus } from "./put-file.ts";
export { type Asset, assetLinks, type AssetRules, awaitAssets } from "./release-assets.ts";
export { type WantedRelease } from "./release-differences.ts";
export { addLinks } from "./release-links.ts";
export { readReleaseTag, type TagQuestion } from "./release-tag.ts";
export {
  findRelease,
  type LinkType,
  listReleases,
  type Release,
  type WantedLink,
} from "./releases.ts";
export {
  removeOlderCopies,
  type UploadedFile,
  uploadFiles,
  type UploadPlan,
  type UploadResult,
} from "./upload.ts";
export { expectedRefusal } from "./write-rights.ts";
export { expectedReleaseRefusal } from "./release-rights.ts";
