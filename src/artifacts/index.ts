/** Artifacts as DAG repositories declare them: files, sources, caches. */
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
export { readArtifactsFile } from "./file/read.ts";
export { type ResolvedArtifact, resolveArtifacts } from "./file/resolve.ts";
