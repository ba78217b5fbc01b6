/** The public surface of the domain: channels, environments, projects in them. */
export {
  createEnvironment,
  type CreatedEnvironment,
  type CreateEnvironmentOptions,
  previewEnvironment,
  type PreviewedPackage,
} from "./create/create-environment.ts";
export {
  type CondaContent,
  type EnvironmentContents,
  type PipContent,
  readContents,
} from "./contents.ts";
export { condaError } from "./errors.ts";
export {
  makeExampleChannel,
  type ExampleChannel,
  type ExampleChannelOptions,
} from "./example-channel/make-channel.ts";
export type { InstalledPackage } from "./installed-packages.ts";
export {
  checkInstallable,
  installProject,
  type InstallProjectOptions,
} from "./pip/install-project.ts";
export type { ConsoleScript, InstalledProject } from "./pip/installed-project.ts";
export { editableLines } from "./spec/editable-lines.ts";
export { checkSpec, findEnvironmentFile } from "./spec/read-spec.ts";
export { checkCacheFolder } from "./pack/check-cache-folder.ts";
export { checkOutput } from "./pack/check-output.ts";
export { decideCompressor as checkCompression } from "./pack/compress/choose-compressor.ts";
export { chooseThreads, readLimits } from "./pack/compress/limits.ts";
export { startThreads } from "./pack/compress/slice-pool.ts";
export { editableError } from "./pack/editable.ts";
export { oldestSeconds } from "./pack/entry-time.ts";
export { packErrors } from "./pack/errors.ts";
export { formatOf, type Format } from "./pack/format.ts";
export {
  packEnvironment,
  type PackOptions,
  type PackPart,
  type PackResult,
} from "./pack/pack-environment.ts";
export { planPack, type PackPlan } from "./pack/plan-pack.ts";
export { checkPrefix } from "./pack/records.ts";
export { readTruePrefix } from "./pack/true-prefix.ts";
export { smokeErrors } from "./smoke/errors.ts";
export {
  smokeTest,
  type SmokeOptions,
  type SmokeProject,
  type SmokeReport,
} from "./smoke/smoke-test.ts";
