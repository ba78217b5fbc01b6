/** The public surface of the domain: channels, environments, projects in them. */
export {
  createEnvironment,
  type CreatedEnvironment,
  type CreateEnvironmentOptions,
} from "./create/create-environment.ts";
export { condaError } from "./errors.ts";
export {
  makeExampleChannel,
  type ExampleChannel,
  type ExampleChannelOptions,
} from "./example-channel/make-channel.ts";
export type { InstalledPackage } from "./installed-packages.ts";
export { installProject, type InstallProjectOptions } from "./pip/install-project.ts";
export type { ConsoleScript, InstalledProject } from "./pip/installed-project.ts";
export { findEnvironmentFile } from "./spec/read-spec.ts";
