/** GitLab as a release sees it: a client that may fail at any moment and still does nothing twice. */
export { createGitLab, type GitLab, type GitLabSettings } from "./client.ts";
export {
  authorityFiles,
  connectGitLab,
  type Connection,
  gitlabInputs,
  type TokenVariable,
} from "./connect.ts";
export { gitlabError } from "./errors.ts";
export { openHttp, type Http, type HttpSettings } from "./http.ts";
export { type Pipeline, triggerPipeline } from "./pipelines.ts";
export { findProject, type Project, readProject, role, roleName } from "./project.ts";
export { type Proxies, readProxies } from "./proxies.ts";
export {
  type PushQuestion,
  type PushRights,
  pushRightsError,
  readPushRights,
} from "./push-rights.ts";
export {
  type Branch,
  findBranch,
  findTag,
  listProtectedTags,
  type ProtectedTag,
  type Tag,
} from "./refs.ts";
export { chooseToken, type Token, type TokenKind } from "./tokens.ts";
export { readTokenSelf, type TokenSelf } from "./token-self.ts";
export { type AuthorityFile, readTrust } from "./trust.ts";
