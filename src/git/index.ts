/** Hardened git: reading a checkout, building commits and tags, pushing them at once. */
export { abandonCommit, type Adoption, readIndex } from "./abandon-commit.ts";
export { adoptCommit } from "./adopt-commit.ts";
export { pushAtomically, type AtomicPush, type RefUpdate, type Settled } from "./atomic-push.ts";
export { openCheckout, openGitAt, requireHead, startGitAt, type Checkout } from "./checkout.ts";
export { commitFiles, editsInside, folderInside, type CommitFiles } from "./commit-files.ts";
export { commitAuthor, commitInputs } from "./commit-inputs.ts";
export { releaseDates, type ReleaseDates } from "./release-dates.ts";
export { buildCommit, readCommit, type Commit, type CommitInit } from "./commit.ts";
export { filesWithText } from "./find-text.ts";
export { type Conversion, readConversions } from "./conversions.ts";
export { currentHead } from "./current-head.ts";
export { gitErrors } from "./errors.ts";
export { openGit, type Git, type GitContext } from "./git.ts";
export { commitsTouching, readCommitTexts, type CommitText } from "./commit-texts.ts";
export {
  areHere,
  childrenOf,
  commitsBetween,
  fetchCommits,
  fetchHistory,
  fetchSnapshot,
  isAncestor,
  isReleasedBefore,
} from "./history.ts";
export { checkIdentity, type Identity, type Signature } from "./identity.ts";
export { listRefs } from "./list-refs.ts";
export type { Carried, Carrier } from "./carrier.ts";
export { openPush, type OpenPush } from "./open-push.ts";
export { makePrivateRepository, type Repository } from "./private-repository.ts";
export { refNameProblem, requireRefNames } from "./ref-name.ts";
export { remoteAt, type Credential, type Remote } from "./remote.ts";
export { serverOf, type Server } from "./server.ts";
export { isSha, shortSha, toSha, type ObjectFormat, type Sha } from "./sha.ts";
export type { Signer } from "./signer.ts";
export { sshSigner } from "./ssh-signer.ts";
export { buildTag, type TagInit } from "./tag-object.ts";
export { editTree, listTree, readBlob, type FileEdit, type TreeFile } from "./tree.ts";
export { releaseErrors } from "./release/errors.ts";
export {
  nextBranchOf,
  type ReleaseGoal,
  refuseSkipMarker,
  requireReleaseBranch,
} from "./release/goal.ts";
export { locateRelease, type Located } from "./release/locate.ts";
export {
  observeRelease,
  readReleaseRefs,
  type ReleaseRefs,
  type ReleaseState,
} from "./release/observe.ts";
export { planRelease, type ReleasePlan } from "./release/plan.ts";
export { packRelease, pushRelease, type Released } from "./release/push-effect.ts";
