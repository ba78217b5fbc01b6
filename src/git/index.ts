/** Hardened git: reading a checkout, building commits and tags, pushing them at once. */
export { adoptCommit } from "./adopt-commit.ts";
export { pushAtomically, type AtomicPush, type RefUpdate, type Settled } from "./atomic-push.ts";
export { openCheckout, requireHead, type Checkout } from "./checkout.ts";
export { buildCommit, readCommit, type Commit, type CommitInit } from "./commit.ts";
export { gitErrors } from "./errors.ts";
export { openGit, type Git, type GitContext } from "./git.ts";
export { childrenOf, commitsBetween, fetchCommits, fetchSnapshot, isAncestor } from "./history.ts";
export { checkIdentity, type Identity, type Signature } from "./identity.ts";
export { listRefs } from "./list-refs.ts";
export { makePrivateRepository, type Repository } from "./private-repository.ts";
export { refNameProblem, requireRefNames } from "./ref-name.ts";
export { remoteAt, type Credential, type Remote } from "./remote.ts";
export { serverOf, type Server } from "./server.ts";
export { isSha, shortSha, toSha, type ObjectFormat, type Sha } from "./sha.ts";
export type { Signer } from "./signer.ts";
export { sshSigner } from "./ssh-signer.ts";
export { buildTag, type TagInit } from "./tag-object.ts";
export { editTree, listTree, readBlob, type FileEdit, type TreeFile } from "./tree.ts";
