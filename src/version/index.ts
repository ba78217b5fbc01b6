export { configPaths, findConfig, requireOneVersion } from "./config/find-config.ts";
export { changedLines, type ChangedLine, type Edit } from "./edit/working-copy.ts";
export { findUnfinished, holdsEdits, restoreFiles, writeEdits } from "./edit/write-files.ts";
export { committedForm, isSameContent } from "./edit/committed-content.ts";
export { versionErrors } from "./errors.ts";
export {
  overlaySource,
  type FileSource,
  type FolderEntry,
  type SourceFile,
} from "./file-source.ts";
export { folderSource } from "./folder-source.ts";
export { hookEnvironment, runHooks, type HookRun } from "./hooks.ts";
export type { Operation } from "./operation.ts";
export { findPythonProject, type PythonProject } from "./places/python-project.ts";
export { planBump, type BumpPlan, type BumpRequest, type ReleaseTexts } from "./plan.ts";
export { type Changelog, writeChangelog } from "./plan-changelog.ts";
export { Problems } from "./problems.ts";
export { openProject, type Project, readConfiguredVersion } from "./project.ts";
export { readHeldVersion, type HeldRequest, type HeldVersion } from "./release-state.ts";
export {
  postReleaseMessage,
  releaseMessage,
  tagMessage,
  tagName,
  tagWarnings,
} from "./release-texts.ts";
export { compareVersions, isDevelopmentVersion, isSameVersion } from "./standards/compare.ts";
export { comparePep440, normalizePep440, parsePep440, type Pep440 } from "./standards/pep440.ts";
export { checkTagFormat, readVersionFromTag } from "./standards/tag-format.ts";
export { renderTemplate, type Names, type Surroundings } from "./text/names.ts";
export { treeSource, type TreeSourceInit } from "./tree-source.ts";
