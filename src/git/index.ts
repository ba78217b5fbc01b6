/** Hardened git: reading a checkout, building commits and tags, pushing them at once. */
export { adoptCommit } from "./adopt-commit.ts";
export { openCheckout, requireHead, type Checkout } from "./checkout.ts";
export { buildCommit, readCommit, type Commit, type CommitInit } from "./commit.ts";
export { gitErrors } from "./errors.ts";
export { openGit, type Git, type GitContext } from "./git.ts";
export { checkIdentity, type Identity, type Signature } from "./identity.ts";
export { makePrivateRepository, type Repository } from "./private-repository.ts";
export { isSha, shortSha, toSha, type ObjectFormat, type Sha } from "./sha.ts";
export type { Signer } from "./signer.ts";
export { editTree, listTree, readBlob, type FileEdit, type TreeFile } from "./tree.ts";
